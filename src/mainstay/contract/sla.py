"""What the owner of a source agreed on: properties of its rows that can be measured on them.

The words are those of the service levels of ODCS, as far as a table alone can say whether they are
kept; what it cannot say is refused when the contract is read.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal, NamedTuple, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from mainstay.contract import durations
from mainstay.contract.clauses import Clause, Place, Section
from mainstay.contract.terms import Name, OneOrMore, Share, Span, Zone, refuse, wrong
from mainstay.contract.wording import shown
from mainstay.core import nearest
from mainstay.core.errors import Mistake

Property = Literal[
    "freshness", "latency", "time_of_availability", "frequency", "throughput", "availability",
    "retention", "completeness", "uniqueness", "overlap", "schema",
]  # fmt: skip
Side = Literal["at_most", "at_least"]
Severity = Literal["block", "quarantine", "warn"]
Bound = timedelta | float
_PLACES: tuple[Place, ...] = ("bench", "field")
_DAY = timedelta(days=1)


class Kind(NamedTuple):
    """What can be said of a property. bound: what its limit is, "" for none.

    element: what the column stands for, "" where none is named. over: whether it is of periods;
    days: or of days alone. aside: whether single rows break it, so that they can be set aside;
    rows: whether each row keeps it or not.
    """

    bound: Literal["duration", "count", "share", ""]
    sides: tuple[Side, ...]
    element: Literal["time", "seen", "columns", "key", ""]
    over: bool = False
    aside: bool = False
    days: bool = False
    rows: bool = False


KINDS: Mapping[Property, Kind] = {
    "freshness": Kind("duration", ("at_most",), "time"),
    "latency": Kind("duration", ("at_most",), "seen", aside=True, rows=True),
    "time_of_availability": Kind("duration", ("at_most",), "seen", aside=True, days=True),
    "frequency": Kind("duration", ("at_most",), "time"),
    "throughput": Kind("count", ("at_least", "at_most"), "time", over=True, aside=True),
    "availability": Kind("share", ("at_least",), "time", over=True),
    "retention": Kind("duration", ("at_least", "at_most"), "time"),
    "completeness": Kind("share", ("at_least",), "columns", aside=True),
    "uniqueness": Kind("share", ("at_least",), "key", aside=True),
    "overlap": Kind("share", ("at_most",), "key", aside=True),
    "schema": Kind("", (), ""),
}
ASIDE = tuple(name for name, kind in KINDS.items() if kind.aside)
"""Properties of single rows, or of all rows of a period."""
OF_LABELS: tuple[Property, ...] = (
    "freshness", "frequency", "throughput", "availability", "retention",
)  # fmt: skip
"""What can be said of labels by the time each was known, their only column beside what they say."""
_EXAMPLES = {"duration": "2h", "count": "400", "share": "0.99"}


def _property(name: object) -> object:
    if isinstance(name, str) and name not in get_args(Property):
        says = f"is {shown(name)}, which cannot be executed on a table"
        raise wrong(says, nearest.hint(name, get_args(Property)))
    return name


def _kind(info: ValidationInfo) -> Kind | None:
    """Of the property stated; None where that is a mistake of its own."""
    name: Property | None = info.data.get("name")
    return KINDS[name] if name else None


def _element(names: tuple[str, ...] | None, info: ValidationInfo) -> tuple[str, ...] | None:
    kind, name = _kind(info), info.data.get("name")
    if kind is None:
        return names
    if names is None and kind.element == "columns":
        raise wrong("is not stated", f"name the columns whose {name} is agreed on")
    if names is not None and not kind.element:
        raise wrong(f"says nothing of {name}", "take it out")
    if names is not None and kind.element in ("time", "seen") and names[1:]:
        raise wrong(f"names {len(names)} columns", "name the one that says when")
    return names


def _beside(other: str | None, info: ValidationInfo) -> str | None:
    name = info.data.get("name")
    if other is not None and name not in (None, "overlap"):
        raise wrong(f"says nothing of {name}", "it names the context that overlap is held against")
    return other


def _bound(value: object, info: ValidationInfo) -> Bound | None:
    kind, name = _kind(info), info.data.get("name")
    if value is None or kind is None:
        return None
    side = info.field_name or ""
    if side not in kind.sides:
        other = f"write {kind.sides[0]}" if kind.sides else "take it out"
        raise wrong(f"is stated, but of {name} it says nothing", other)
    return _duration(value, str(name)) if kind.bound == "duration" else _number(value, kind)


def _duration(value: object, name: str) -> timedelta:
    if isinstance(value, timedelta):
        return value
    hint = f"write the unit too, for example {_EXAMPLES['duration']}"
    if name == "time_of_availability":
        hint = "write how long after the end of its day, for example 6h; zone says whose day"
    if not isinstance(value, str):
        raise wrong(f"is {shown(value)}, but a duration is wanted", hint)
    try:
        return durations.duration(value)
    except Mistake as mistake:
        told = mistake.hint if name != "time_of_availability" else hint
        raise wrong(f"is {shown(value)}", told) from mistake


def _number(value: object, kind: Kind) -> float:
    wanted = "a share from 0 to 1" if kind.bound == "share" else "a number of rows"
    example = f"for example {_EXAMPLES[kind.bound]}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong(f"is {shown(value)}, but {wanted} is wanted", example)
    if not 0 <= value <= (1 if kind.bound == "share" else 2**53):
        raise wrong(f"is {value:g}, but {wanted} is wanted", example)
    return float(value)


def _one_bound(at_most: Bound | None, info: ValidationInfo) -> Bound | None:
    """Exactly one bound where the property has one."""
    kind = _kind(info)
    if kind is None or "at_least" not in info.data:
        return at_most
    stated = [one for one in (info.data["at_least"], at_most) if one is not None]
    if kind.sides and not stated:
        example = f"for example {kind.sides[0]}: {_EXAMPLES[kind.bound]}"
        raise wrong(f"needs {' or '.join(kind.sides)}", example, up=1)
    if stated[1:]:
        raise wrong("states both at_least and at_most", "state them one by one", up=1)
    return at_most


def _over(over: timedelta | None, info: ValidationInfo) -> timedelta | None:
    kind, name = _kind(info), info.data.get("name")
    if over is not None and kind is not None and not kind.over:
        raise wrong(f"says nothing of {name}", "it is the period of throughput and availability")
    return over


def _of_rows(share: float | None, info: ValidationInfo) -> float | None:
    kind, name = _kind(info), info.data.get("name")
    if share is None or kind is None:
        return share
    if not kind.rows:
        hint = "take it out: it is the share of rows that keep a latency"
        raise wrong(f"says nothing of {name}", hint)
    if not 0 < share < 1:
        raise wrong(f"is {share:g}, but a share between 0 and 1 is wanted", "for example 0.95")
    return share


def _days(zone: str | None, info: ValidationInfo) -> str | None:
    """Hours of a zone whose clocks change are not all of one length."""
    kind, name, over = _kind(info), info.data.get("name"), info.data.get("over")
    if zone is None or kind is None:
        return zone
    if not (kind.over or kind.days):
        hint = "it says whose days throughput, availability and time_of_availability count"
        raise wrong(f"says nothing of {name}", hint)
    if over is not None and over % _DAY:
        raise wrong("is stated, but periods are no whole days", "take it out, or write over in d")
    return zone


def _severity(on_breach: Severity, info: ValidationInfo) -> Severity:
    kind, name = _kind(info), info.data.get("name")
    if on_breach == "quarantine" and kind is not None and not kind.aside:
        hint = f"write block or warn; rows can be set aside for {', '.join(ASIDE)}"
        raise wrong(f"is quarantine, but {name} is broken by no single row", hint)
    return on_breach


def _written(bound: Bound | None) -> str | float | None:
    return durations.text(bound) if isinstance(bound, timedelta) else bound


_Bound = Annotated[
    Bound | None,
    PlainValidator(_bound),
    PlainSerializer(_written),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": f"^{durations.PATTERN}$", "examples": ["2h"]},
                {"type": "number", "minimum": 0},
                {"type": "null"},
            ]
        }
    ),
]


class Sla(Section):
    """One property of a source that its owner agreed on."""

    name: Annotated[
        Property,
        BeforeValidator(_property),
        Field(alias="property"),
        Clause("what is measured on its rows", _PLACES),
    ]
    element: Annotated[
        OneOrMore | None,
        AfterValidator(_element),
        Field(validate_default=True),
        Clause("the columns it speaks of, where not the usual ones", _PLACES),
    ] = None
    beside: Annotated[
        Name | None,
        AfterValidator(_beside),
        Field(alias="with"),
        Clause("of overlap: the context that may not hold the same rows", _PLACES),
    ] = None
    at_least: Annotated[_Bound, Clause("the least that keeps it", _PLACES)] = None
    at_most: Annotated[
        _Bound,
        AfterValidator(_one_bound),
        Field(validate_default=True),
        Clause("the most that keeps it", _PLACES),
    ] = None
    over: Annotated[
        Span | None,
        AfterValidator(_over),
        Clause("the period of throughput and availability; else 1d", _PLACES),
    ] = None
    zone: Annotated[
        Zone | None,
        AfterValidator(_days),
        Clause("whose days its periods are; else UTC", _PLACES),
    ] = None
    of_rows: Annotated[
        Share | None,
        AfterValidator(_of_rows),
        Clause("the share of rows that must keep a latency; else all", _PLACES),
    ] = None
    on_breach: Annotated[
        Severity, AfterValidator(_severity), Clause("what follows when it is broken", _PLACES)
    ] = "block"

    @property
    def bound(self) -> Bound:
        """The limit that is stated; 0 for a property without one."""
        stated = self.at_most if self.at_least is None else self.at_least
        return 0.0 if stated is None else stated

    @property
    def period(self) -> timedelta:
        return self.over or _DAY


def agreed(some: tuple[Sla, ...], *, time: bool, seen: bool) -> tuple[Sla, ...]:
    """Those of one source, where each finds the column it needs.

    time, seen: whether the source says itself when a row was, and since when it could be seen.
    """
    refuse(
        _lacking(one, place, "element", "the column that says since when a row could be seen")
        if KINDS[one.name].element == "seen"
        else _lacking(one, place, "as_of or element", "the column that says when a row was")
        for place, one in enumerate(some)
        if _lacks(one, time=time, seen=seen)
    )
    return some


def of_labels(some: tuple[Sla, ...]) -> tuple[Sla, ...]:
    """Those of labels: of the times they were known at, and none is kept from anybody."""
    refuse(_unfit(one, place) for place, one in enumerate(some) if _is_unfit(one))
    return some


def _is_unfit(one: Sla) -> bool:
    return one.name not in OF_LABELS or one.element is not None or one.on_breach == "quarantine"


def _unfit(one: Sla, place: int) -> PydanticCustomError:
    if one.name not in OF_LABELS:
        says = f"is {one.name}, which nothing shows of labels"
        return wrong(says, f"known: {', '.join(sorted(OF_LABELS))}", at=(place, "property"))
    if one.element is not None:
        hint = "take it out: labels are counted by known_at"
        return wrong("says nothing of labels", hint, at=(place, "element"))
    return wrong("is quarantine, which is for rows to train on", "write block or warn",
                 at=(place, "on_breach"))  # fmt: skip


def _lacks(one: Sla, *, time: bool, seen: bool) -> bool:
    needs = KINDS[one.name].element
    if needs == "seen":
        return not time or not (seen or one.element)
    return needs == "time" and not (time or one.element)


def _lacking(one: Sla, place: int, what: str, hint: str) -> PydanticCustomError:
    return wrong(f"is {one.name}, which needs {what}", f"name {hint}", at=(place, "property"))
