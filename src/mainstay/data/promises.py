"""What sources agreed on, as questions to their rows: which rows, which columns, until when."""

from datetime import datetime, timedelta
from typing import NamedTuple

from mainstay.contract.model import Contract
from mainstay.contract.sla import KINDS, Sla
from mainstay.contract.sources import DECISIONS, Context, Decisions
from mainstay.data.periods import Calendar

LABELS = "labels"
"""The source that labels come from."""
STATES = ("freshness", "retention", "overlap")
"""Of the newest or the oldest row, or of all of them, as of now."""
OVERLAP, BY_STRETCH = "overlap", " by stretch"
AND = " and "
"""Between the names of two sources that are asked together."""
PERIODS = ("throughput", "availability", "time_of_availability")
"""Of whole periods."""
_INSTANT = timedelta(microseconds=1)
_SHIFT = timedelta(hours=2)
"""By so much a day may be longer than another where clocks are set otherwise."""
_LATE = ("freshness", "latency", "time_of_availability")
"""What says how long rows may be on their way."""

_FRESH = {"property": "freshness", "on_breach": "warn"}


class Promise(NamedTuple):
    """One clause of one source. time, seen: columns, "" for none; columns: that it is about."""

    source: str
    sla: Sla
    time: str
    seen: str
    columns: tuple[str, ...]

    @property
    def clause(self) -> str:
        return f"{self.said}, {self.source}"

    @property
    def said(self) -> str:
        """The property, and what it is held against where that is another source."""
        return f"{self.sla.name} with {self.sla.beside}" if self.sla.beside else self.sla.name

    @property
    def table(self) -> str:
        """What it is asked of: the source, it with the stretch that each row is of, or two."""
        if self.sla.beside:
            return f"{self.source}{AND}{self.sla.beside}"
        return f"{self.source}{BY_STRETCH}" if self.sla.name == OVERLAP else self.source

    @property
    def calendar(self) -> Calendar:
        """Whose periods it counts."""
        return Calendar(self.sla.period, self.sla.zone or "")


class Asked(NamedTuple):
    """A promise, and the rows of [since, until) that are to keep it; since None: all before.

    wait: how long after its end a period counts, as its rows may be on their way. new: whether only
    what is new is asked about, where no row may be right.
    """

    promise: Promise
    since: datetime | None
    until: datetime
    wait: timedelta = timedelta()
    new: bool = False

    @property
    def last(self) -> datetime:
        """When the last period may have ended."""
        return self.until - self.wait


def promises(contract: Contract) -> tuple[Promise, ...]:
    """All that the sources of a contract agreed on and that rows can say; schemas stand apart."""
    stated = contract.data
    decided = [_of_decisions(stated.decisions, one) for one in stated.decisions.sla]
    known = [
        _of_context(name, context, one)
        for name, context in stated.context.items()
        for one in context.sla
    ]
    return tuple(one for one in (*decided, *known) if one.sla.name != "schema")


def fresh(contract: Contract) -> tuple[Promise, ...]:
    """The freshness that contexts agree on beside their sla: for the field, never in the way."""
    return tuple(
        _of_context(name, one, Sla.model_validate({**_FRESH, "at_most": one.freshness}))
        for name, one in contract.data.context.items()
        if one.freshness
    )


def of_labels(contract: Contract, time: str) -> tuple[Promise, ...]:
    """What who sends labels agreed on; time: the column that says when each was known."""
    return tuple(Promise(LABELS, one, time, "", ()) for one in contract.data.label.sla)


def asked(
    some: tuple[Promise, ...], since: datetime | None, until: datetime, now: datetime
) -> tuple[Asked, ...]:
    """Each of all rows of a time; what speaks of the newest or oldest row, of all as of now."""
    return tuple(
        Asked(one, None, now)
        if one.sla.name in STATES
        else Asked(one, since, until, _wait(some, one.source))
        for one in some
    )


def newest(some: tuple[Promise, ...], since: datetime, now: datetime) -> tuple[Asked, ...]:
    """Each of what is new since a time: of periods those that count since then, at least one."""
    return tuple(
        one._replace(new=True, since=_begin(one, since))
        if one.promise.sla.name in PERIODS
        else one._replace(new=True)
        for one in asked(some, since, now, now)
    )


def _begin(one: Asked, since: datetime) -> datetime:
    """So that the periods that count since then are whole, and the newest of all."""
    length = one.promise.sla.period + (_SHIFT if one.promise.sla.zone else timedelta())
    return min(since - length, one.until - 2 * length) - one.wait + _INSTANT


def _of_decisions(stated: Decisions, one: Sla) -> Promise:
    return _promise(DECISIONS, one, stated.time, "", (stated.key,))


def _of_context(name: str, stated: Context, one: Sla) -> Promise:
    key = (*stated.on, *filter(None, [stated.as_of]))
    return _promise(name, one, stated.as_of or "", stated.available_at or "", key)


def _promise(source: str, one: Sla, time: str, seen: str, key: tuple[str, ...]) -> Promise:
    named, kind = one.element or (), KINDS[one.name].element
    return Promise(
        source=source,
        sla=one,
        time=named[0] if named and kind == "time" else time,
        seen=named[0] if named and kind == "seen" else seen,
        columns=named if named and kind in ("columns", "key") else key,
    )


def _wait(some: tuple[Promise, ...], source: str) -> timedelta:
    stated = [one.sla.bound for one in some if one.source == source and one.sla.name in _LATE]
    return max((one for one in stated if isinstance(one, timedelta)), default=timedelta())
