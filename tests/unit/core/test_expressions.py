"""Row expressions as values."""

import msgspec
import pytest

from mainstay.core.expressions import Call, ColumnOf, Expression, Literal, Output, columns


def test_an_operation_nobody_can_execute_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="lag with 1"):
        Call("lag", (ColumnOf("a"),))
    with pytest.raises(ValueError, match="add with 1"):
        Call("add", (ColumnOf("a"),))


def test_columns_are_found_at_any_depth() -> None:
    deep = Call("add", (ColumnOf("a"), Call("negate", (Call("add", (ColumnOf("b"), Literal(1))),))))

    assert list(columns(deep)) == ["a", "b"]


def test_an_expression_survives_json_and_so_does_its_check() -> None:
    made: Expression = Call("less", (ColumnOf("a", "int64"), Literal(1, "int64")), "boolean")
    read = msgspec.json.decode(msgspec.json.encode(made), type=Expression)

    assert read == made
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode(made).replace(b"less", b"lag_"), type=Expression)


def test_an_output_has_the_type_of_its_expression() -> None:
    assert Output("x", ColumnOf("a", "int64")).type == "int64"
