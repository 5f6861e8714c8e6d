"""The contract as a JSON Schema, 2020-12: what an editor completes from and underlines by.

It refuses what has no place or the wrong type. What hangs on other clauses, on tables or on code it
cannot say: `mainstay contract check` does.
"""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from mainstay.contract import clauses
from mainstay.contract.clauses import Known
from mainstay.contract.model import LANGUAGE, Contract

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ADDRESS = "https://mainstay.dev/contract/v1.json"

Schema = dict[str, Any]


def schema() -> Schema:
    """Of the whole contract, each clause with its meaning, where it is enforced and its default."""
    made = Contract.model_json_schema(by_alias=True)
    for section, found in _sections(made):
        _told(section, found)
    made["properties"]["mainstay"]["const"] = LANGUAGE
    head = {"$schema": DIALECT, "$id": ADDRESS}
    return {**head, **_plain(made), "title": "A contract of Mainstay"}


def _sections(made: Schema) -> Iterator[tuple[type[BaseModel], Schema]]:
    """Every section with its part of the schema."""
    parts = made["$defs"]
    yield Contract, made
    for section in clauses.sections(Contract):
        if section.__name__ in parts:
            yield section, parts[section.__name__]


def _told(section: type[BaseModel], found: Schema) -> None:
    """Says of each clause what a person reads, and its default as a contract writes it."""
    named = {one.path: one for one in clauses.known(section)}
    for name, part in found["properties"].items():
        part["description"] = _meaning(named[name])
        part.pop("default", None)
        if not named[name].required:
            part["default"] = named[name].default


def _meaning(one: Known) -> str:
    where = ", ".join(one.clause.where) or "for people"
    return f"{one.clause.meaning} [{where}]"


def _plain(value: Any) -> Any:
    """Without the titles that repeat names; a clause may be called title."""
    match value:
        case dict():
            kept = {n: one for n, one in value.items() if n != "title" or not isinstance(one, str)}
            return {name: _plain(one) for name, one in kept.items()}
        case list():
            return list(map(_plain, value))
        case _:
            return value
