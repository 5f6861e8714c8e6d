"""What a column is to become, in words and on a table."""

from collections.abc import Callable

import ibis.expr.types as ir
import pytest

from mainstay.core.errors import Mistake
from mainstay.core.typed import FLAG, INTEGER, NUMBER, TEXT
from mainstay.data.becoming import applied, becoming, emptied

TYPES = {"temp": NUMBER, "seats": INTEGER, "town": TEXT}
UNITS = {"temp": "degF", "seats": "mile"}


def changed(stored: Callable[..., ir.Table], column: str, text: str) -> dict[str, list[object]]:
    rows = {"temp": [32.0, None, 50.0], "seats": [1, 2, None], "town": ["7", "x", None]}
    table = applied(stored(TYPES, **rows), becoming(text, column, TYPES, UNITS.get(column, "")))
    return table.to_pyarrow().to_pydict()


@pytest.mark.parametrize(
    ("column", "text", "values"),
    [
        ("temp", "null", [None] * 3),
        ("temp", "x * 2 + seats", [65.0, None, None]),
        ("temp", "unit degC", [0.0, None, 10.0]),
        ("seats", "unit km", [2, 3, None]),
        ("seats", "x * 2", [2, 4, None]),
        ("town", "type integer", [7, None, None]),
        ("town", "type text", ["7", "x", None]),
        ("seats", "type text", ["1", "2", None]),
        ("town", 'if_else(x == "x", "y", x)', ["7", "y", None]),
    ],
)
def test_a_column_becomes_what_is_said(
    stored: Callable[..., ir.Table], column: str, text: str, values: list[object]
) -> None:
    assert changed(stored, column, text)[column] == pytest.approx(values)


def test_a_column_that_is_missing_is_gone(stored: Callable[..., ir.Table]) -> None:
    gone = becoming("missing", "temp", TYPES)

    assert "temp" not in changed(stored, "temp", "missing")
    assert (gone.type, emptied(gone).what) == ("", "null")


@pytest.mark.parametrize(
    ("text", "kind"),
    [("null", INTEGER), ("x / 2", NUMBER), ("x > 2", FLAG), ("x + 2", INTEGER)],
)
def test_the_type_afterwards_is_known(text: str, kind: str) -> None:
    assert becoming(text, "seats", TYPES).type == kind


MISTAKES = [
    ("temp", "unit metre", "no conversion from degF to metre"),
    ("town", "unit degC", "declares no unit of town"),
    ("temp", "type colour", "colour is no type"),
    ("temp", "x * tmp", "no column tmp"),
    ("temp", "x +", "is no condition"),
    ("town", "x * 2", "multiply does not take"),
    ("temp", "", "nothing is said"),
    ("temp", "removed", "removed is nothing that a column becomes"),
]


@pytest.mark.parametrize(("column", "text", "what"), MISTAKES)
def test_what_cannot_be_is_a_mistake_with_a_hint(column: str, text: str, what: str) -> None:
    with pytest.raises(Mistake, match=what):
        becoming(text, column, TYPES, UNITS.get(column, ""))
