"""A learning curve: what a model errs when trained on nested parts of the records there are."""

from typing import NamedTuple

import numpy as np
import scipy

from mainstay.core.errors import Broken
from mainstay.stats.blocks import Floats

SHARES = (1 / 16, 1 / 8, 1 / 4, 2**-1.5, 1 / 2, 2**-0.5, 1.0)
"""Nested anchors: each holds the one before."""
HELD_OUT = 1 / 5
FEWEST = 4
"""Anchors below which nothing is fitted, and repeats that an anchor needs."""
LEAST_ROWS = 16
SURE = 0.99


class Curve(NamedTuple):
    """sizes: (anchors,), rising, records trained on. errors: (repeats, anchors), 0 is perfect, of
    the same held-out records along a row; NaN where a fit was not possible.
    """

    sizes: Floats
    errors: Floats

    @property
    def largest(self) -> float:
        """The size of the last anchor."""
        return float(self.sizes[-1])

    @property
    def halvings(self) -> float:
        """From the last anchor down to the first."""
        return float(np.log2(self.sizes[-1] / self.sizes[0]))


def anchors(records: int) -> list[int]:
    """Sizes to train on, of records that are not held out; those too small for a fit left out.

    >>> anchors(1000)
    [62, 125, 250, 353, 500, 707, 1000]
    """
    sizes = dict.fromkeys(int(records * share) for share in SHARES)
    return [size for size in sizes if size >= LEAST_ROWS]


def curve(sizes: Floats, errors: Floats) -> Curve:
    """Of the anchors that were fitted often enough. Raises Broken where they are too few."""
    kept = np.isfinite(errors).sum(axis=0) >= FEWEST
    if kept.sum() < FEWEST or not kept[-1]:
        raise Broken(
            f"a learning curve of {int(kept.sum())} anchors: at least {FEWEST} are needed,"
            f" each fitted {FEWEST} times, the largest among them",
            hint="collect more records, or of the rarer class, before asking for a forecast",
        )
    return Curve(np.asarray(sizes, dtype=np.float64)[kept], errors[:, kept])


def shared(repeats: int) -> float:
    """By what the error of a mean over splits is larger than if they shared no records.

    Its variance is (1 / repeats + held out / trained) of one split's.
    Source: Nadeau and Bengio (2003), Inference for the Generalization Error.
    """
    return float(np.sqrt(1 + repeats * HELD_OUT / (1 - HELD_OUT)))


def ill_behaved(one: Curve) -> bool:
    """Whether more records surely made it worse somewhere: such a curve is told, not fitted.

    Paired differences of every two anchors against Student's t at SURE for all pairs together.
    About one of seven curves is (Viering et al. 2025, LCDB 1.1).
    """
    count = len(one.sizes)
    pairs = [(small, large) for large in range(count) for small in range(large)]
    bound = 1 - (1 - SURE) / len(pairs)
    return any(_worse(one.errors[:, large] - one.errors[:, small], bound) for small, large in pairs)


def _worse(differences: Floats, bound: float) -> bool:
    known = differences[np.isfinite(differences)]
    error = float(np.std(known, ddof=1)) / np.sqrt(len(known)) * shared(len(known))
    far = float(scipy.special.stdtrit(len(known) - 1, bound))
    return bool(known.mean() > far * error + 1e-12)
