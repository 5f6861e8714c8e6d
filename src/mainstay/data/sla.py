"""Whether sources keep what their owners agreed on, as evidence.

A number over rows that are all there is exact. Where rows do not say what is asked of them, or no
period is over yet, it is not known, and what blocks then stops as if it were broken.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

import ibis.expr.types as ir
import msgspec

from mainstay.contract import durations
from mainstay.contract.sla import KINDS, Side, Sla
from mainstay.core.errors import Broken, Unsure
from mainstay.core.nouns import Estimate, Evidence, Limit, Verdict, Window
from mainstay.data import measured, overlaps, periods
from mainstay.data.measured import Found
from mainstay.data.promises import OVERLAP, PERIODS, STATES, Asked, Promise

METHOD = "exact, over all rows that can be seen"
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_GONE = ("freshness", "frequency", "throughput", "availability", "time_of_availability")
"""Broken, not only unknown, where there is no row at all."""
_ROWS = ("latency", "completeness", "uniqueness", OVERLAP)
"""Of single rows: whether any came is for others to say."""


class Judged(NamedTuple):
    """What was asked, and what came of it."""

    asked: Asked
    evidence: Evidence

    @property
    def promise(self) -> Promise:
        return self.asked.promise

    @property
    def broken(self) -> bool:
        return self.evidence.verdict is Verdict.FAIL


class _Value(NamedTuple):
    """A number over n rows or periods, None where it is not known; note: for a person."""

    number: float | None
    n: int
    note: str = ""


def judged(
    some: tuple[Asked, ...], tables: Mapping[str, ir.Table], now: datetime, subject: str = ""
) -> tuple[Judged, ...]:
    """One question per source. Raises Mistake for a column that one lacks."""
    made = []
    for name in dict.fromkeys(one.promise.table for one in some):
        ours = tuple(one for one in some if one.promise.table == name)
        said = measured.found(ours, tables[name], now)
        for one, each in zip(ours, said, strict=True):
            found = Judged(one, _evidence(one, each, subject))
            made.append(_explained(found, tables[name], now))
    return tuple(made)


def _explained(one: Judged, table: ir.Table, now: datetime) -> Judged:
    """Which stretches share which rows, where that is what is broken."""
    if one.promise.sla.name != OVERLAP or not one.broken:
        return one
    note = overlaps.told(one.promise, measured.visible(one.asked, table, now))
    return one._replace(evidence=msgspec.structs.replace(one.evidence, note=note))


def refuse(some: tuple[Judged, ...], what: str) -> None:
    """Raises Broken, or Unsure, for the first promise that blocks `what` and does not hold."""
    blocking = [one for one in some if one.promise.sla.on_breach == "block"]
    for verdict, kind in ((Verdict.FAIL, Broken), (Verdict.UNSURE, Unsure)):
        found = [one for one in blocking if one.evidence.verdict is verdict]
        if found:
            more = f", and {len(found) - 1} more" if found[1:] else ""
            hint = f"ask the owner of {found[0].promise.source}; on_breach: warn lets it pass"
            raise kind(f"{told(found[0])}{more}: {what} is stopped", hint=hint)


def told(one: Judged) -> str:
    """In half a sentence: `freshness of weather is 9 h, at most 2 h is agreed`."""
    promise, seen, limit = one.promise, one.evidence, bound(one.promise.sla)
    side = limit.comparison.replace("_", " ")
    value = f"{seen.estimate.value:,.4g} {seen.estimate.unit}" if seen.estimate else "not known"
    note = f" ({seen.note})" if seen.note else ""
    agreed = f"{side} {limit.bound:,.4g} {_unit(promise.sla)}".rstrip()
    return f"{_said(promise)} is {value.rstrip()}{note}, {agreed} is agreed"


def bound(one: Sla) -> Limit:
    """The limit in the unit of its property: hours, days of retention, rows, or a share."""
    if one.of_rows is not None:
        return Limit("at_least", one.of_rows)
    side: Side = "at_most" if one.at_least is None else "at_least"
    value = one.bound
    return Limit(side, value / _scale(one) if isinstance(value, timedelta) else value)


def _said(promise: Promise) -> str:
    name, other = promise.sla.name.replace("_", " "), promise.sla.beside
    about = (
        f" of {', '.join(promise.columns)}" if KINDS[promise.sla.name].element == "columns" else ""
    )
    beside = f" with {other}" if other else ""
    return f"{name}{about} of {promise.source}{beside}{_within(promise.sla)}"


def _within(one: Sla) -> str:
    """What a share of rows is to keep."""
    if one.of_rows is None or not isinstance(one.bound, timedelta):
        return ""
    return f" within {durations.text(one.bound)}, by share of rows,"


def _scale(one: Sla) -> timedelta:
    return _DAY if one.name == "retention" else _HOUR


def _unit(one: Sla) -> str:
    if one.of_rows is not None:
        return ""
    match KINDS[one.name].bound:
        case "duration":
            return "d" if one.name == "retention" else "h"
        case "count":
            return "rows"
        case _:
            return ""


def _evidence(one: Asked, found: Found, subject: str) -> Evidence:
    value, sla = _value(one, found), one.promise.sla
    number, limit = value.number, bound(sla)
    seen = None if number is None else Estimate(number, number, number, value.n, _unit(sla))
    return Evidence(
        clause=one.promise.clause,
        subject=subject or one.promise.source,
        population=_population(one),
        method=METHOD,
        window=Window(one.since, one.until) if one.since else None,
        estimate=seen,
        limit=limit,
        verdict=_verdict(one, found, seen, limit),
        note=value.note,
    )


def _verdict(one: Asked, found: Found, seen: Estimate | None, limit: Limit) -> Verdict | None:
    """None where no new row came that could break what is agreed of rows."""
    if seen is None and one.new and one.promise.sla.name in _ROWS and not found.silent:
        return None
    if seen is None:
        gone = one.promise.sla.name in _GONE and not found.silent and not _early(one, found)
        return Verdict.FAIL if gone else Verdict.UNSURE
    verdict = limit.judge(seen)
    unknown = found.silent and KINDS[one.promise.sla.name].element == "seen"
    return Verdict.UNSURE if unknown and verdict is Verdict.PASS else verdict


def _value(one: Asked, found: Found) -> _Value:
    name = one.promise.sla.name
    if name in PERIODS:
        return _periodic(one, found)
    note = _silence(one, found)
    if found.value is None or not found.rows:
        return _Value(None, 0, note or "it holds no row that can be seen")
    if name == "uniqueness":
        return _Value(found.value / found.rows, found.rows, note)
    if KINDS[name].bound == "duration" and one.promise.sla.of_rows is None:
        return _Value(found.value / _scale(one.promise.sla).total_seconds(), found.rows, note)
    return _Value(found.value, found.rows, note)


def _periodic(one: Asked, found: Found) -> _Value:
    """Of whole periods, those without any row among them."""
    name, count = one.promise.sla.name, _count(one, found)
    length = durations.text(one.promise.sla.period)
    if count <= 0:
        nothing = "it holds no row that can be seen" if found.before is None else ""
        early = f"no period of {length} is over"
        return _Value(None, 0, _silence(one, found) or nothing or early)
    empty = count - found.periods
    note = f"{empty:,} of {count:,} periods of {length} have no row" if empty else ""
    if name == "availability":
        return _Value(found.periods / count, count, note)
    if name == "time_of_availability":
        value = None if empty or found.value is None else found.value / 3600
        return _Value(value, count, note or _silence(one, found))
    worst = 0.0 if empty and one.promise.sla.at_most is None else found.value or 0.0
    return _Value(worst, count, note)


def _count(one: Asked, found: Found) -> int:
    """How many whole periods there should be; none where nobody knows."""
    by = one.promise.calendar
    if one.since is not None:
        return periods.after(one.last, by) - periods.first(one.since, by)
    return 0 if found.before is None else periods.after(one.last, by) - found.before - 1


def _early(one: Asked, found: Found) -> bool:
    """Whether no period is over yet."""
    known = one.since is not None or found.before is not None
    return one.promise.sla.name in PERIODS and known and _count(one, found) <= 0


def _silence(one: Asked, found: Found) -> str:
    """Rows without a time say nothing against those that have it."""
    if KINDS[one.promise.sla.name].element == "seen":
        told = f"{found.silent:,} rows do not say since when they could be seen"
        return told if found.silent else ""
    silent = found.silent and not found.rows
    return f"{found.silent:,} rows do not say when they were" if silent else ""


def _population(one: Asked) -> str:
    since = f"{one.since:%Y-%m-%d}" if one.since else "the first"
    if one.promise.sla.name in STATES:
        return f"rows of {one.promise.source} as of {one.until:%Y-%m-%d %H:%M}"
    return f"rows of {one.promise.source} from {since} to {one.until:%Y-%m-%d %H:%M}"
