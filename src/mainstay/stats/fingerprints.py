"""What a column holds, in little: enough to say that another holds the same, or in another unit.

Numbers are known by quantiles, texts by the LEAST smallest hashes of their distinct values
(bottom-k sketches; Cohen and Kaplan, 2007), moments by the newest of them. All are of the rows
there are: columns that mean the same of two seasons, or two places, are alike only so far as these
are.
"""

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.stats.blocks import Floats
from mainstay.stats.conversion import CONVERSIONS, Known

AT = np.linspace(0.02, 0.98, 49)
LEAST = 1024
SAME, OTHER = 0.02, 0.5
"""Mean distance of quantiles, as a share of their range: below it the same, above it another."""
ALIKE, STRANGE = 0.8, 0.1
"""Share of the texts of the smaller column that the other has too."""

NEWEST, ENOUGH = 5_000, 100
"""Different moments of a column that are kept, and that tell a shift."""
_QUARTER, _DAY = 900, 86_400
SHIFTS = (
    *(at * _QUARTER for at in range(-14 * 4, 14 * 4 + 1) if at),
    *(at * _DAY for at in range(-7, 8) if at),
)
"""Seconds: what zones differ by, by quarters of an hour, and days up to a week."""


class Quantiles(NamedTuple):
    """Of finite numbers: how many different ones there are, and those at AT, shape (49,)."""

    distinct: int
    at: Floats


class Sketch(NamedTuple):
    """Of texts: how many different ones there are, and the smallest of their hashes, rising."""

    distinct: int
    least: NDArray[np.uint64]


class Moments(NamedTuple):
    """Of days and moments: how many different ones there are, and the newest of them in seconds

    since 1970, rising.
    """

    distinct: int
    newest: NDArray[np.int64]


class Shift(NamedTuple):
    """The other column is so many seconds later. share: of the moments that both speak of, those

    found in the other then; before: those found as they stand.
    """

    seconds: int
    share: float
    before: float


def of_numbers(values: Floats) -> Quantiles | None:
    """None for no finite number."""
    known = values[np.isfinite(values)]
    return Quantiles(len(np.unique(known)), np.quantile(known, AT)) if len(known) else None


def of_texts(levels: Iterable[str]) -> Sketch | None:
    """None for no text."""
    hashes = np.unique(np.array([_hash(one) for one in levels], dtype=np.uint64))
    return Sketch(len(hashes), hashes[:LEAST]) if len(hashes) else None


def of_moments(seconds: NDArray[np.int64]) -> Moments | None:
    """None for no moment."""
    known = np.unique(seconds)
    return Moments(len(known), known[-NEWEST:]) if len(known) else None


def shift(one: Moments, other: Moments) -> Shift | None:
    """The one shift that makes moments of the other of one; None where none does, or several do.

    Moments that lie so densely that they are found after any shift tell nothing.
    """
    before = _found(one.newest, other.newest)
    fits = sorted(((_found(one.newest + by, other.newest), by) for by in SHIFTS), reverse=True)
    (share, by), (second, _) = fits[:2]
    told = share >= ALIKE and before <= STRANGE and second <= share / 2
    return Shift(by, share, before) if told else None


def _found(one: NDArray[np.int64], other: NDArray[np.int64]) -> float:
    """The share of the fewer, over the time both speak of; 0 for fewer than ENOUGH."""
    since, until = max(one[0], other[0]), min(one[-1], other[-1])
    mine, theirs = (some[(some >= since) & (some <= until)] for some in (one, other))
    fewer, more = sorted((mine, theirs), key=len)
    return float(np.isin(fewer, more).mean()) if len(fewer) >= ENOUGH else 0.0


def apart(one: Quantiles, other: Quantiles) -> float:
    """Mean distance of quantiles by the wider range; 0 where they are the same."""
    wide = max(np.ptp(one.at), np.ptp(other.at))
    distance = float(np.abs(one.at - other.at).mean())
    if not wide:
        return np.inf if distance else 0.0
    return distance / float(wide)


def conversion(one: Quantiles, other: Quantiles) -> Known | None:
    """The known conversion that makes the other column of one; None where there is none."""
    fits = [(apart(_converted(one, known), other), known) for known in CONVERSIONS]
    distance, best = min(fits, key=lambda fit: fit[0])
    return best if distance <= SAME < apart(one, other) else None


def shared(one: Sketch, other: Sketch) -> float:
    """The share of the smaller column's different texts that the other has too, by the sketches."""
    both = np.union1d(one.least, other.least)[:LEAST]
    held = np.isin(both, one.least) & np.isin(both, other.least)
    jaccard = float(held.mean())
    common = jaccard * (one.distinct + other.distinct) / (1 + jaccard)
    return min(common / min(one.distinct, other.distinct), 1.0)


def _converted(one: Quantiles, known: Known) -> Quantiles:
    return Quantiles(one.distinct, one.at * known.factor + known.offset)


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
