"""Live windows in counts."""

from collections.abc import Callable

import numpy as np

from mainstay.bundle.manifest import Manifest
from mainstay.life.watch import windows
from mainstay.life.watch.order import Order


def soaked(columns: dict[str, np.ndarray], random: np.random.Generator) -> None:
    """A third of the rain beyond what the contract takes."""
    columns["rain"] = np.where(np.arange(len(columns["rain"])) % 3 == 0, 500.0, columns["rain"])


def test_each_window_counts_the_rows_that_the_rules_let_through(
    live: Callable[..., Order], stated: Manifest
) -> None:
    found = windows.profiled(live(soaked, days=4), stated)

    assert [one.window.since.day for one in found] == [1, 2, 3, 4]
    for one in found:
        rain = next(each for each in one.stopped if each.field == "rain")
        assert one.counts.decisions == one.profile.rows + rain.broken == rain.rows
        assert one.counts.baseline == rain.broken
        assert rain.values is not None
        assert rain.values.mean == 500


def test_keys_times_and_entities_are_not_watched(
    live: Callable[..., Order], stated: Manifest
) -> None:
    (one,) = windows.profiled(live(days=1), stated)

    assert {each.name for each in one.profile.columns} == {"wait", "rain", "kind"}


def test_no_window_is_no_question(live: Callable[..., Order], stated: Manifest) -> None:
    order = live(days=1)

    assert windows.profiled(order._replace(since=order.now), stated) == ()


def test_training_windows_are_counted_once(live: Callable[..., Order], stated: Manifest) -> None:
    order = live(days=1)

    found = windows.trained(order, stated)

    assert sum(one.rows for one in found) <= stated.datasets[0].rows
    assert len(found) == 44
    assert windows.trained(order._replace(engine=None), stated) == found  # type: ignore[arg-type]


def test_columns_of_windows_are_counts_side_by_side(
    live: Callable[..., Order], stated: Manifest
) -> None:
    found = tuple(one.profile for one in windows.profiled(live(days=3), stated))

    wait, kind = windows.columns(found, ("wait", "kind"))

    assert wait.counts.shape[0] == kind.counts.shape[0] == 3
    assert wait.counts.sum() == kind.counts.sum() == 360
