"""Rows that are other rows again but for little: one or two fields, blanks, a shift of all numbers.

Such a row is equal to its original in all columns but those that were changed, so each view of the
rows leaves some out, and equal rows of a view are found by a hash. How many are equal by chance is
known of rows of different days; views in which chance makes more than few equal prove nothing, and
are left out.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import NamedTuple

import numpy as np

from mainstay.core.columns import Columns, Numbers, Text, rows
from mainstay.core.nouns import Estimate
from mainstay.stats import bootstrap, copies, proportion
from mainstay.stats.copies import Bits, Codes, Some
from mainstay.stats.metrics import ratio

FEW = (0.001, 0.01, 0.1, 0.5)
"""Rows of different days that all views together may find equal. Four tries: fewer chances prove

fewer copies, more views find more of them; each is as much surer as four tries ask for.
"""
LEVEL, WIDER = 1 - 0.05 / len(FEW), 1.274
"""Of the interval of each try; how much wider it is than one of 95 %."""
SAMPLE, PAIRED, REPEATS = 20_000, 20, 500
"""Earlier rows that tell chance; fields of which pairs are left out, too; resamples."""
NAMED = 3
"""Fields that are named, those first in which most rows are others."""
FINEST, GRIDS = 256, (128, 32, 8)
"""Numbers on a grid of so many quantiles, with another half a step beside it."""
METHOD = "hashes without one or two fields, or of numbers on grids; share beyond chance; 97.5 %"
UNCHANGED, LITTLE = "nothing", "all numbers, by little"
_DAY = np.uint64((1 << 16) - 1)
"""The bits of a code that hold a day instead: two rows of a million share the rest seldom."""


class Both(NamedTuple):
    """Earlier rows, then later ones. day: of the former, from 0; days: how many the latter have.

    parts: of each field, the columns that hang on it, which change with it.
    """

    columns: Columns
    day: Codes
    days: int
    parts: Mapping[str, tuple[str, ...]]

    @property
    def later(self) -> int:
        """How many later rows there are."""
        return rows(self.columns) - len(self.day)


class Nearly(NamedTuple):
    """Which later rows are nearly an earlier one, shape (rows,), and in what they are others.

    share: of them all; chance: what it would be anyway. changed: rows by the fields in which they
    are others, most first. None of it where chance makes too many equal in every view.
    """

    rows: Some
    share: Estimate
    chance: Estimate
    changed: tuple[tuple[str, int], ...]


class _View(NamedTuple):
    """What was left out; later rows and earlier ones of the sample that it finds, shape (rows,)."""

    name: str
    later: Some
    sample: Some


def nearly(both: Both, *, seed: int) -> Nearly | None:
    """None where rows of different days are too alike, or of too few days, for anybody to tell."""
    place = np.random.default_rng(seed).permutation(len(both.day))[:SAMPLE]
    odd = both.day[place] % 2 == 1
    if not odd.any() or odd.all() or not both.later:
        return None
    views = sorted(_views(both, place, ~odd), key=lambda one: one.sample[~odd].mean())
    tried = (_tried(both, place, _chosen(views, ~odd, few), seed) for few in FEW)
    found = [one for one in tried if one is not None]
    return max(found, key=_proven) if found else None


def _proven(one: Nearly) -> float:
    return copies.proven(one.share, one.chance).value


def _tried(both: Both, place: Codes, chosen: list[_View], seed: int) -> Nearly | None:
    """By some views, which were chosen on even days; chance is that of odd days."""
    odd = both.day[place] % 2 == 1
    if len(chosen) < 2:
        return None
    day = both.day[place][odd]
    days = len(np.unique(both.day))
    alike = _either([one.sample for one in chosen])[odd]
    chance = _chance(alike, day, seed)
    another, mean = copies.wander(alike, day, both.days // 2, LEVEL)
    found = _either([one.later for one in chosen])
    wider = len(np.unique(day)) / max(both.days, 1)
    half = max((chance.high - chance.value) * np.sqrt(max(wider, 1.0)), another)
    chance = _of_all_days(copies.at_least(chance, mean), days)
    if not np.isfinite(half):
        return None
    share = _within(float(found.mean()), half, len(found))
    return Nearly(found, share, chance, tuple(_changed(chosen)))


def _chosen(views: list[_View], choosing: Some, few: float) -> list[_View]:
    """Those that chance makes fewest equal in, in that order, as long as all find few."""
    seen, found = np.zeros(int(choosing.sum()), dtype=np.bool_), []
    for one in views:
        seen = seen | one.sample[choosing]
        if seen.mean() > few:
            break
        found.append(one)
    return found


def _views(both: Both, place: Codes, choosing: Some) -> Iterator[_View]:
    """Of one field, of two that each prove something, and of numbers on grids."""
    bits = {name: _bits(values, at) for at, (name, values) in enumerate(both.columns.items())}
    whole = _sum(both, bits.values())
    yield _view(both, UNCHANGED, whole, place)
    kept = []
    for name in both.parts:
        left = _left_out(both, bits, (name,))
        one = _view(both, name, whole - left, place)
        if one.sample[choosing].mean() <= FEW[-1]:
            kept.append(name)
            yield one
    for two in combinations(kept, 2) if len(both.parts) <= PAIRED else ():
        yield _view(both, " and ".join(two), whole - _left_out(both, bits, two), place)
    for grid in _grids(both, bits):
        yield _view(both, LITTLE, grid, place)


def _left_out(both: Both, bits: Mapping[str, Bits], some: tuple[str, ...]) -> Bits:
    names = dict.fromkeys(name for one in some for name in both.parts[one])
    return _sum(both, (bits[name] for name in names))


def _grids(both: Both, bits: Mapping[str, Bits]) -> Iterator[Bits]:
    """All columns, numbers by where they lie among the earlier ones."""
    fine = {
        name: _quantiles(values, len(both.day))
        for name, values in both.columns.items()
        if not isinstance(values, Text)
    }
    if not fine:
        return
    rest = _sum(both, (one for name, one in bits.items() if name not in fine))
    for levels in GRIDS:
        step = FINEST // levels
        for shift in (0, step // 2):
            cells = ((one + shift) // step for one in fine.values())
            yield rest + _sum(both, (_bits(one, at) for at, one in enumerate(cells)))


def _quantiles(values: Numbers, count: int) -> Codes:
    """The place from 0 of the nearest quantile of earlier numbers; a missing one far from all."""
    numbers = np.asarray(values, dtype=np.float64)
    earlier = numbers[:count]
    known = earlier[np.isfinite(earlier)]
    if not len(known):
        return np.zeros(len(numbers), dtype=np.int64)
    levels, place = np.unique(np.quantile(known, np.arange(FINEST) / FINEST), return_index=True)
    found = place[np.searchsorted((levels[1:] + levels[:-1]) / 2, numbers)]
    return np.where(np.isnan(numbers), -2 * FINEST, found)


def _view(both: Both, name: str, bits: Bits, place: Codes) -> _View:
    """Equal bits, by sorting those of the earlier rows that share a cell with one asked for."""
    count = len(both.day)
    later, sample = bits[count:] & ~_DAY, bits[place] & ~_DAY
    size = (64 * (len(later) + len(sample))).bit_length()  # so that few share one by chance
    cell = (bits >> np.uint64(64 - size)).view(np.int64)
    asked = np.zeros(1 << size, dtype=np.bool_)
    asked[cell[count:]] = asked[cell[place]] = True
    some = np.flatnonzero(asked[cell[:count]])
    known = np.sort(bits[some] & ~_DAY | both.day[some].view(np.uint64))
    code, day = known & ~_DAY, known & _DAY
    start = np.flatnonzero(np.append(True, code[1:] != code[:-1]))
    last = np.append(start[1:], len(code)) - 1
    several = code[start[day[start] != day[last]]]
    return _View(name, _among(later, code[start]), _among(sample, several))


def _among(some: Bits, known: Bits) -> Some:
    """Which are known; known: in order."""
    if not len(known):
        return np.zeros(len(some), dtype=np.bool_)
    return np.asarray(known[np.searchsorted(known, some).clip(max=len(known) - 1)] == some)


def _chance(some: Some, day: Codes, seed: int) -> Estimate:
    """Days as blocks, and no surer than so many rows that are drawn one by one."""
    share = ratio(some * 1.0, np.ones(len(some)))
    alone = proportion.clopper_pearson(int(some.sum()), len(some), level=LEVEL)
    if not some.any():
        return alone
    found = bootstrap.estimate(share, (day,), seed=seed, repeats=REPEATS)
    low = found.value - WIDER * (found.value - found.low)
    high = found.value + WIDER * (found.high - found.value)
    return Estimate(found.value, max(min(low, alone.low), 0), max(high, alone.high), len(some))


def _of_all_days(chance: Estimate, days: int) -> Estimate:
    """Later rows meet the earlier ones of one day more than earlier rows do; at most so much."""
    more = days / max(days - 1, 1)
    value, high = (min(one * more, 1.0) for one in (chance.value, chance.high))
    return Estimate(value, chance.low, high, chance.n)


def _within(share: float, half: float, rows: int) -> Estimate:
    """With the interval that chance has in so few days: of the rows themselves all are known."""
    return Estimate(share, share - half, share + half, rows)


def said(found: Nearly) -> str:
    """`changed: wait (28), port (3); by chance 0.1% (0.0% to 0.3%) would be`"""
    named = ", ".join(f"{name} ({some:,})" for name, some in found.changed[:NAMED])
    return f"changed: {named}; {copies.by_chance(found.chance)}"


def _changed(chosen: list[_View]) -> Iterator[tuple[str, int]]:
    """Each row by the first view that finds it: one field before two, two before all."""
    rank = {UNCHANGED: -1, LITTLE: 2}
    left = np.ones(len(chosen[0].later), dtype=np.bool_)
    counts: dict[str, int] = {}
    for one in sorted(chosen, key=lambda view: rank.get(view.name, int(" and " in view.name))):
        counts[one.name] = counts.get(one.name, 0) + int((one.later & left).sum())
        left &= ~one.later
    found = sorted(counts.items(), key=lambda item: -item[1])
    return (item for item in found if item[1])


def _bits(values: Numbers | Text | Codes, at: int) -> Bits:
    """Spread bits of a column, others at each place of a column; texts without case, blanks."""
    told = _folded(values) if isinstance(values, Text) else values
    return copies.mixed(copies.plain(told) + np.uint64(int(copies.SPREAD) * (at + 1) % (1 << 64)))


def _folded(values: Text) -> Text:
    levels = [" ".join(one.split()).casefold() for one in values.levels]
    place = {level: code for code, level in enumerate(dict.fromkeys(levels))}
    codes = np.array([*(place[one] for one in levels), -1], dtype=np.int32)
    return Text(codes[values.codes], tuple(place))


def _sum(both: Both, some: Iterable[Bits]) -> Bits:
    """Of every row; 0 where there is nothing to add up."""
    total: Bits = np.zeros(len(both.day) + both.later, dtype=np.uint64)
    for one in some:
        total += one
    return total


def _either(some: list[Some]) -> Some:
    found: Some = np.logical_or.reduce(some)
    return found
