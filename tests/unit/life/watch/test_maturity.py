"""Only answers are judged whose labels have come, as far as they come."""

from collections.abc import Callable
from datetime import timedelta

import ibis
import ibis.expr.types as ir
import pytest
import small_project

from mainstay.core.nouns import Verdict
from mainstay.data import live
from mainstay.life.watch import maturity
from mainstay.life.watch.maturity import Settled
from mainstay.life.watch.order import Order

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OLD, NEW = "never_after: 3d", "never_after: 6d"


def known(order: Order, late: Callable[[ir.Table], ir.Value]) -> Order:
    """The labels are known so many hours after the decision, and only those known by now are here.

    late: null where the label never comes.
    """
    table = order.labels
    hours = late(table)
    came = table.mutate(known_at=table.known_at + hours.as_interval("h"))
    told = came.filter(came.known_at.notnull())
    seen = told.filter(told.known_at <= ibis.literal(order.now))
    made = order._replace(labels=seen.cache())
    every = live.decisions(made.table, made.labels, made.contract, made.span, made.now)
    return made._replace(joined=every.cache())


def share(table: ir.Table) -> float:
    labelled = table.filter(table.missed.notnull())
    return float(labelled.missed.cast("float64").mean().to_pyarrow().as_py())


def told(order: Order, found: Settled) -> dict[str, Verdict | None]:
    return {one.clause: one.verdict for one in maturity.evidence(order, found)}


def test_labels_that_come_first_do_not_count_before_the_others(
    live: Callable[..., Order],
) -> None:
    lived = live(days=20, old=OLD, new=NEW)
    order = known(lived, lambda table: ibis.ifelse(table.missed, 13, 100))
    truth = float(lived.labels.missed.cast("float64").mean().to_pyarrow().as_py())

    found = maturity.settled(order)
    naive, judged = share(order.joined), share(maturity.ripe(order, found))

    assert timedelta(hours=100) <= found.age <= timedelta(hours=115)
    assert found.until == order.now - found.age
    assert naive - truth > 0.05
    assert judged == pytest.approx(truth, abs=0.02)


def test_where_all_labels_come_at_once_nothing_waits(live: Callable[..., Order]) -> None:
    order = known(live(days=12), lambda table: ibis.ifelse(table.visit > "w", 2, 0))

    found = maturity.settled(order)
    curve, arrived = maturity.evidence(order, found)

    assert (found.age, found.short) == (12 * HOUR, ())
    assert (curve.estimate.value, curve.verdict, arrived.verdict) == (1, None, Verdict.PASS)
    assert "judged from an age of 12h on" in curve.note


def test_labels_that_never_come_are_told_from_late_ones_once_windows_are_whole(
    live: Callable[..., Order],
) -> None:
    lived = live(days=12)
    third = lambda table: ibis.ifelse(table.visit.right(1) < "3", ibis.null("int64"), 20)  # noqa: E731 - one rule

    before = maturity.settled(known(lived._replace(now=small_project.END + 5 * DAY), third))
    after = maturity.settled(known(lived, third))

    assert (before.age, before.curve.ever) == (3 * DAY, None)
    assert 20 * HOUR <= after.age < DAY
    assert after.curve.ever.value == pytest.approx(0.7, abs=0.01)


def test_windows_whose_labels_do_not_arrive_wait_and_are_an_incident(
    live: Callable[..., Order],
) -> None:
    lived = live(days=20, old=OLD, new=NEW)
    since = small_project.END + 16 * DAY
    order = known(lived, lambda table: ibis.ifelse(table.known_at < since, 13, ibis.null("int64")))

    found = maturity.settled(order)
    (incident,) = maturity.findings(found)

    assert found.until == since
    assert told(order, found)[maturity.ARRIVED] is Verdict.FAIL
    assert (incident.owner, incident.window.since) == ("owner of the labels", since)
    assert "labels of 3 windows since 2024-03-17 00:00 are missing" in incident.what


def test_before_there_is_a_window_only_age_says_what_counts(live: Callable[..., Order]) -> None:
    order = known(live(days=1)._replace(now=small_project.END + HOUR), lambda _: ibis.literal(0))

    found = maturity.settled(order)

    assert (found.age, found.windows) == (3 * DAY, 0)
    assert told(order, found) == {maturity.CURVE: None, maturity.ARRIVED: None}
    assert not list(maturity.findings(found))
