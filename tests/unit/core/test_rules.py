"""Data clauses as values."""

from mainstay.core.expressions import ColumnOf
from mainstay.core.rules import FieldRule, RowRule, name


def test_a_rule_is_called_by_its_field_or_its_text() -> None:
    field = FieldRule("temp", "number", nullable=True, on_breach="flag")
    row = RowRule("dewp <= temp", ColumnOf("x", "boolean"), "flag")

    assert [name(field), name(row)] == ["temp", "dewp <= temp"]
