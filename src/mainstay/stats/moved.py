"""How far a column moved between two stretches of rows of which only moments are known."""

import math
from typing import NamedTuple

import scipy

from mainstay.core.nouns import Estimate


class Stretch(NamedTuple):
    """A column over so many rows of so many blocks, such as days."""

    rows: int
    blocks: int
    mean: float
    variance: float


def moved(before: Stretch, now: Stretch, *, many: int = 1, level: float = 0.95) -> Estimate:
    """The difference of the means in standard deviations of both stretches, now less before.

    Rows of a block are taken to be all alike, so that a stretch tells no more than its blocks do;
    many: intervals that hold together (Bonferroni). One block now says nothing of how blocks vary,
    so it is held against those before, in their standard deviations. Infinite with fewer than two
    before, 0 where nothing varies and nothing moved.
    """
    rows, far = before.rows + now.rows, now.mean - before.mean
    one = now.blocks < 2
    spread = math.sqrt(before.variance if one else (before.variance + now.variance) / 2)
    if not spread or before.blocks < 2:
        known = not far and not spread
        value = 0.0 if not far else math.copysign(math.inf, far) if not spread else far / spread
        return Estimate(
            value, value if known else -math.inf, value if known else math.inf, rows, "sd"
        )
    freedom = before.blocks - 1 if one else before.blocks + now.blocks - 2
    reach = float(scipy.special.stdtrit(freedom, 1 - (1 - level) / 2 / many))
    reach *= math.sqrt(1 / before.blocks + 1 / now.blocks)
    value = far / spread
    return Estimate(value, value - reach, value + reach, rows, "sd")
