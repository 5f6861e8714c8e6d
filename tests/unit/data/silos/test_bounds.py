from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pytest
from hypothesis import given
from hypothesis import strategies as some

from mainstay.data.silos.bounds import Bound, bounds

NAMES = ("a", "b", "t")
MOMENT = datetime(2020, 1, 20, 6, 30, 0, 250_000, UTC)
A, B, T = map(pc.field, NAMES)


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        (A > 5, [Bound("a", ">", 5)]),
        (A == -2.5, [Bound("a", "==", -2.5)]),
        ((A >= 1) & (B < 2), [Bound("a", ">=", 1), Bound("b", "<", 2)]),
        ((A >= 1) & ((B <= 2) & B.is_valid()), [Bound("a", ">=", 1), Bound("b", "<=", 2)]),
        (pa.scalar(MOMENT) <= T, [Bound("t", ">=", MOMENT)]),
        (
            pa.scalar(MOMENT.replace(tzinfo=None)) > T,
            [Bound("t", "<", MOMENT.replace(tzinfo=None))],
        ),
        (pa.scalar(date(2020, 1, 20)) == T, [Bound("t", "==", date(2020, 1, 20))]),
        ((A > 5) | (B > 5), []),
        (((A > 5) | (B > 5)) & (A < 9), [Bound("a", "<", 9)]),
        (~(A > 5), []),
        (A.isin([1, 2]) & (B > 5), [Bound("b", ">", 5)]),
        ((A == "x) and (b > 5") & (B > 5), []),
        (A + 1 > 5, []),
        (pc.field("c") > 5, []),
    ],
)
def test_bounds_are_what_every_row_keeps(filter_: pc.Expression, found: list[Bound]) -> None:
    assert list(bounds(str(filter_), NAMES)) == found


def test_a_column_with_an_uncommon_name_gives_no_bounds() -> None:
    assert bounds("(a > 5)", ("a", "a > 5) and (b")) == ()


LEAF = some.builds(
    lambda name, how, value: getattr(pc.field(name), how)(value),
    some.sampled_from(NAMES),
    some.sampled_from(["__gt__", "__lt__", "__ge__", "__le__", "__eq__"]),
    some.integers(-3, 3) | some.sampled_from([0.5, -1.5]),
)
TREE = some.recursive(
    LEAF,
    lambda inner: some.one_of(
        some.builds(lambda a, b: a & b, inner, inner),
        some.builds(lambda a, b: a | b, inner, inner),
        some.builds(lambda a: ~a, inner),
    ),
)
TABLE = pa.table({name: [(row * step) % 7 - 3 for row in range(49)] for step, name in
                  enumerate(NAMES, 1)})  # fmt: skip


@given(TREE)
def test_no_row_that_a_filter_keeps_is_beyond_its_bounds(filter_: pc.Expression) -> None:
    kept = ds.dataset(TABLE).to_table(filter=filter_)

    for one in bounds(str(filter_), NAMES):
        column = pc.field(one.column)
        how = {"==": "__eq__", "<=": "__le__", ">=": "__ge__", "<": "__lt__", ">": "__gt__"}
        fits = getattr(column, how[one.how])(one.value)
        assert ds.dataset(kept).to_table(filter=fits).num_rows == kept.num_rows
