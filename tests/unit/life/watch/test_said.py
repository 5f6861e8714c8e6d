"""What labels say of labels, by windows."""

from collections.abc import Callable
from datetime import timedelta

import ibis
import numpy as np
import pyarrow as pa
import pytest
import small_project

from mainstay.life.watch import pulse, said
from mainstay.life.watch.drift import DRIFT, judged
from mainstay.life.watch.order import Order

DAY, PER_DAY = timedelta(days=1), 40


def told(order: Order, days: int, second: Callable[[int], float]) -> Order:
    """Labels of visits, each said again a day later: so many of them otherwise, by day.

    A tenth of the keys is unknown from day 20 on.
    """
    random, rows = np.random.default_rng(3), []
    for day in range(days):
        moment = small_project.END + day * DAY + timedelta(hours=3)
        for number in range(PER_DAY):
            strange = day >= 20 and number % 10 == 0
            key = f"{'x' if strange else 'w'}{day * PER_DAY + number:05}"
            says = "corrected" if random.random() < second(day) else "repeated"
            rows += [(key, moment, "new"), (key, moment + DAY, says)]
    columns = dict(
        zip(("visit", "known_at", "mainstay_says"), zip(*rows, strict=True), strict=True)
    )
    table = pa.table({name: pa.array(values) for name, values in columns.items()})
    return order._replace(said=ibis.memtable(table))


def test_rows_are_counted_by_the_window_they_came_in(live: Callable[..., Order]) -> None:
    order = told(live(days=10), 10, lambda day: 1.0 if day == 4 else 0.0)

    found = said.said(order)

    assert found.rows["corrected"].tolist() == [0] + [PER_DAY] * 9
    assert found.hits["corrected"].tolist() == [0] * 5 + [PER_DAY] + [0] * 4
    assert found.rows["unknown"][0] == PER_DAY
    assert not found.hits["unknown"].any()


def test_where_nothing_was_ever_said_there_is_nothing(live: Callable[..., Order]) -> None:
    order = live(days=3)

    assert said.said(order) is None
    assert said.said(told(order, 3, lambda _: 0.0)._replace(now=order.first)) is None


@pytest.mark.parametrize(
    ("otherwise", "expected"),
    [(0.0, {"unknown"}), (0.3, {"unknown", "corrected"})],
    ids=["agrees", "disagrees"],
)
def test_somebody_who_disagrees_and_keys_of_others_are_told(
    live: Callable[..., Order], otherwise: float, expected: set[str]
) -> None:
    order = told(live(days=34), 34, lambda day: otherwise if day >= 18 else 0.0)

    parts = tuple(pulse.labels(said.said(order)))
    found = judged(order.contract.watch, DRIFT, parts, ())

    assert {one.shift.column for one in found.beats if one.told} == expected
