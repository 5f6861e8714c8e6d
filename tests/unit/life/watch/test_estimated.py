"""Goals of answers whose labels are not there yet."""

from collections.abc import Callable
from datetime import timedelta

import msgspec
import numpy as np
import pytest

from mainstay.bundle.layout import CHANCES
from mainstay.bundle.runtime import Runtime
from mainstay.core.nouns import Evidence, Verdict
from mainstay.life.watch import estimated, realised
from mainstay.life.watch.audits import Audited
from mainstay.life.watch.estimated import Estimates
from mainstay.life.watch.order import Order

GOALS = "{metric: roc_auc, at_least: 0.6}"
THREE = (
    "{metric: roc_auc, at_least: 0.6}\n    - {metric: accuracy, at_least: 0.3}"
    "\n    - {metric: value_per_1000, at_least: -9000}"
)


def turned(columns: dict[str, np.ndarray], random: np.random.Generator) -> None:
    """Who waits longer now comes."""
    columns["logit"] = -columns["logit"]


def looked(order: Order, bundle: Runtime) -> Estimates:
    found = estimated.estimates_of(order, bundle, realised.answers(order, bundle, order.pooled))
    assert found is not None
    return found


def without(order: Order, days: float) -> Order:
    """The labels of the newest days are still to come."""
    last = order.now - timedelta(days=days)
    return order._replace(labels=order.labels.filter(order.labels["known_at"] <= last))


def told(order: Order, bundle: Runtime) -> list[Evidence]:
    return list(estimated.evidence(order, looked(order, bundle)))


def test_every_goal_is_estimated_and_verified_by_the_labels_before(
    opened: Callable[..., tuple],
) -> None:
    order, bundle = opened(days=20, old=GOALS, new=THREE)
    order = without(order, 2.5)

    found = told(order, bundle)
    true = {one.clause: one for one in realised.realised(
        order, realised.answers(order, bundle, order.pooled)
    )}  # fmt: skip

    assert [one.clause for one in found] == [
        "estimated, roc_auc", "estimated, accuracy", "estimated, value_per_1000",
    ]  # fmt: skip
    for one in found:
        beside = true[one.clause.replace("estimated", "realised")].estimate
        assert one.estimate is not None
        assert one.estimate.low < beside.value < one.estimate.high
        assert one.estimate.unit == beside.unit
        assert one.note.startswith("verified with ")
        assert one.verdict is one.limit.judge(one.estimate)


def test_an_estimate_without_enough_labels_never_passes(opened: Callable[..., tuple]) -> None:
    order, bundle = opened(days=3, old=GOALS, new="{metric: roc_auc, at_least: 0.1}")
    order = order._replace(labels=order.labels.limit(0))

    (one,) = told(order, bundle)

    assert one.estimate is not None
    assert one.verdict is Verdict.UNSURE
    assert one.note == "unverified: 0 labels so far, 300 are needed"


def test_no_label_for_longer_than_agreed_is_unverified(opened: Callable[..., tuple]) -> None:
    watch = "access: {approver: lead}\nwatch: {unverified_after: 2d}"
    order, bundle = opened(days=12, old="access: {approver: lead}", new=watch)

    (one,) = told(without(order, 2.6), bundle)

    assert one.verdict is not Verdict.PASS
    assert one.note == "unverified: no label since 2024-03-10, 2d are agreed"


def test_labels_that_tell_otherwise_refute_it_and_an_incident_opens(
    opened: Callable[..., tuple],
) -> None:
    order, bundle = opened(turned, days=20)
    order = without(order, 2.5)

    seen = looked(order, bundle)
    (one,) = estimated.evidence(order, seen)
    (incident,) = estimated.findings(order, seen)

    assert (one.estimate, one.verdict) == (None, Verdict.UNSURE)
    assert one.note.startswith("refuted on 2024-03-")
    assert incident.verdict is Verdict.FAIL
    assert incident.what.startswith("labels refute the estimate of roc_auc")


def test_each_label_is_bet_once_whatever_the_looks(opened: Callable[..., tuple]) -> None:
    order, bundle = opened(days=12)
    early = order._replace(now=order.now - timedelta(days=5))

    first = looked(early, bundle).audited
    again = looked(early._replace(audited=(first,)), bundle).audited
    second = looked(order._replace(audited=(first, again)), bundle).audited
    whole = looked(order, bundle).audited

    assert again.audits == first.audits
    assert again.names == b""
    labels = [len(np.frombuffer(one.names, "<i8")) for one in (first, second, whole)]
    assert labels[0] + labels[1] == labels[2]
    wealth = second.of("roc_auc").wealth
    assert (wealth.labels, wealth.looks) == (whole.of("roc_auc").wealth.labels, 2)
    assert msgspec.json.decode(msgspec.json.encode(second), type=Audited) == second


def test_where_all_labels_came_there_is_nothing_to_estimate(opened: Callable[..., tuple]) -> None:
    order, bundle = opened(days=5)

    assert told(order, bundle) == []


def test_a_bundle_built_without_chances_has_no_estimate(
    opened: Callable[..., tuple], monkeypatch: pytest.MonkeyPatch
) -> None:
    order, bundle = opened(days=5)
    monkeypatch.setattr(estimated, "CHANCES", f"no-{CHANCES}")

    assert estimated.estimates_of(order, bundle, None) is None
