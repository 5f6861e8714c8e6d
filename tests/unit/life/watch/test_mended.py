"""What cleaning set right, by windows."""

from collections.abc import Callable

import numpy as np
from msgspec import structs

from mainstay.bundle.manifest import Manifest
from mainstay.core.cleaning import Cleaning
from mainstay.data import cleaning
from mainstay.data.cleaning import Cleaned
from mainstay.life.watch import mended, windows
from mainstay.life.watch.order import Order

RAIN = (Cleaning("rain", missing=(-9,), possible=(0, 100)),)
CLEANED = "take: [rain], clean: {rain: {missing: [-9]}}"


def coded(columns: dict[str, np.ndarray], random: np.random.Generator) -> None:
    """Of every ten values of rain one is a code, and one is impossible."""
    at = np.arange(len(columns["rain"])) % 10
    columns["rain"] = np.where(at == 0, -9.0, np.where(at == 1, 500.0, columns["rain"]))


def marked(order: Order) -> Order:
    return order._replace(table=cleaning.marked(order.table, RAIN, "requests"))


def test_requests_are_counted_by_step_in_each_window(
    live: Callable[..., Order], stated: Manifest
) -> None:
    order = marked(live(coded, days=3))

    found = windows.profiled(order, structs.replace(stated, clean=RAIN))

    for one in found:
        assert [(each.source, each.column, each.step) for each in one.cleaned] == [
            ("requests", "rain", "missing"), ("requests", "rain", "possible"),
        ]  # fmt: skip
        assert all(each.of == one.counts.decisions for each in one.cleaned)
    for step in (0, 1):
        assert abs(sum(one.cleaned[step].rows for one in found) - 36) <= 1


def test_rows_of_a_batch_are_counted_where_they_come_from(
    live: Callable[..., Order], stated: Manifest
) -> None:
    order = marked(live(coded, days=1))
    batch = order.table.mutate(mainstay_place=-1 - order.table.mainstay_place)

    found = windows.profiled(order._replace(table=batch), structs.replace(stated, clean=RAIN))

    assert [(one.rows, one.of) for one in found[0].cleaned] == [(0, 0), (0, 0)]


def test_rows_of_a_source_are_counted_by_when_they_could_be_seen(
    live: Callable[..., Order], stated: Manifest
) -> None:
    order = live(coded, days=2, old="take: [rain]", new=CLEANED)

    found = windows.profiled(order, stated)

    assert [[each.source for each in one.cleaned] for one in found] == [["weather"]] * 2
    assert abs(sum(one.cleaned[0].rows for one in found) - 24) <= 1


def test_a_source_that_cannot_be_read_is_not_counted(
    live: Callable[..., Order], stated: Manifest
) -> None:
    order = live(coded, days=1, old="take: [rain]", new=CLEANED)

    (one,) = windows.profiled(order._replace(unfit=frozenset({"weather"})), stated)

    assert one.cleaned == ()


def test_a_name_says_what_was_counted_whatever_the_column_is_called() -> None:
    one = Cleaned("weather", "rain, mm", "missing", 1, 1, 9)

    assert mended.named(mended.name(one)) == ("weather", "rain, mm", "codes for missing")
