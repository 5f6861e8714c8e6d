"""Where rows come from: the decisions, and the context known at the moment of each."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, TypeVar

from pydantic import (
    AfterValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
)

from mainstay.contract import sla
from mainstay.contract.about import About
from mainstay.contract.clauses import Clause, Place, Section
from mainstay.contract.clean import Clean
from mainstay.contract.sla import Sla
from mainstay.contract.taken import TAKEN, Taken, fitting, taken, written
from mainstay.contract.terms import Duration, Format, Name, OneOrMore, Span, Text, Zone, wrong
from mainstay.contract.wording import shown
from mainstay.core.addresses import holds_secret

DECISIONS = "decisions"
"""The `from` of an aggregate over the decisions themselves."""
CLEANED = "columns whose values are set right before anybody reads them"
_EVERYWHERE: tuple[Place, ...] = ("bench", "door", "field")
_Value = TypeVar("_Value")


def _own_time(as_of: str | None, info: ValidationInfo) -> str | None:
    if as_of is not None and info.data.get("source") == DECISIONS:
        raise wrong(f"is {shown(as_of)}, but decisions have data.decisions.time", "take it out")
    return as_of


def _timed(value: _Value, info: ValidationInfo) -> _Value:
    """A clause that speaks of the time of a context row needs a column that holds it."""
    source, over = info.data.get("source"), info.field_name == "over"
    if value is None or source is None:
        return value
    if source == DECISIONS and not over:
        raise wrong("says nothing of decisions", "take it out")
    if source != DECISIONS and "as_of" in info.data and info.data["as_of"] is None:
        other = ", or write from: decisions" if over else ""
        hint = f"as_of names the column that says since when a row is true{other}"
        raise wrong("needs as_of", hint)
    return value


def _alone(over: timedelta | None, info: ValidationInfo) -> timedelta | None:
    """An aggregate has no newest row; of the decisions themselves only aggregates are context."""
    if over is not None and info.data.get("within") is not None:
        raise wrong("stands beside within", "over is for an aggregate, within for the newest row")
    if over is None and info.data.get("source") == DECISIONS:
        raise wrong("needs over", "say over how long the decisions before are taken", up=1)
    return over


def _aggregated(known_after: timedelta | None, info: ValidationInfo) -> timedelta | None:
    if known_after is not None and "over" in info.data and info.data["over"] is None:
        raise wrong("needs over", "for the newest row write available_at: the column that says it")
    return known_after


def _own_sla(some: tuple[Sla, ...]) -> tuple[Sla, ...]:
    return sla.agreed(some, time=True, seen=False)


def _sla(some: tuple[Sla, ...], info: ValidationInfo) -> tuple[Sla, ...]:
    """Of a context; the decisions have their own, and one freshness is enough."""
    if some and info.data.get("source") == DECISIONS:
        raise wrong("says nothing of decisions", "state it as data.decisions.sla")
    again = [one.name for one in some].count("freshness") + bool(info.data.get("freshness"))
    if again > 1:
        raise wrong("agrees on freshness twice", "keep one, or the clause freshness beside it")
    if "as_of" not in info.data:
        return some
    timed, seen = info.data["as_of"], info.data.get("available_at")
    return sla.agreed(some, time=timed is not None, seen=seen is not None)


def _open(address: str) -> str:
    """Contracts are read by everybody: what opens a source stands elsewhere."""
    if holds_secret(address):
        raise wrong("holds a secret", "take it out, and write it into sources.toml")
    return address


class Decisions(Section):
    """The table with one row per decision."""

    source: Annotated[
        Text,
        AfterValidator(_open),
        Field(alias="from"),
        Clause("a path or address", ("bench",)),
    ]
    key: Annotated[Name, Clause("names the decision; unique", ("bench", "door", "field"))]
    time: Annotated[Name, Clause("the moment of decision", ("bench", "door", "field"))]
    entity: Annotated[
        Name | None,
        Clause("whom it is about; where null or not stated, the key", ("bench", "door", "field")),
    ] = None
    format: Annotated[Format | None, Clause("how text times are written", ("bench",))] = None
    zone: Annotated[Zone | None, Clause("the zone of times without one; else UTC", ("bench",))] = (
        None
    )
    about: Annotated[About | None, Clause("what people should know of it")] = None
    columns: Annotated[
        Mapping[Name, About], Clause("what people should know of each of its columns")
    ] = {}
    clean: Annotated[Mapping[Name, Clean], Clause(CLEANED, _EVERYWHERE)] = {}
    sla: Annotated[
        tuple[Sla, ...],
        AfterValidator(_own_sla),
        Clause("what its owner agreed on", ("bench", "field")),
    ] = ()


class Context(Section):
    """Rows about something else, joined to each decision as they were known at its moment."""

    source: Annotated[
        Text,
        AfterValidator(_open),
        Field(alias="from"),
        Clause("a path or address; decisions for themselves", ("bench",)),
    ]
    on: Annotated[OneOrMore, Clause("columns equal on both sides", ("bench", "door"))]
    as_of: Annotated[
        Name | None,
        AfterValidator(_own_time),
        Clause("since when a row is true; without it the table is static", ("bench", "door")),
    ] = None
    available_at: Annotated[
        Name | None,
        AfterValidator(_timed),
        Clause("since when a row could be seen", ("bench", "door")),
    ] = None
    within: Annotated[
        Span | None,
        AfterValidator(_timed),
        Clause("how old the newest row may be; else any age", ("bench", "door")),
    ] = None
    freshness: Annotated[
        Span | None,
        AfterValidator(_timed),
        Clause("how late the source may be before it is an incident", ("field",)),
    ] = None
    over: Annotated[
        Span | None,
        AfterValidator(_timed),
        AfterValidator(_alone),
        Field(validate_default=True),
        Clause("how far back an aggregate reaches", ("bench", "door")),
    ] = None
    known_after: Annotated[
        Duration | None,
        AfterValidator(_aggregated),
        Clause("how long after its time an aggregated row is known; else at once", ("bench",)),
    ] = None
    format: Annotated[
        Format | None, AfterValidator(_timed), Clause("how text times are written", ("bench",))
    ] = None
    zone: Annotated[
        Zone | None,
        AfterValidator(_timed),
        Clause("the zone of times without one; else UTC", ("bench",)),
    ] = None
    about: Annotated[About | None, Clause("what people should know of it")] = None
    columns: Annotated[
        Mapping[Name, About], Clause("what people should know of each of its columns")
    ] = {}
    clean: Annotated[Mapping[Name, Clean], Clause(CLEANED, _EVERYWHERE)] = {}
    sla: Annotated[
        tuple[Sla, ...],
        AfterValidator(_sla),
        Clause("what the owner of the source agreed on", ("bench", "field")),
    ] = ()
    take: Annotated[
        tuple[Taken, ...],
        PlainValidator(taken),
        AfterValidator(fitting),
        PlainSerializer(written),
        WithJsonSchema(TAKEN),
        Clause("the columns to bring along, or functions of them", ("bench", "door")),
    ]

    @property
    def fresh_within(self) -> timedelta | None:
        """How old the newest row may be by either clause that says so; None where none does."""
        stated = (one.bound for one in self.sla if one.name == "freshness" and not one.element)
        agreed = self.freshness or next(stated, None)
        return agreed if isinstance(agreed, timedelta) else None
