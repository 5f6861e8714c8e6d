"""The data of a contract as a data contract of the Open Data Contract Standard (Bitol), 3.1.

What the standard has words for is said in them; each clause stands beside as our own contract
writes it, under `customProperties`, so that nothing is lost on the way back.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from mainstay.contract import durations
from mainstay.contract.about import About
from mainstay.contract.fields import FieldClause
from mainstay.contract.model import Contract
from mainstay.contract.origins import known_as
from mainstay.contract.sla import Sla
from mainstay.contract.sources import DECISIONS, Context, Decisions
from mainstay.core.nouns import Column
from mainstay.core.typed import DATE, FLAG, INTEGER, NUMBER, TEXT, TIME

VERSION = "v3.1.0"
ENGINE = "mainstay"
FIELD, SLA, CLEAN, ABOUT = "mainstayField", "mainstaySla", "mainstayClean", "mainstayAbout"
UNIT = "unit"
LOGICAL = {
    INTEGER: "integer", NUMBER: "number", TEXT: "string", FLAG: "boolean", DATE: "date",
    TIME: "timestamp",
}  # fmt: skip
LEVELS = (
    "freshness", "latency", "time_of_availability", "frequency", "throughput", "availability",
    "retention",
)  # fmt: skip
PROPERTIES = {"time_of_availability": "timeOfAvailability"}
"""What the standard calls otherwise."""
Written = dict[str, Any]


def exported(contract: Contract, digest: str, columns: Mapping[str, tuple[Column, ...]]) -> Written:
    """digest: of the contract; columns: of each source, as it is now."""
    sources = [_source(contract, name, some) for name, some in columns.items()]
    agreed = [one for name in columns for one in _agreed(contract, name)]
    return {
        "apiVersion": VERSION,
        "kind": "DataContract",
        "id": contract.model,
        "name": f"Data of {contract.model}",
        "version": digest[:12],
        "status": "active",
        "description": {"purpose": contract.objective.decision},
        "team": {"name": contract.owner},
        "schema": sources,
        **({"slaProperties": agreed} if agreed else {}),
    }


def source(contract: Contract, name: str) -> Decisions | Context:
    """The clause of a source."""
    return contract.data.decisions if name == DECISIONS else contract.data.context[name]


def stated(section: BaseModel) -> Written:
    """What was stated of a section, as a contract writes it."""
    return section.model_dump(mode="json", by_alias=True, exclude_unset=True)


def _source(contract: Contract, name: str, columns: tuple[Column, ...]) -> Written:
    clause = source(contract, name)
    clean = {column: stated(one) for column, one in clause.clean.items()}
    own = {ABOUT: _about(clause.about), SLA: [stated(one) for one in clause.sla], CLEAN: clean}
    rules = [_rule(stated(one)) for one in contract.data.rules] if name == DECISIONS else []
    return {
        "name": name,
        "physicalName": clause.source,
        "logicalType": "object",
        "physicalType": "table",
        **_meaning(clause.about),
        "properties": [_column(contract, name, one) for one in columns],
        **({"quality": rules} if rules else {}),
        **_custom(own),
    }


def _rule(written: Written) -> Written:
    return {
        "type": "custom", "name": written["expect"], "engine": ENGINE, "implementation": written,
        "dimension": "consistency",
    }  # fmt: skip


def _column(contract: Contract, name: str, column: Column) -> Written:
    called = next(iter(known_as(contract, name, column.name)), "")
    field = contract.data.fields.get(called)
    decisions, logical = contract.data.decisions, LOGICAL.get(column.type)
    key, time = (
        name == DECISIONS and column.name == one for one in (decisions.key, decisions.time)
    )
    clause = source(contract, name)
    about = clause.columns.get(column.name)
    return {
        "name": column.name,
        **({"logicalType": logical} if logical else {}),
        "physicalType": column.type,
        **_meaning(about),
        **({"primaryKey": True, "primaryKeyPosition": 1, "unique": True} if key else {}),
        "required": key or time or bool(field and field.nulls == "refused"),
        **_classified(about, clause.about),
        **(_bounds(field, logical) if field else {}),
        **_custom({ABOUT: _about(about), **(_own(field) if field else {})}),
    }


def _own(field: FieldClause) -> Written:
    return {UNIT: field.unit, FIELD: stated(field)}


def _bounds(field: FieldClause, logical: str | None) -> Written:
    options: Written = {}
    if logical in ("number", "integer") and field.between:
        options |= _ends("minimum", "maximum", field.between)
    if logical == "string" and field.length:
        options |= _ends("minLength", "maxLength", field.length)
    if logical == "string" and field.pattern:
        options["pattern"] = f"^(?:{field.pattern})$"
    levels = field.one_of if isinstance(field.one_of, tuple) else ()
    quality = [_among(levels)] if levels else []
    return {
        **({"logicalTypeOptions": options} if options else {}),
        **({"quality": quality} if quality else {}),
    }


def _ends(low: str, high: str, ends: tuple[float | None, ...]) -> Written:
    named = zip((low, high), ends, strict=True)
    return {name: _plain(end) for name, end in named if end is not None}


def _plain(number: float) -> float:
    return int(number) if float(number).is_integer() and abs(number) < 2**53 else number


def _among(levels: tuple[str | int, ...]) -> Written:
    return {
        "type": "library", "metric": "invalidValues", "arguments": {"validValues": list(levels)},
        "mustBe": 0, "dimension": "conformity",
    }  # fmt: skip


def _about(about: About | None) -> Written:
    return stated(about) if about else {}


def _meaning(about: About | None) -> Written:
    return {"description": about.meaning} if about and about.meaning else {}


def _classified(about: About | None, of_source: About | None) -> Written:
    known = [one.classification for one in (about, of_source) if one and one.classification]
    return {"classification": known[0]} if known else {}


def _custom(own: Mapping[str, Any]) -> Written:
    made = [{"property": name, "value": value} for name, value in own.items() if value]
    return {"customProperties": made} if made else {}


def _agreed(contract: Contract, name: str) -> Iterator[Written]:
    """What the standard calls service levels; what it counts as quality is only our own clause."""
    clause = source(contract, name)
    for one in clause.sla:
        if one.name not in LEVELS:
            continue
        value, unit = _value(one)
        yield {
            "property": PROPERTIES.get(one.name, one.name), "value": value, "unit": unit,
            "element": f"{name}.{_element(clause, one)}",
        }  # fmt: skip


def _value(one: Sla) -> tuple[float, str]:
    if isinstance(one.bound, float):
        share = one.name == "availability"
        return (_plain(one.bound * 100), "percent") if share else (_plain(one.bound), "rows")
    text = durations.text(one.bound)
    unit = text.lstrip("0123456789.")
    return _plain(float(text.removesuffix(unit))), unit


def _element(clause: Decisions | Context, one: Sla) -> str:
    if one.element:
        return one.element[0]
    seen = one.name in ("latency", "time_of_availability")
    if isinstance(clause, Decisions):
        return clause.time
    return (clause.available_at if seen else clause.as_of) or clause.as_of or "*"
