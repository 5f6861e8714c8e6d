"""Columns that changed their unit, and fields that the door stops.

Every window is held against the windows just before the move, which stay the reference until the
column is back. Where most values are stopped by a rule, what was stopped is what the source says.
"""

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from mainstay.bundle.manifest import Manifest
from mainstay.core.nouns import Estimate, Verdict, Window
from mainstay.core.rules import FieldRule
from mainstay.data.profile import BINS, Numbers
from mainstay.data.profile import Moments as Profiles
from mainstay.life.watch.order import Finding, Order, Profiled, source_of
from mainstay.stats import proportion
from mainstay.stats.conversion import CONVERSIONS, Conversion, Known, Moments, conversion

BEFORE = 14
"""Windows before that tell what is usual."""
TOGETHER = (1, 2, 3, 5, 7)
"""So many newest windows are asked together whether a conversion explains them."""
ODD = 3.0
"""Windows are asked about from one on whose mean or sd lies so many sd of windows off."""


class Move(NamedTuple):
    """A column in another unit. windows: those that arrived so; back: it has its own unit again."""

    column: str
    found: Conversion
    windows: tuple[Window, ...]
    back: bool


class _Seen(NamedTuple):
    """What a window says of a column: rows, mean, logarithm of the sd."""

    window: Window
    n: float
    mean: float
    log_sd: float


SPREAD = BINS // 2
"""Different quantiles, of BINS, that a column must have."""


def moves(profiled: tuple[Profiled, ...], units: dict[str, str]) -> tuple[Move, ...]:
    """Every unit change of every numeric column in these windows, oldest first.

    units: column -> the unit declared, where one is. A column most of whose values are one and the
    same says by its mean how often it differs, not in what unit: it is passed over.
    """
    names = [
        one.name
        for one in profiled[-1].profile.columns
        if isinstance(one, Numbers) and len(one.edges) >= SPREAD
    ]
    found = (one for name in names for one in _of(name, _series(name, profiled), units))
    return tuple(found)


def units(stated: Manifest) -> dict[str, str]:
    """The units that fields declare."""
    return {one.name: one.unit for one in stated.rules if isinstance(one, FieldRule) and one.unit}


def believed(
    moved: tuple[Move, ...], event: Finding | None, units: dict[str, str]
) -> tuple[Move, ...]:
    """Those that are told. Where the world broke, some conversion explains some column by chance:
    of what moved since then only a column whose unit is declared is said to have another one.
    """
    if event is None:
        return moved
    since = event.window.since
    return tuple(one for one in moved if one.column in units or one.windows[0].since < since)


def findings(
    order: Order, stated: Manifest, fresh: tuple[Profiled, ...], moved: tuple[Move, ...]
) -> Iterator[Finding]:
    """What the windows of now say: units that changed, then fields that are stopped otherwise."""
    now = {one.window for one in fresh}
    told = [one for one in moved if now & set(one.windows)]
    for one in told:
        yield _unit(order, stated, one, fresh)
    explained = {one.column for one in told}
    for rule in stated.rules:
        if isinstance(rule, FieldRule) and rule.name not in explained:
            yield from _stopped(order, rule, fresh)


def _series(name: str, profiled: tuple[Profiled, ...]) -> list[_Seen]:
    return [seen for one in profiled if (seen := _seen(name, one))]


def _seen(name: str, one: Profiled) -> _Seen | None:
    """By what most of the values are: those let through, or those stopped."""
    kept = next((each.moments for each in _numbers(one) if each.name == name), None)
    stopped = next((each.values for each in one.stopped if each.field == name), None)
    told = max(filter(None, (kept, stopped)), key=lambda each: each.n, default=None)
    if told is None or told.n < 2 or not told.squares > 0:
        return None
    return _Seen(one.window, told.n, told.mean, math.log(_variance(told)) / 2)


def _numbers(one: Profiled) -> list[Numbers]:
    return [each for each in one.profile.columns if isinstance(each, Numbers)]


def _variance(one: Profiles) -> float:
    return one.squares / one.n


def _of(name: str, series: list[_Seen], units: dict[str, str]) -> Iterator[Move]:
    usual: list[_Seen] = []
    moved: list[_Seen] = []
    found: Conversion | None = None
    asked = 0
    for one in series:
        if found and _converted(one, usual[-BEFORE:], _known(found)):
            moved.append(one)
            continue
        if found:
            yield _move(name, found, moved, back=True)
            found, moved = None, []
        asked = TOGETHER[-1] if _odd(one, usual[-BEFORE:]) else asked - 1
        usual.append(one)
        if asked > 0:
            newest = tuple(usual[-BEFORE - TOGETHER[-1] :])
            found, count = _explained(newest, units.get(name, ""))
            usual, moved = usual[: len(usual) - count], usual[len(usual) - count :]
    if found:
        yield _move(name, found, moved, back=False)


def _move(name: str, found: Conversion, moved: list[_Seen], *, back: bool) -> Move:
    return Move(name, found, tuple(one.window for one in moved), back)


def _odd(one: _Seen, usual: list[_Seen]) -> bool:
    """Whether a window is worth the question."""
    if len(usual) < 2:
        return False
    mean, spread = np.array([each.mean for each in usual]), [each.log_sd for each in usual]
    off = abs(one.mean - mean.mean()) / max(float(mean.std(ddof=1)), 1e-300)
    wide = abs(one.log_sd - np.mean(spread)) / max(float(np.std(spread, ddof=1)), 1e-300)
    return bool(max(off, wide) > ODD)


@lru_cache(100_000)
def _explained(series: tuple[_Seen, ...], unit: str) -> tuple[Conversion | None, int]:
    """What explains the newest windows, and how many; the fewest that are sure.

    Every look asks again about the windows of all looks before it.
    """
    for count in TOGETHER:
        before, now = series[:-count][-BEFORE:], series[-count:]
        found = conversion(_moments(before), _moments(now), unit=unit) if before else None
        if found:
            return found, count
    return None, 0


def _moments(some: tuple[_Seen, ...]) -> Moments:
    n, mean, spread = (np.array([one[at] for one in some], dtype=np.float64) for at in (1, 2, 3))
    return Moments(n, mean, np.exp(2 * spread))


def _known(found: Conversion) -> Known:
    return next(one for one in CONVERSIONS if one.name == found.name)


def _converted(one: _Seen, usual: list[_Seen], by: Known) -> bool:
    """Whether a window still fits the usual ones better with the conversion undone than as it is.

    By squared distances of mean and log sd, in the spread of the usual windows.
    """
    undone = one._replace(
        mean=(one.mean - by.offset) / by.factor, log_sd=one.log_sd - math.log(abs(by.factor))
    )
    return _apart(undone, usual) < _apart(one, usual)


def _apart(one: _Seen, usual: list[_Seen]) -> float:
    far = 0.0
    for at in (2, 3):
        known = np.array([each[at] for each in usual], dtype=np.float64)
        far += (one[at] - known.mean()) ** 2 / max(float(known.var(ddof=1)), 1e-12)
    return float(far)


def _unit(order: Order, stated: Manifest, one: Move, fresh: tuple[Profiled, ...]) -> Finding:
    now = [each for each in fresh if each.window in one.windows]
    count = sum(each.broken for per in now for each in per.stopped if each.field == one.column)
    rows = sum(per.counts.decisions for per in now)
    door = f"{count:,} of {rows:,} decisions {_outside(stated, one.column)}; " if count else ""
    back = f"; back since {one.windows[-1].until:%Y-%m-%d}" if one.back else ""
    return Finding(
        clause="unit",
        columns=(one.column,),
        what=f"{one.column}: {door}{_formula(stated, one)}{back}",
        cause=f"the source changed its unit on {one.windows[0].since:%Y-%m-%d}",
        owner=source_of(order.contract, one.column),
        action=f"ask the {source_of(order.contract, one.column)} to send the agreed unit again",
        verdict=Verdict.FAIL,
        window=Window(one.windows[0].since, one.windows[-1].until),
        open=not one.back,
    )


def _formula(stated: Manifest, one: Move) -> str:
    """What was found; by the name of the units where that does not contradict the one declared."""
    declared = units(stated).get(one.column, "")
    fits = not declared or one.found.name.startswith(f"{declared} to ")
    return f"{one.found.formula} ({one.found.name})" if fits else one.found.formula


def _stopped(order: Order, rule: FieldRule, fresh: tuple[Profiled, ...]) -> Iterator[Finding]:
    """A field that keeps more rows from the model than the contract lets pass at certification."""
    found = [(per, each) for per in fresh for each in per.stopped if each.field == rule.name]
    share = _share([each.broken for _, each in found], [each.rows for _, each in found])
    limit = order.contract.certify.stopped.limit
    if not found or limit.judge(share) is not Verdict.FAIL:
        return
    broken = sum(each.broken for _, each in found)
    bad = [per.window for per, each in found if each.broken]
    does = "rejected" if rule.on_breach == "reject" else "left to the baseline"
    yield Finding(
        clause="stopped",
        columns=(rule.name,),
        what=f"{rule.name}: {broken:,} of {share.n:,} decisions {_range(rule)}, {does}",
        cause="no known conversion explains it",
        owner=source_of(order.contract, rule.name),
        action=f"show the {source_of(order.contract, rule.name)} some of these rows",
        verdict=Verdict.FAIL,
        window=Window(bad[0].since, bad[-1].until),
    )


def _share(broken: list[int], rows: list[int]) -> Estimate:
    return proportion.clopper_pearson(sum(broken), sum(rows))


def _outside(stated: Manifest, name: str) -> str:
    rules = (one for one in stated.rules if isinstance(one, FieldRule) and one.name == name)
    return next(map(_range, rules), "stopped")


def _range(rule: FieldRule) -> str:
    """`outside 870..1090`, or that the rule was broken."""
    if rule.bands or (rule.low is None and rule.high is None):
        return "not as declared"
    low = "" if rule.low is None else f"{rule.low:g}"
    high = "" if rule.high is None else f"{rule.high:g}"
    return f"outside {low}..{high}"
