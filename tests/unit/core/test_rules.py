"""Data clauses as values."""

import pytest

from mainstay.core.expressions import ColumnOf
from mainstay.core.rules import FieldRule, RowRule, misfit, name, stand_in


def test_a_rule_is_called_by_its_field_or_its_text() -> None:
    field = FieldRule("temp", "number", nullable=True, on_breach="flag")
    row = RowRule("dewp <= temp", ColumnOf("x", "boolean"), "flag")

    assert [name(field), name(row)] == ["temp", "dewp <= temp"]


@pytest.mark.parametrize(
    ("kind", "levels", "fits"),
    [
        ("string", ("a",), True),
        ("string", (1,), False),
        ("int64", (1, 2), True),
        ("float64", (1, 2), True),
        ("int64", ("1",), False),
        ("boolean", (1,), False),
        ("boolean", None, True),
    ],
)
def test_levels_are_of_the_kind_of_their_column(
    kind: str, levels: tuple[str | int, ...] | None, *, fits: bool
) -> None:
    types = {"string": "string", "int64": "integer", "float64": "integer", "boolean": "boolean"}
    rule = FieldRule("x", types[kind], nullable=True, on_breach="flag", levels=levels)  # type: ignore[arg-type]  # field types

    assert (misfit(rule, kind) == "") == fits


def test_a_stand_in_is_of_the_type_of_its_column() -> None:
    rule = FieldRule("x", "number", nullable=True, on_breach="impute", imputed=3)

    assert repr(stand_in(rule, "float64")) == "3.0"
    assert repr(stand_in(rule, "int64")) == "3"
