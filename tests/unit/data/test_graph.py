from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import ibis
import ibis.expr.types as ir
import pytest

from mainstay.core.errors import Mistake
from mainstay.core.expressions import Call, ColumnOf, Literal, Output
from mainstay.data.graph import check_rowwise, from_ibis, output

ROW = ibis.table(
    {
        "temp": "float32", "dewp": "float64", "seats": "int16", "carrier": "string",
        "late": "boolean", "local_day": "date", "sched_dep": "timestamp('UTC', 6)",
        "stops": "array<string>",
    },
    name="row",
)  # fmt: skip
TEMP = ColumnOf("temp", "float64")


def test_columns_have_the_types_that_all_engines_share() -> None:
    assert from_ibis(ROW.seats) == ColumnOf("seats", "int64")
    assert from_ibis(ROW.sched_dep) == ColumnOf("sched_dep", "timestamp('UTC')")


def test_a_whole_number_beside_a_number_is_converted_in_so_many_words() -> None:
    expression = from_ibis(ROW.temp * ROW.seats + 2)

    seats = Call("cast", (ColumnOf("seats", "int64"),), "float64")
    product = Call("multiply", (TEMP, seats), "float64")
    assert expression == Call("add", (product, Literal(2.0, "float64")), "float64")


def test_whole_division_is_the_floor_of_the_division() -> None:
    expression = from_ibis(ROW.seats // 2)

    assert isinstance(expression, Call)
    assert (expression.operation, expression.arguments[0].operation) == ("floor", "divide")


def test_columns_made_on_the_way_are_said_by_those_of_the_row() -> None:
    selected = ROW.mutate(temp=ROW.temp - ROW.dewp).mutate(twice=ibis._.temp * 2).drop("dewp")

    made = output(selected, "twice")

    spread = Call("subtract", (TEMP, ColumnOf("dewp", "float64")), "float64")
    assert made == Output("twice", Call("multiply", (spread, Literal(2.0, "float64")), "float64"))


def test_a_constant_date_may_be_made_of_its_parts() -> None:
    expression = from_ibis(ROW.local_day == ibis.date(2013, 1, 31))

    day = Literal("2013-01-31", "date")
    assert expression == Call("equals", (ColumnOf("local_day", "date"), day), "boolean")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2013, 1, 31), "2013-01-31"),
        (datetime(2013, 1, 31, 6, tzinfo=UTC), "2013-01-31T06:00:00+00:00"),
    ],
)
def test_constant_times_are_iso_text(value: date, text: str) -> None:
    assert from_ibis(ibis.literal(value)).value == text


@pytest.mark.parametrize(
    ("made", "what"),
    [
        (lambda row: row.temp.mean(), "mean looks at other rows"),
        (lambda row: row.temp - row.temp.mean(), "mean looks at other rows"),
        (lambda row: row.temp.sum().over(group_by="carrier"), "sum looks at other rows"),
        (lambda row: row.temp.lag(), "lag looks at other rows"),
        (lambda _: ibis.row_number(), "row number looks at other rows"),
        (lambda row: row.carrier.isin(row.carrier), "in subquery looks at other rows"),
        (lambda _: ibis.random(), "random scalar is not a function of the row"),
        (lambda _: ibis.now(), "timestamp now is not a function of the row"),
        (lambda row: row.temp.round(), "round has no form at the door"),
        (lambda row: row.temp.isnan(), "is nan has no form at the door"),
        (lambda row: row.sched_dep - row.sched_dep, "timestamp diff has no form at the door"),
        (lambda row: row.stops.length(), "array length has no form at the door"),
        (lambda row: row.stops, r"stops is array<string>"),
        (lambda row: row.temp.cast("int64"), "a cast from float64 to int64 differs"),
        (lambda row: row.carrier.cast("float64"), "a cast from string to float64 differs"),
        (lambda row: row.carrier < "B", "less does not take string"),
        (lambda _: ibis.literal(Decimal("1.5")), "a constant of type decimal"),
        (lambda row: ibis.date(row.seats, 1, 1), "date from ymd has no form at the door"),
        (lambda row: row.temp + float("inf"), "inf is no constant"),
    ],
)
def test_what_no_row_alone_can_answer_is_refused_by_name(
    made: Callable[[ir.Table], ir.Value], what: str
) -> None:
    with pytest.raises(Mistake, match=what) as caught:
        from_ibis(made(ROW))

    assert caught.value.hint


@pytest.mark.parametrize(
    ("made", "what"),
    [
        (lambda row: row.filter(row.late), "filter is not row by row"),
        (lambda row: row.limit(1), "limit is not row by row"),
        (lambda row: row.distinct(), "distinct is not row by row"),
        (lambda row: row.order_by("temp"), "sort is not row by row"),
        (lambda row: row.union(row), "union is not row by row"),
        (lambda row: row.join(row.view(), "carrier"), "join chain is not row by row"),
        (lambda row: row.group_by("temp").aggregate(n=row.count()), "aggregate is not row by row"),
        (lambda row: row.fill_null({"dewp": 0.0}), "fill null is not row by row"),
    ],
)
def test_a_selection_that_changes_the_rows_is_refused_by_name(
    made: Callable[[ir.Table], ir.Table], what: str
) -> None:
    with pytest.raises(Mistake, match=what) as caught:
        check_rowwise(made(ROW))

    assert caught.value.hint
    with pytest.raises(Mistake, match=what):
        output(made(ROW), "temp")


def test_another_table_is_refused() -> None:
    other = ibis.table({"temp": "float64"}, name="other")

    with pytest.raises(Mistake, match="reads another table"):
        from_ibis(ROW.temp + other.temp.max().as_scalar())
