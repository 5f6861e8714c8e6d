"""What a data contract of the Open Data Contract Standard says of the sources of a contract.

Read are our own clauses where it holds them, else its words as far as ours say the same: types,
required, bounds, patterns, lengths, valid values, units, meanings, classifications, service levels.
Everything else is named, never passed over. What the contract states already is kept.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from mainstay.contract import odcs
from mainstay.contract.edits import FIELDS, Place
from mainstay.contract.model import Contract
from mainstay.contract.odcs import ABOUT, CLEAN, FIELD, LOGICAL, PROPERTIES, SLA, UNIT, Written
from mainstay.contract.origins import known_as
from mainstay.contract.sources import DECISIONS
from mainstay.core.errors import Mistake

VERSIONS = ("v3.1.0", "v3.0.2", "v3.0.1", "v3.0.0")
_HEAD = {
    "apiVersion", "kind", "id", "name", "version", "status", "schema", "slaProperties",
    "description", "team",
}  # fmt: skip
_OBJECT = {
    "name", "physicalName", "logicalType", "physicalType", "description", "properties", "quality",
    "customProperties", "id",
}  # fmt: skip
_PROPERTY = {
    "name", "logicalType", "physicalType", "description", "primaryKey", "primaryKeyPosition",
    "unique", "required", "classification", "logicalTypeOptions", "quality", "customProperties",
    "id", "physicalName",
}  # fmt: skip
_DURATIONS = {
    "d": "d", "day": "d", "days": "d", "h": "h", "hr": "h", "hour": "h", "hours": "h",
    "m": "m", "min": "m", "minute": "m", "minutes": "m", "s": "s", "second": "s", "seconds": "s",
}  # fmt: skip
_SIDES = {
    "freshness": "at_most", "latency": "at_most", "timeOfAvailability": "at_most",
    "frequency": "at_most", "retention": "at_least",
}  # fmt: skip


class Edit(NamedTuple):
    """Members of a clause that the contract does not state yet, as it would state them."""

    place: Place
    members: Written


class Found(NamedTuple):
    """edits: in the order of the contract. left: what is not held, or said otherwise, in words."""

    edits: tuple[Edit, ...]
    left: tuple[str, ...]


def read(contract: Contract, document: object, source: str = "") -> Found:
    """source: whose the document is, where names do not say it. Raises Mistake where it is none."""
    head = _mapping(document, "the document")
    if head.get("kind") != "DataContract" or head.get("apiVersion") not in VERSIONS:
        says = f"{head.get('kind')} {head.get('apiVersion')}"
        raise Mistake(f"this is {says}, no data contract", f"known: {', '.join(VERSIONS)}")
    edits: list[Edit] = []
    left = [f"{name} is not held" for name in head if name not in _HEAD]
    objects = [_mapping(one, "schema") for one in head.get("schema") or ()]
    for one in objects:
        name = source if source and len(objects) == 1 else _named(contract, one)
        if name is None:
            left.append(f"{one.get('name')} is none of {', '.join(_sources(contract))}")
            continue
        _object(contract, name, one, edits, left)
        _agreed(contract, name, one, head.get("slaProperties") or (), edits, left)
    return Found(tuple(edits), tuple(left))


def _mapping(value: object, what: str) -> Written:
    if not isinstance(value, dict):
        raise Mistake(f"{what} is no mapping", "name a file of a data contract, ODCS 3.0 or 3.1")
    return value


def _sources(contract: Contract) -> tuple[str, ...]:
    contexts = contract.data.context.items()
    return (DECISIONS, *(name for name, one in contexts if one.source != DECISIONS))


def _named(contract: Contract, one: Written) -> str | None:
    """By its name, else by where it lies."""
    known = _sources(contract)
    if one.get("name") in known:
        return str(one["name"])
    at = [name for name in known if odcs.source(contract, name).source == one.get("physicalName")]
    return at[0] if len(at) == 1 else None


def _place(name: str, *members: str) -> Place:
    return ("data", *((DECISIONS,) if name == DECISIONS else ("context", name)), *members)


def _custom(one: Written) -> Mapping[str, Any]:
    return {each["property"]: each["value"] for each in one.get("customProperties") or ()}


def _object(
    contract: Contract, name: str, one: Written, edits: list[Edit], left: list[str]
) -> None:
    """What is said of a source, and of each of its columns."""
    own, clause = _custom(one), odcs.source(contract, name)
    left += [f"{name}: {each} is not held" for each in one if each not in _OBJECT]
    left += [f"{name}: {each} is not held" for each in own if each not in (ABOUT, SLA, CLEAN)]
    left += [f"{name}: quality {_told(each)} is not held" for each in one.get("quality") or ()
             if each.get("engine") != odcs.ENGINE]  # fmt: skip
    about = own.get(ABOUT) or _only(meaning=one.get("description"))
    before = odcs.stated(clause.about) if clause.about else {}
    _add(edits, left, _place(name, "about"), about, before)
    for column, clean in (own.get(CLEAN) or {}).items():
        known = odcs.stated(clause.clean[column]) if column in clause.clean else {}
        _add(edits, left, _place(name, "clean", column), clean, known)
    for each in one.get("properties") or ():
        stated = _mapping(each, f"a property of {name}")
        if stated.get("classification") == about.get("classification"):
            stated = {key: value for key, value in stated.items() if key != "classification"}
        _property(contract, name, stated, edits, left)


def _property(
    contract: Contract, name: str, one: Written, edits: list[Edit], left: list[str]
) -> None:
    column, clause = str(one.get("name")), odcs.source(contract, name)
    about = _custom(one).get(ABOUT) or _only(
        meaning=one.get("description"), classification=one.get("classification")
    )
    before = odcs.stated(clause.columns[column]) if column in clause.columns else {}
    _add(edits, left, _place(name, "columns", column), about, before)
    members, lost = _field(one)
    names = known_as(contract, name, column)
    if name == DECISIONS and _is_role(contract, column):
        names = ()
    elif not names and members:
        left.append(f"{name}.{column} is not read here")
    if names:
        left += [f"{name}.{column}: {each} is not held" for each in lost]
    for called in names if members else ():
        field = contract.data.fields.get(called)
        _add(edits, left, (*FIELDS, called), members, odcs.stated(field) if field else {})


def _is_role(contract: Contract, column: str) -> bool:
    """What says which decision it is, and how it turned out, is no field."""
    decisions = contract.data.decisions
    return column in (decisions.key, decisions.time, contract.data.label.column)


def _field(one: Written) -> tuple[Written, list[str]]:
    """Members of a field, and what is not held; a type alone that may be null says nothing."""
    own = _custom(one)
    lost = [each for each in one if each not in _PROPERTY]
    lost += [each for each in own if each not in (FIELD, UNIT, ABOUT)]
    if isinstance(own.get(FIELD), dict):
        return own[FIELD], lost
    kind = one.get("logicalType")
    if kind not in LOGICAL.values():
        return {}, [*lost, *([f"logicalType {kind}"] if kind else [])]
    options = dict(one.get("logicalTypeOptions") or {})
    made: Written = {"type": kind, **_only(unit=own.get(UNIT))}
    made |= _only(between=_ends(options, "minimum", "maximum"))
    levels, rest = _levels(one.get("quality") or ())
    made |= _only(one_of=levels, pattern=options.pop("pattern", None))
    made |= _only(length=_ends(options, "minLength", "maxLength"))
    said = len(made) > 1 or bool(one.get("required"))
    made |= {} if one.get("required") else {"nulls": "allowed"}
    lost += [*(f"logicalTypeOptions.{each}" for each in options), *rest]
    return ({**made, "on_breach": "flag"} if said else {}), lost


def _only(**members: Any) -> Written:
    return {name: value for name, value in members.items() if value}


def _ends(options: Written, low: str, high: str) -> list[Any] | None:
    ends = [options.pop(low, None), options.pop(high, None)]
    return None if ends == [None, None] else ends


def _levels(quality: Any) -> tuple[list[Any] | None, list[str]]:
    """The valid values, where all must be among them, and what else is asked of quality."""
    rest, levels = [], None
    for one in quality:
        given = (one.get("arguments") or {}).get("validValues")
        if one.get("metric") == "invalidValues" and given and one.get("mustBe") == 0:
            levels = given
        else:
            rest.append(f"quality {_told(one)}")
    return levels, rest


def _told(one: Written) -> str:
    return str(one.get("metric") or one.get("name") or one.get("type") or "without a name")


def _agreed(
    contract: Contract, name: str, one: Written, levels: Any, edits: list[Edit], left: list[str]
) -> None:
    clause = odcs.source(contract, name)
    before = {"sla": [odcs.stated(each) for each in clause.sla]} if clause.sla else {}
    own = _custom(one).get(SLA)
    stated = list(own) if own else list(_levels_of(name, levels, left))
    if stated:
        _add(edits, left, _place(name), {"sla": stated}, before)


def _levels_of(name: str, levels: Any, left: list[str]) -> Iterator[Written]:
    """Service levels whose element is of this source."""
    called = {theirs: ours for ours, theirs in PROPERTIES.items()}
    for one in levels:
        table, _, column = str(one.get("element") or "").partition(".")
        if table != name:
            continue
        said, unit = str(one.get("property")), _DURATIONS.get(str(one.get("unit")))
        if said not in _SIDES or unit is None or not isinstance(one.get("value"), int | float):
            left.append(f"{name}: slaProperties {said} is not held")
            continue
        bound = {_SIDES[said]: f"{one['value']:g}{unit}"}
        yield {"property": called.get(said, said), **_only(element=column), **bound}


def _add(
    edits: list[Edit], left: list[str], place: Place, wanted: Written, before: Written
) -> None:
    """What is not stated yet; what is stated otherwise is told."""
    fresh = {name: value for name, value in wanted.items() if name not in before}
    for name, value in wanted.items():
        if name in before and before[name] != value:
            at = ".".join((*place, name))
            left.append(f"{at} is {before[name]} here, {value} there: kept")
    if fresh:
        edits.append(Edit(place, fresh))
