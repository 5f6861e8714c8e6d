"""A key names one row, and whoever can see that in passing counts nothing."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import ibis.expr.types as ir
import pyarrow as pa
import pytest
from ibis.backends.duckdb import Backend

from mainstay.core.errors import Mistake
from mainstay.data import engine, keys
from mainstay.data.context import Decisions

START = datetime(2026, 1, 1, tzinfo=UTC)
Told = Callable[[Sequence[object]], None]


@pytest.fixture
def refuse(monkeypatch: pytest.MonkeyPatch) -> Told:
    """Of such keys; three rows are looked at together."""
    monkeypatch.setattr(keys, "_ROWS", 3)
    here = engine.connect()

    def refuse(of: Sequence[object], times: Sequence[object] | None = None) -> None:
        moments = times or [START + timedelta(days=at) for at in range(len(of))]
        keys.refuse(Decisions(_table(here, of, moments), "id", "at"), "visits")

    return refuse


def _table(here: Backend, of: Sequence[object], moments: Sequence[object]) -> ir.Table:
    made = pa.table({"id": pa.array(of), "at": pa.array(moments, pa.timestamp("us", "UTC"))})
    return here.create_table("visits", made, overwrite=True)


RISING = [list(range(-2, 9)), [f"v{at:03}" for at in range(10)], [7], ["A", "B", "a", "ä"]]


@pytest.mark.parametrize("of", RISING)
def test_keys_that_rise_are_not_counted(
    refuse: Told, of: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ir.Table, "aggregate", lambda *_, **__: pytest.fail("counted"))

    refuse(of)


@pytest.mark.parametrize(
    ("of", "example"),
    [
        ([1, 2, 2, 4, 5], 2), ([1, 2, 3, 3, 5], 3), ([1, 2, 3, 4, 1], 1),
        (["a", "b", "b"], "b"), (["a", "b", "c", "c"], "c"), (["b", "a", "c", "b"], "b"),
    ],
)  # fmt: skip
def test_a_key_that_is_there_twice_is_told(refuse: Told, of: list[object], example: object) -> None:
    with pytest.raises(Mistake, match=f"not unique: 1 values on 2 rows, for example {example}"):
        refuse(of)


@pytest.mark.parametrize("seed", range(20))
def test_any_order_is_judged_as_a_set_judges_it(refuse: Told, seed: int) -> None:
    draw = random.Random(seed)
    of = [draw.randrange(60) for _ in range(draw.randrange(2, 14))]
    of = sorted(of) if seed % 2 else of

    if len(set(of)) == len(of):
        refuse(of)
    else:
        with pytest.raises(Mistake, match="is not unique"):
            refuse(of)


def test_what_is_missing_is_told_though_the_rest_rises(refuse: Told) -> None:
    with pytest.raises(Mistake, match="1 of 5 decisions have no id"):
        refuse([1, 2, 3, None, 5])
    with pytest.raises(Mistake, match="1 of 5 decisions have no at"):
        refuse([1, 2, 3, 4, 5], [START, START, START, START, None])


def test_a_key_is_a_whole_number_or_text(refuse: Told) -> None:
    with pytest.raises(Mistake, match="the key id is float64"):
        refuse([1.0, 2.0])


def test_rows_that_are_none_are_fine(refuse: Told) -> None:
    refuse(pa.array([], pa.int64()))
