"""What is watched."""

from collections.abc import Callable
from datetime import timedelta

import small_project

from mainstay.core.nouns import Window
from mainstay.life.watch.order import POOLED, Order, source_of

DAY = timedelta(days=1)


def test_only_whole_windows_that_are_over_are_profiled(live: Callable[..., Order]) -> None:
    order = live(days=3)._replace(now=small_project.END + 2.5 * DAY)

    assert order.windows == (
        Window(small_project.END, small_project.END + DAY),
        Window(small_project.END + DAY, small_project.END + 2 * DAY),
    )


def test_the_newest_windows_of_the_champion_are_judged_together(
    live: Callable[..., Order],
) -> None:
    order = live(days=1)

    young = order._replace(now=small_project.END + 5 * DAY).pooled
    old = order._replace(now=small_project.END + 50 * DAY).pooled

    assert young.since == small_project.END
    assert old.until - old.since == POOLED * DAY


def test_a_column_belongs_to_the_source_it_is_taken_from(live: Callable[..., Order]) -> None:
    contract = live(days=1).contract

    assert source_of(contract, "rain") == "owner of weather"
    assert source_of(contract, "wait") == "owner of the decisions"
