"""Past degradation paths drawn whole, drawn towards those of other models where they are few."""

import numpy as np

from mainstay.stats.blocks import Floats
from mainstay.stats.forecasts import paths
from mainstay.stats.forecasts.past import Past
from mainstay.stats.forecasts.paths import DRAWS

WEIGHT = 3.0
"""Independent paths that the reference counts as."""


def resampled(past: Past, generator: np.random.Generator) -> Floats:
    """Each draw is of the reference with probability WEIGHT / (WEIGHT + independent paths).

    Paths overlap: of so many cuts only those half a horizon apart count. Nothing but the reference
    where there is no path yet, and a level line where there is neither.
    """
    own, other = past.paths, past.reference
    if not len(own) and not len(other):
        return np.full((DRAWS, past.ages), past.level)
    relative = paths.drawn(own if len(own) else other, DRAWS, generator)
    if len(own) and len(other):
        independent = max(1.0, len(own) / max(1.0, past.ages / 2))
        elsewhere = generator.random(DRAWS) < WEIGHT / (WEIGHT + independent)
        borrowed = other[generator.integers(len(other), size=DRAWS)]
        relative = np.where(elsewhere[:, None], borrowed, relative)
    return past.level + past.skill * relative
