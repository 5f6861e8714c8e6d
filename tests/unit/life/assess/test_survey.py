from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import ibis.expr.types as ir
import pyarrow as pa
import pytest

from mainstay.life.assess.survey import distinct, kind, surveyed

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def four(table: Callable[..., ir.Table]) -> ir.Table:
    return table(
        key=["a", "b", "c", "d"],
        at=[NOON + timedelta(days=one) for one in range(4)],
        day=[date(2024, 5, 1 + one) for one in range(4)],
        left=[NOON + timedelta(days=one, hours=2) for one in range(3)] + [None],
        size=pa.array([2, 5, None, 2], pa.int32()),
        share=[0.5, None, 0.25, 1.0],
        tags=[["x"], [], None, []],
        won=[True, None, None, False],
    )


def test_rows_and_known_labels_are_counted(four: ir.Table) -> None:
    survey = surveyed(four, "won", "at")

    assert (survey.rows, survey.known) == (4, 2)
    assert survey.span == timedelta(days=3)


def test_nulls_are_counted_in_all_rows_and_where_the_label_is_known(four: ir.Table) -> None:
    columns = surveyed(four, "won", "at").columns

    assert (columns["size"].nulls, columns["size"].nulls_known) == (1, 0)
    assert (columns["left"].nulls, columns["left"].nulls_known) == (1, 1)


def test_numbers_have_a_range_and_text_has_none(four: ir.Table) -> None:
    columns = surveyed(four, "won", "at").columns

    assert (columns["size"].low, columns["size"].high) == (2, 5)
    assert (columns["key"].low, columns["key"].high) == (None, None)


def test_a_time_is_later_than_the_decision_or_near_before_it(four: ir.Table) -> None:
    columns = surveyed(four, "won", "at").columns

    assert (columns["left"].later, columns["left"].near) == (1, 0)
    assert (columns["day"].later, columns["day"].near) == (0, 1)


@pytest.mark.parametrize(
    ("texts", "share"),
    [
        (["1.5", " -2", "3", "x"], 0.75),  # by a point and a sign
        (["1", "22", "x", "y"], 0.0),  # digits alone may be a code
        (["1.5", None, "2.5", "3e5"], 1.0),
        ([None, None, None, None], 0.0),
    ],
)
def test_texts_that_are_numbers_are_told_by_their_share(
    table: Callable[..., ir.Table], texts: list[str | None], share: float
) -> None:
    days = [NOON + timedelta(days=one) for one in range(4)]
    made = table(at=days, paid=pa.array(texts, pa.string()), won=[True, None, None, False])

    assert surveyed(made, "won", "at").columns["paid"].numbers == share


def test_only_text_and_integers_that_never_repeat_are_unique(four: ir.Table) -> None:
    assert surveyed(four, "won", "at").unique == ("key",)


def test_kinds_are_the_words_of_the_contract(four: ir.Table) -> None:
    kinds = [kind(four[name]) for name in four.columns]

    assert kinds == [
        "string", "timestamp", "date", "timestamp", "integer", "number", None, "boolean",
    ]  # fmt: skip


def test_a_table_without_rows_is_surveyed_too(four: ir.Table) -> None:
    survey = surveyed(four.filter(four.key == "nobody"), "won", "at")

    assert (survey.rows, survey.span, survey.columns["size"].nulls) == (0, timedelta(), 0)


def test_distinct_values_are_counted_exactly(four: ir.Table) -> None:
    assert distinct(four, "size") == 2
