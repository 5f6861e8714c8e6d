"""Rows that are other rows again, told by what they hold and by how often chance makes them so."""

import numpy as np
import scipy
from numpy.typing import NDArray

from mainstay.core.columns import Columns, Numbers, Text
from mainstay.core.nouns import Estimate
from mainstay.stats import apart

Codes = NDArray[np.int64]
Some = NDArray[np.bool_]
Bits = NDArray[np.uint64]
FEWEST, PERIODS = 3, 5
"""Periods without which nothing is known of another; as many as are made of few days."""
SPREAD = np.uint64(0x9E3779B97F4A7C15)


def alike(columns: tuple[Numbers | Text, ...]) -> Codes:
    """A code from 0 for each row, the same for rows equal in all columns; shape (rows,).

    By a hash of 64 bits: of a million rows two that differ share one with a chance of 3 in 10^8.
    """
    total: Bits = np.zeros(1, dtype=np.uint64)
    for one in columns:
        total = mixed(total * SPREAD + plain(one))
    found: Codes = np.unique(total, return_inverse=True)[1].astype(np.int64)
    return found


def distinct(values: Numbers | Text) -> int:
    """How many values there are, missing ones aside."""
    if isinstance(values, Text):
        return len(np.unique(values.codes[values.codes >= 0]))
    if values.dtype.kind == "f":
        return len(np.unique(values[np.isfinite(values)]))
    return len(np.unique(values))


def singular(inputs: Columns, rows: int) -> Some:
    """Rows that no chance makes equal, shape (rows,): a number of many values tells them apart.

    Of many values is a number that has more than half as many as there are rows; a row that lacks
    it, or holds its commonest value, is not told apart by it.
    """
    found = np.zeros(rows, dtype=np.bool_)
    for one in inputs.values():
        if not isinstance(one, Text) and distinct(one) > rows / 2:
            found |= _uncommon(one)
    return found


def elsewhere(code: Codes, day: Codes) -> Some:
    """Rows that are alike a row of another day, shape (rows,)."""
    count = int(code.max(initial=-1)) + 1
    first, last = np.full(count, day.max(initial=0)), np.zeros(count, dtype=np.int64)
    np.minimum.at(first, code, day)
    np.maximum.at(last, code, day)
    return np.asarray(first[code] != last[code])


def by_chance(chance: Estimate) -> str:
    """`by chance 11.0% (10.0% to 12.0%) would be`"""
    if not chance.high:
        return "by chance none would be"
    known = f" ({chance.low:.1%} to {chance.high:.1%})" if np.isfinite(chance.low) else ""
    return f"by chance {chance.value:.1%}{known} would be"


def mixed(code: Bits) -> Bits:
    """Bits spread over all others. Source: Steele, Lea and Flood (2014), SplitMix64."""
    code = (code ^ (code >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    code = (code ^ (code >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return code ^ (code >> np.uint64(31))


def plain(values: Numbers | Text) -> Bits:
    """The bits of every value; missing is a value."""
    if isinstance(values, Text):
        return values.codes.astype(np.int64).view(np.uint64)
    numbers = values.astype(np.float64) + 0.0  # -0 is 0
    return np.where(np.isnan(numbers), np.nan, numbers).view(np.uint64)


def proven(share: Estimate, chance: Estimate) -> Estimate:
    """The share of rows that are surely copies: the lower end of what chance does not explain.

    share: of rows that are another row again; chance: how many would be anyway. A number without
    an interval, as a count of what is proven is; where either share has none, from 0 to all of it.
    """
    if chance.high == 0:
        return Estimate(share.value, share.value, share.value, share.n)
    found = apart.difference(share, chance)
    if not np.isfinite(found.low):
        return Estimate(min(max(found.value, 0.0), share.value), 0.0, share.value, share.n)
    least = max(found.low, 0.0)
    return Estimate(least, least, least, share.n)


def wander(some: Some, day: Codes, days: int, level: float = 0.95) -> tuple[float, float]:
    """How surely a share is that of another period of so many days: half an interval, and that of

    the mean. some, day: shape (rows,). A time of year may be more alike than others, which no
    drawing of days tells: periods are told apart by Student's t, PERIODS at least, shorter ones
    where there are few days. Infinite for two days, unless nothing is alike.
    """
    if not some.any():
        return 0.0, 0.0
    names, rank = np.unique(day, return_inverse=True)
    periods = min(max(len(names) // max(days, 1), PERIODS), len(names))
    if periods < FEWEST:
        return np.inf, np.inf
    place = rank * periods // len(names)
    shares = np.bincount(place, some) / np.bincount(place)
    reach = float(scipy.special.stdtrit(periods - 1, (1 + level) / 2) * shares.std(ddof=1))
    return reach, reach / float(np.sqrt(periods))


def at_least(one: Estimate, half: float) -> Estimate:
    """A share with an interval of at least so much on either side."""
    low, high = min(one.low, one.value - half), max(one.high, one.value + half)
    return Estimate(one.value, max(low, 0.0), high, one.n)


def _uncommon(values: Numbers) -> Some:
    known = np.isfinite(values)
    levels, counts = np.unique(values[known], return_counts=True)
    return np.asarray(known & ((values != levels[counts.argmax()]) | (counts.max() == 1)))
