"""Whether two computations of the same columns say the same, row by row.

What is missing is missing, whatever it is called: None, NaN, NaT, null. True is 1 and false is 0;
a whole number is the number; a category is its text. Numbers are the same within TOLERANCE of
their size: libraries round the last digits of a logarithm differently. An infinity equals itself.
"""

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec

from mainstay.core.expressions import Call, Expression

Value = bool | int | float | str | None
Values = list[Value]
TOLERANCE = 1e-9


class Difference(msgspec.Struct, frozen=True):
    """One value that two computations say differently; row: its place, from 0."""

    row: int
    column: str
    ours: Value
    theirs: Value


class Agreement(NamedTuple):
    """lacking: columns of ours that theirs has not; added: the other way round.

    differing: of each column with any, the rows that differ. rows: those with a difference in any
    column. first: in the first such row, the first such column.
    """

    lacking: tuple[str, ...]
    added: tuple[str, ...]
    differing: dict[str, int]
    rows: int
    first: Difference | None

    @property
    def holds(self) -> bool:
        return not (self.lacking or self.added or self.rows)


def agreement(ours: Mapping[str, Values], theirs: Mapping[str, Values]) -> Agreement:
    """Compares the columns that both have; all of the same length, rows in the same order."""
    places = {
        name: [
            at
            for at, (one, other) in enumerate(zip(values, theirs[name], strict=True))
            if not same(one, other)
        ]
        for name, values in ours.items()
        if name in theirs
    }
    return Agreement(
        tuple(name for name in ours if name not in theirs),
        tuple(name for name in theirs if name not in ours),
        {name: len(some) for name, some in places.items() if some},
        len({at for some in places.values() for at in some}),
        _first(places, ours, theirs),
    )


def same(one: Value, other: Value) -> bool:
    """Whether two values say the same, see above.

    >>> same(None, float("nan")), same(True, 1.0), same(0.1 + 0.2, 0.3), same("1", 1), same(0, None)
    (True, True, True, False, False)
    """
    if _missing(one) or _missing(other):
        return _missing(one) and _missing(other)
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    if isinstance(one, float) or isinstance(other, float):
        return math.isclose(one, other, rel_tol=TOLERANCE)  # type: ignore[arg-type]  # neither is None
    return one == other


def why(found: Difference, expression: Expression) -> str:
    """What most often makes pandas say something else than features(row), "" for no idea.

    expression: what ours was made by.
    """
    made = set(_operations(expression))
    if _missing(found.ours):
        return _of_missing(found.theirs)
    if _missing(found.theirs):
        return "a null here is what pandas has as missing: see what fills it on each side"
    for operations, said in _HABITS.items():
        if made & operations:
            return said
    return ""


_HABITS = {
    frozenset(("hour", "minute", "day", "day_of_year", "day_of_week", "month", "year")): (
        "parts of a time are those of UTC here: a zone is converted in the source, Monday is 0"
    ),
    frozenset(("modulo",)): "the remainder has the sign of the dividend here, in pandas not",
    frozenset(("floor", "ceil")): "pandas rounds halves to the even number; floor and ceil do not",
    frozenset(("lower", "upper")): "only ASCII letters change their case here",
    frozenset(("strip",)): "only ASCII blanks are stripped here",
}


def _of_missing(theirs: Value) -> str:
    if isinstance(theirs, float) and math.isinf(theirs):
        return "what divides by zero, or a logarithm below its domain, is null here, not infinite"
    if theirs is False:
        return "a comparison with a null is null here, and False in pandas: .fill_null(False)"
    return "what is made of a null is null here: .fill_null(value) says what it is instead"


def _operations(expression: Expression) -> Iterator[str]:
    if isinstance(expression, Call):
        yield expression.operation
        for one in expression.arguments:
            yield from _operations(one)


def _first(
    places: dict[str, list[int]], ours: Mapping[str, Values], theirs: Mapping[str, Values]
) -> Difference | None:
    differing = [(some[0], name) for name, some in places.items() if some]
    if not differing:
        return None
    row = min(at for at, _ in differing)
    name = next(name for name, some in places.items() if row in some[:1])
    return Difference(row, name, ours[name][row], theirs[name][row])


def _missing(value: Value) -> bool:
    return value is None or value != value  # noqa: PLR0124 - NaN is what differs from itself
