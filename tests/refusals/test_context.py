"""What must not become context: many rows for one decision, the future, labels not yet known."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import ibis.expr.types as ir
import pyarrow as pa
import pytest
from ibis.backends.duckdb import Backend

from mainstay.core.errors import Mistake
from mainstay.data import context, engine
from mainstay.data.context import Context, Decisions, Taken

NOON = datetime(2013, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TEMP = (Taken("temp", "temp"),)


@pytest.fixture
def bench() -> Iterator[Backend]:
    made = engine.connect()
    yield made
    made.disconnect()


def table(bench: Backend, **columns: list[object]) -> ir.Table:
    return bench.create_table(f"of_{'_'.join(columns)}", pa.table(columns), temp=True)


@pytest.fixture
def decisions(bench: Backend) -> Decisions:
    return Decisions(table(bench, id=["a"], origin=["EWR"], time=[NOON]), "id", "time")


def joined(decisions: Decisions, one: Context) -> list[dict[str, object]]:
    made = context.joined(decisions, (one,), NOON + HOUR)
    return made.drop("time").to_pyarrow().to_pylist()


def test_several_rows_per_decision_are_refused_with_counts(
    bench: Backend, decisions: Decisions
) -> None:
    weather = table(bench, origin=["EWR", "EWR", "JFK", "LGA", "LGA"], temp=[1, 2, 3, 4, 5])

    with pytest.raises(Mistake) as caught:
        joined(decisions, Context("weather", weather, ("origin",), TEMP))

    assert str(caught.value) == (
        "weather has several rows for 2 values of origin (4 rows), for example EWR"
    )
    assert caught.value.hint.startswith("state as_of")


def test_a_row_that_became_true_after_the_decision_is_not_seen(
    bench: Backend, decisions: Decisions
) -> None:
    seen = [NOON, NOON + timedelta(microseconds=1)]
    weather = table(bench, origin=["EWR"] * 2, seen=seen, temp=[1, 2])

    made = joined(decisions, Context("weather", weather, ("origin",), TEMP, "seen"))

    assert made == [{"id": "a", "origin": "EWR", "temp": 1}]


def test_a_row_that_was_published_after_the_decision_is_not_seen(
    bench: Backend, decisions: Decisions
) -> None:
    seen, out = [NOON - 2 * HOUR, NOON - HOUR], [NOON - HOUR, NOON + HOUR]
    weather = table(bench, origin=["EWR"] * 2, seen=seen, out=out, temp=[1, 2])

    made = joined(decisions, Context("weather", weather, ("origin",), TEMP, "seen", None, "out"))

    assert made == [{"id": "a", "origin": "EWR", "temp": 1}]


def test_an_aggregate_does_not_see_the_decision_itself_nor_what_is_not_yet_known(
    bench: Backend, decisions: Decisions
) -> None:
    times = [NOON - 3 * HOUR, NOON - HOUR, NOON]
    events = table(bench, origin=["EWR"] * 3, at=times, late=[1, 10, 100])
    take = (Taken("n", "late", "sum"),)

    at_once = Context("e", events, ("origin",), take, "at", over=9 * HOUR)
    later = at_once._replace(known_after=2 * HOUR)

    assert [joined(decisions, one)[0]["n"] for one in (at_once, later)] == [11, 1]


def test_a_stale_row_is_no_context(bench: Backend, decisions: Decisions) -> None:
    weather = table(bench, origin=["EWR"], seen=[NOON - 3 * HOUR], temp=[1])

    made = joined(decisions, Context("weather", weather, ("origin",), TEMP, "seen", 2 * HOUR))

    assert made == [{"id": "a", "origin": "EWR", "temp": None}]
