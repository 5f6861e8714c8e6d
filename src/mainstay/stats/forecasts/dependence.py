"""What ages share, taken from whole paths: draws of each age in the order of a template's.

Experts that draw noise age by age say too little of how long a bad spell lasts, and a breach is of
several scores together. Nothing changes in what is said of any one age.
Source: Clark et al. (2004), The Schaake Shuffle; Schefzik et al. (2013), ensemble copula coupling.
"""

import numpy as np

from mainstay.stats.blocks import Floats


def reordered(draws: Floats, template: Floats) -> Floats:
    """(draws, ages): the values of `draws`, each age by the ranks of the template at that age.

    >>> reordered(np.array([[1, 5], [2, 6]]), np.array([[9, 8], [7, 6]])).tolist()
    [[2, 6], [1, 5]]
    """
    ranks = np.argsort(np.argsort(template, axis=0, kind="stable"), axis=0, kind="stable")
    return np.take_along_axis(np.sort(draws, axis=0), ranks, axis=0)
