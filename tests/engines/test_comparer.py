"""What finds differences between engines finds the ones that are planted."""

import math
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from side_by_side import differences, rows

PLAIN = {
    "key": ["a", "b", "c"],
    "number": [1.0, math.nan, None],
    "whole": [2**53 + 1, 0, None],
    "text": ["é", "", None],
    "moment": [datetime(2024, 3, 31, 1, 0, 0, 1, UTC), None, None],
    "flag": [True, False, None],
}


def compared(**planted: list[object]) -> list[str]:
    left, right = pa.table(PLAIN), pa.table({**PLAIN, **planted})
    return differences(rows(left, "key"), rows(right, "key"))


def test_the_same_rows_do_not_differ_nor_do_sums_in_another_order() -> None:
    assert compared() == []
    assert compared(number=[1.0 + 1e-12, math.nan, None]) == []


@pytest.mark.parametrize(
    ("column", "planted", "where"),
    [
        ("number", [1.0 + 1e-8, math.nan, None], ".rows.a.number"),
        ("number", [1.0, None, None], ".rows.b.number"),
        ("number", [1.0, math.inf, None], ".rows.b.number"),
        ("number", [1.0, math.nan, 0.0], ".rows.c.number"),
        ("whole", [2**53, 0, None], ".rows.a.whole"),
        ("whole", [2**53 + 1, None, None], ".rows.b.whole"),
        ("text", ["e\u0301", "", None], ".rows.a.text"),
        ("text", ["é", None, None], ".rows.b.text"),
        ("moment", [datetime(2024, 3, 31, 1, 0, 0, 0, UTC), None, None], ".rows.a.moment"),
        ("flag", [True, False, False], ".rows.c.flag"),
    ],
)
def test_one_planted_value_is_found_at_its_place(
    column: str, planted: list[object], where: str
) -> None:
    found = compared(**{column: planted})

    assert [one.partition(":")[0] for one in found] == [where]


def test_another_type_of_the_same_values_is_found() -> None:
    assert compared(flag=[1, 0, None])[0].startswith(".types.flag")


def test_rows_lost_added_and_repeated_are_found() -> None:
    table = pa.table(PLAIN)

    lost = differences(rows(table, "key"), rows(table.slice(1), "key"))
    added = differences(rows(table.slice(1), "key"), rows(table, "key"))
    assert (lost, added) == ([".rows: only left has 'a'"], [".rows: only right has 'a'"])
    with pytest.raises(ValueError, match="6 rows have 3 values"):
        rows(pa.concat_tables([table, table]), "key")
