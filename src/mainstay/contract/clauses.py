"""What every clause says and where it is enforced, kept beside its type; and the walk over them."""

from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

import msgspec
from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo

from mainstay.contract.wording import Path

Place = Literal["bench", "door", "field"]


class Clause(msgspec.Struct, frozen=True):
    """Annotates a field: one line for people, and the places where it is enforced, if any."""

    meaning: str
    where: tuple[Place, ...] = ()


class Section(BaseModel):
    """A mapping of clauses: frozen, and nothing in it that is not a clause."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Known(msgspec.Struct, frozen=True):
    """One clause that can be stated; in its path `NAME` is the user's own, `[]` an item of a list.

    default: as a contract writes it, where it is not required.
    """

    path: str
    clause: Clause
    required: bool
    default: object


def clause(field: FieldInfo) -> Clause:
    """What a field says; every field of a section carries one, else this raises LookupError."""
    for note in field.metadata:
        if isinstance(note, Clause):
            return note
    raise LookupError(f"{field.annotation} has no clause")


def fields(section: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields of a section by the names a contract uses."""
    return {field.alias or name: field for name, field in section.model_fields.items()}


def known(section: type[BaseModel], prefix: str = "") -> Iterator[Known]:
    """Every clause below a section, in the order of the contract, sections before their parts."""
    defaults = section.model_construct().model_dump(mode="json", by_alias=True)
    for name, field in fields(section).items():
        yield Known(prefix + name, clause(field), field.is_required(), defaults.get(name))
        inner, step = _inside(field.annotation)
        if inner:
            yield from known(inner, f"{prefix}{name}{step}.")


def sections(section: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Every section below one, each once for each place it stands at."""
    for field in fields(section).values():
        inner, _ = _inside(field.annotation)
        if inner:
            yield inner
            yield from sections(inner)


def at(section: type[BaseModel], path: Path) -> tuple[Clause | None, type[BaseModel] | None]:
    """The clause that decides about a place of a contract, and the section it opens, if it does.

    Where the path leaves what is known, both are those of the last known step.
    """
    found: Clause | None = None
    here: type[BaseModel] | None = section
    rest = list(path)
    while rest and here:
        field = fields(here).get(str(rest.pop(0)))
        if not field:
            break
        found = clause(field)
        here, step = _inside(field.annotation)
        del rest[: bool(step)]
    return found, here


def _inside(annotation: object) -> tuple[type[BaseModel] | None, str]:
    """The section a field holds, if it does, and the step to it: none, `.NAME` or `[]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, ""
    origin, arguments = get_origin(annotation), get_args(annotation)
    steps = {Mapping: ".NAME", tuple: "[]", Union: "", UnionType: "", Annotated: ""}
    for argument in arguments if origin in steps else ():
        inner, step = _inside(argument)
        if inner:
            return inner, steps[origin] + step
    return None, ""
