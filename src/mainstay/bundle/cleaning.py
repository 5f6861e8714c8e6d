"""Cleaning at the door: the steps of core.cleaning over the rows of a request."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from mainstay.bundle.encoder import Row
from mainstay.bundle.reading import Field
from mainstay.core import cleaning, parsed
from mainstay.core.cleaning import Cleaning

Clean = Callable[[Any], Any]
"""Of a value that is there: the value set right, the very same where there is nothing to do."""


class Place(NamedTuple):
    """A column that is cleaned, and where in a row. required: whether a null is no value of it."""

    at: int
    name: str
    attribute: str
    clean: Clean
    required: bool


def places(fields: Sequence[Field]) -> tuple[Place, ...]:
    """Of the fields of a row, in their order."""
    return tuple(
        Place(at, one.name, f"c{at}", compiled(one.cleaning), not one.nullable)
        for at, one in enumerate(fields)
        if one.cleaning
    )


def cleaned(some: tuple[Place, ...], row: Row) -> list[str]:
    """Sets the values of a row right; the names of those that were changed."""
    changed: list[str] = []
    for _, name, attribute, clean, _ in some:
        before = getattr(row, attribute)
        if before is None:
            continue
        after = clean(before)
        if after is not before:
            setattr(row, attribute, after)
            changed.append(name)
    return changed


def lost(some: tuple[Place, ...], row: Row) -> dict[int, str]:
    """What a cleaned row lacks and has to have: name by place."""
    return {
        one.at: one.name for one in some if one.required and getattr(row, one.attribute) is None
    }


def compiled(one: Cleaning) -> Clean:
    """The steps of a column, in their order."""
    made = (_read(one), _spelled(one), _missing(one), _converted(one), _possible(one))
    steps = [step for step in made if step]
    return steps[0] if len(steps) == 1 else _in_turn(steps)


def _in_turn(steps: list[Clean]) -> Clean:
    def clean(value: Any) -> Any:
        for step in steps:
            if value is None:
                break
            value = step(value)
        return value

    return clean


def _read(one: Cleaning) -> Clean | None:
    if one.type is None:
        return None
    parse, codes = parsed.PARSE[one.type], one.texts

    def read(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return None if value in codes else parse(value)

    return read


def _spelled(one: Cleaning) -> Clean | None:
    meant = one.spelled
    return (lambda value: meant.get(value, value)) if meant else None


def _missing(one: Cleaning) -> Clean | None:
    codes = frozenset(one.missing)
    return (lambda value: None if value in codes else value) if codes else None


def _converted(one: Cleaning) -> Clean | None:
    unit = one.convert
    if unit is None:
        return None

    def converted(value: Any) -> Any:
        return unit.of(float(value)) if unit.low <= value <= unit.high else value

    return converted


def _possible(one: Cleaning) -> Clean | None:
    if one.possible is None:
        return None
    low, high = cleaning.ends(one)
    return lambda value: value if low <= value <= high else None
