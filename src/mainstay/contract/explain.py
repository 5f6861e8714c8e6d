"""Every clause of a contract: its value or default, what it means, where it is enforced."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from pydantic import BaseModel

from mainstay.contract import clauses
from mainstay.contract.clauses import Known, Place
from mainstay.contract.model import Contract
from mainstay.contract.wording import Path, path_text


class Explained(msgspec.Struct, frozen=True):
    """One clause as it holds here: JSON value as a contract writes it; stated, or the default."""

    path: str
    value: Any
    stated: bool
    meaning: str
    where: tuple[Place, ...]


def explained(contract: Contract) -> tuple[Explained, ...]:
    """Every clause in the order of the language; a section gives way to the clauses in it."""
    written = contract.model_dump(mode="json", by_alias=True)
    return tuple(_explained(contract, written, (), stated=True))


def reference() -> tuple[Known, ...]:
    """Every clause there is."""
    return tuple(clauses.known(Contract))


def _explained(
    section: BaseModel, written: Mapping[str, Any], path: Path, *, stated: bool
) -> Iterator[Explained]:
    for attribute, field in type(section).model_fields.items():
        name = field.alias or attribute
        here, said = (*path, name), stated and attribute in section.model_fields_set
        parts = list(_parts(getattr(section, attribute), written[name], here))
        for part, inner, place in parts:
            yield from _explained(part, inner, place, stated=said)
        if not parts:
            clause = clauses.clause(field)
            yield Explained(path_text(here), written[name], said, clause.meaning, clause.where)


def _parts(
    value: object, written: Any, path: Path
) -> Iterator[tuple[BaseModel, Mapping[str, Any], Path]]:
    """The sections that a value is or holds, as they are written, with their paths."""
    match value:
        case BaseModel():
            yield value, written, path
        case Mapping():
            for name, part in value.items():
                yield from _parts(part, written[name], (*path, name))
        case tuple():
            for place, part in enumerate(value):
                yield from _parts(part, written[place], (*path, place))
        case _:
            return
