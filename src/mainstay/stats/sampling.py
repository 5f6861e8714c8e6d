"""Rows drawn with chances that are known, so that whoever counts them can make up for the chances.

A sample of rows that were likelier to be drawn than others says nothing of the whole until each row
counts for one over its chance. Two draws are made: one in which all rows are alike, which can be
used as it is; and one by what a row is worth. They are independent, so the chance of either is
known too.

Sources: Horvitz and Thompson (1952); systematic sampling by size, Madow (1949); Kish (1965) for
how many alike rows weighted ones are worth.
"""

import numpy as np

from mainstay.stats.blocks import Blocks, Floats
from mainstay.stats.blockwise import Statistic

_ROUNDS = 60


def rate(value: Floats, count: float) -> float:
    """The number that values are multiplied with, cut at 1, to be chances of `count` rows in all.

    Infinite where there are no more rows than that. Raises ValueError where a value is not above 0.
    """
    if (value <= 0).any():
        raise ValueError("a row that is worth nothing is never drawn, and nothing makes up for it")
    if count >= len(value):
        return np.inf
    low, high = 0.0, 1.0 / float(value.min())
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        if np.minimum(middle * value, 1).sum() < count:
            low = middle
        else:
            high = middle
    return high


def drawn(chance: Floats, generator: np.random.Generator) -> Blocks:
    """Places of rows drawn, each with exactly its chance; as many as the chances sum up to, or one

    less. The order of rows says nothing: it is drawn too.
    """
    order = generator.permutation(len(chance))
    ends = np.cumsum(chance[order])
    start = generator.random()
    hits = np.floor(ends - start) > np.floor(np.concatenate([[0.0], ends[:-1]]) - start)
    return np.sort(order[hits])


def either(one: Floats, other: Floats) -> Floats:
    """The chance to be in one of two draws that know nothing of each other."""
    return 1 - (1 - one) * (1 - other)


def worth(weight: Floats) -> float:
    """How many rows that count alike say as much as rows of these weights."""
    return float(weight.sum() ** 2 / np.square(weight).sum()) if len(weight) else 0.0


class Weighed:
    """A statistic of rows that do not count alike."""

    def __init__(self, statistic: Statistic, weight: Floats) -> None:
        self._statistic, self._weight = statistic, weight

    def __call__(self, weight: Floats) -> float:
        return self._statistic(weight * self._weight)
