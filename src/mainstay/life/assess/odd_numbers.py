"""Numbers that are none: codes for missing, values beyond what can be, units in two kinds.

Each looks for a break that a smooth tail does not have, so that skewed columns stay silent.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mainstay.life.assess.alone import Floats
from mainstay.life.assess.proposals import Oddity

Flags = NDArray[np.bool_]
CODES = (
    *(sign * (10**digits - 1) for digits in range(2, 9) for sign in (-1, 1)),
    -9, -(2**15), 2**15 - 1, -(2**31), 2**31 - 1,
)  # fmt: skip
ONE_NEGATIVE, OFTEN = -1, 3
"""The only negative one is a code where it is so many times as frequent as 0, its neighbour."""
FEW = 0.001
"""Of the rows: more of them are no slips."""
BREAK = 100
"""So many times as many rows lie within a boundary as beyond it, on as wide a stretch."""
PLAIN, OF_LOGS = (10.0, 3.0), (5.0, 1.5)
"""Quartile ranges from the middle, and times the distance of the next nearer value; of values, and
where all are above 0 of their logarithms, too. Of 98 columns of 11 public tables 4 are told, all of
them wrong: a gust of 1,048 miles an hour, 0 kelvin, 5,503 hPa, 999 days for never."""
LEVELS = 20
UNITS = {
    "inch of mercury and hPa": 33.8639, "mile and kilometre": 1.609344, "foot and metre": 3.28084,
    "inch and millimetre": 25.4, "inch and centimetre": 2.54, "pound and kilogram": 2.204623,
    "a thousandfold": 1000.0, "a hundredfold": 100.0, "minute and second": 60.0,
}  # fmt: skip
CLOSE, LEAST, APART = 0.1, 0.005, 0.6
"""A ratio of medians is a unit's within a tenth; the fewer are this share; log gap between them."""


def odd(row: str, values: Floats) -> Iterator[Oddity]:
    """What is odd among finite values; row: as features.py says it."""
    rest = values
    for oddity, code in _missing(row, values):
        yield oddity
        rest = rest[rest != code]
    if len(np.unique(rest)) < LEVELS:
        return
    found = [*_units(row, rest)] or [*_boundaries(rest)] or [*_outliers(rest)]
    yield from found


def _missing(row: str, values: Floats) -> Iterator[tuple[Oddity, float]]:
    """A value of nines or of a full register that stands further off than all others are wide."""
    levels, counts = np.unique(values, return_counts=True)
    if len(levels) < LEVELS:
        return
    low, high = levels[0], levels[-1]
    for code, others in ((low, levels[1:]), (high, levels[:-1])):
        rows = int(counts[0 if code == low else -1])
        away = min(abs(code - others[0]), abs(code - others[-1]))
        usual = others[(others != low) & (others != high)]
        far = code in CODES and away > np.ptp(usual) and rows > 1
        lone = code == ONE_NEGATIVE and others[0] >= 0 and rows > 2 and _whole(others)
        lone &= rows > OFTEN * int(counts[levels == 0].sum())
        if far or (lone and code == low):
            says = f"{code:g} stands far from all other values, as a code for missing does"
            step = f"({row} != {code:.0f}).ifelse({row}, None)"
            yield Oddity("missing", rows, says, {"missing": [int(code)]}, step=step), float(code)


def _whole(levels: Floats) -> bool:
    return bool((levels == np.round(levels)).all())


def _boundaries(values: Floats) -> Iterator[Oddity]:
    """A few beyond 0, 1 or 100, where next to none are that many lie just within."""
    sides = ((-values, 0.0, "below 0", [0, None]), (values, 1.0, "above 1", [0, 1]),
             (values, 100.0, "above 100", [0, 100]))  # fmt: skip
    for ordered, bound, says, clause in sides:
        beyond = ordered > bound
        rows = int(beyond.sum())
        if not 0 < rows <= max(FEW * len(values), 1):
            continue
        width = float(ordered.max()) - bound
        within = int(((ordered <= bound) & (ordered > bound - width)).sum())
        near = int(((ordered <= bound) & (ordered > 0.9 * bound)).sum()) if bound else within
        if within >= BREAK * rows and near >= rows and (bound == 0 or values.min() >= 0):
            clean, field = {"possible": clause}, {"between": clause}
            yield Oddity("boundary", rows, f"values {says}", {**clean}, {**field})
            return


def _outliers(values: Floats) -> Iterator[Oddity]:
    """A few so far off that neither a wide nor a skewed column explains them."""
    far = _far(values, *PLAIN)
    if values.min() > 0:
        far &= _far(np.log(values), *OF_LOGS)
    rows = int(far.sum())
    if not 0 < rows <= max(FEW * len(values), 1):
        return
    kept = values[~far]
    low, high = _rounded(float(kept.min()), float(kept.max()))
    says = f"values far from all others, which lie in {low:g} to {high:g}"
    yield Oddity("outlier", rows, says, {"possible": [low, high]}, {"between": [low, high]})


def _rounded(low: float, high: float) -> tuple[float, float]:
    """Outwards, to a thousandth of the range or so."""
    digits = int(2 - np.floor(np.log10(high - low)))
    step = 10.0**-digits
    ends = np.floor(low / step) * step, np.ceil(high / step) * step
    return round(float(ends[0]), digits), round(float(ends[1]), digits)


def _far(values: Floats, quartiles: float, further: float) -> Flags:
    """Beyond so many quartile ranges, and so many times as far off as the next on their side."""
    first, middle, third = np.quantile(values, [0.25, 0.5, 0.75])
    if not third > first:
        return np.zeros(len(values), dtype=bool)
    away = (values - middle) / (third - first)
    return _apart(away, quartiles, further) | _apart(-away, quartiles, further)


def _apart(away: Floats, quartiles: float, further: float) -> Flags:
    """Of one side, the positive one."""
    ordered = np.sort(away[away > 0])
    steps = np.flatnonzero((ordered[1:] > further * ordered[:-1]) & (ordered[1:] > quartiles))
    if not len(steps):
        return np.zeros(len(away), dtype=bool)
    found: Flags = away > ordered[steps[0]]
    return found


def _units(row: str, values: Floats) -> Iterator[Oddity]:
    """Two heaps with nothing between them, as far apart as two units are."""
    if values.min() <= 0:
        return
    logs = np.sort(np.log(values))
    steps = np.diff(logs)
    at = int(np.argmax(steps)) + 1
    fewer = min(at, len(logs) - at)
    if steps[at - 1] < APART or fewer < max(LEAST * len(logs), 2):
        return
    low, high = logs[:at], logs[at:]
    if steps[at - 1] < max(np.ptp(low), np.ptp(high)):
        return
    ratio = float(np.exp(np.median(high) - np.median(low)))
    cut = float(np.exp((low[-1] + high[0]) / 2))
    for unit, factor in UNITS.items():
        if abs(ratio / factor - 1) < CLOSE:
            side, by = (f"< {cut:.4g}", "*") if at == fewer else (f"> {cut:.4g}", "/")
            step = f"({row} {side}).ifelse({row} {by} {factor:g}, {row})"
            says = f"values in two heaps {ratio:.3g} apart: {unit}?"
            heap = np.exp((low if at == fewer else high)[[0, -1]])
            ends = _rounded(float(heap[0]), float(heap[1]))
            times = factor if at == fewer else 1 / factor
            clean = {"convert": {"between": list(ends), "times": times}}
            yield Oddity("unit", fewer, says, {**clean}, step=step)
            return
