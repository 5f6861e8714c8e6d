"""Labels that cannot be right are found, set aside, and nobody's ageing."""

from collections.abc import Callable

import ibis
import ibis.expr.types as ir
import numpy as np
import pytest
import small_project

from mainstay.control import policy
from mainstay.control.policy import Facts
from mainstay.core.nouns import Estimate, Verdict, Window
from mainstay.life.watch import faults
from mainstay.life.watch.order import LABELS, Order, Vouched, Watched
from mainstay.life.watch.watch import watched

SINCE, UNTIL = 10, 17


def relabelled(order: Order, said: Callable[[ir.Table], ir.Value]) -> Order:
    """The labels of a week say something else; the world does not."""
    table = order.labels
    days = [small_project.END + day * order.width for day in (SINCE, UNTIL)]
    week = (table.known_at >= ibis.literal(days[0])) & (table.known_at < ibis.literal(days[1]))
    made = table.mutate(missed=ibis.ifelse(week, said(table), table.missed))
    return order._replace(labels=made.cache())


def found(seen: Watched) -> dict[tuple[str, ...], str]:
    return {one.columns: one.what for one in seen.findings if one.clause == LABELS}


def rows(seen: Watched) -> Estimate:
    """The realised roc_auc."""
    (goal,) = [one for one in seen.evidence if one.clause == "realised, roc_auc"]
    assert goal.estimate is not None, "enough labels came"
    return goal.estimate


def evidence(seen: Watched) -> dict[str, Verdict | None]:
    return {one.clause: one.verdict for one in seen.evidence}


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        (lambda table: ~table.missed, faults.TURNED, "run against their scores: a yes ranks"),
        (lambda table: table.missed | True, faults.ALIKE, "are one value, which the scores rule"),
    ],
    ids=["turned about", "all yes"],
)
def test_a_week_of_wrong_labels_is_an_incident_set_aside_and_waited_for(
    live: Callable[..., Order], said: Callable[[ir.Table], ir.Value], kind: str, words: str
) -> None:
    order = live(days=24)

    seen = watched(relabelled(order, said))

    (what,) = [one for columns, one in found(seen).items() if columns == (kind,)]
    assert words in what
    assert evidence(seen)[faults.CLAUSE] is Verdict.FAIL
    assert evidence(seen)["realised, roc_auc"] is not Verdict.FAIL
    assert not [one for one in seen.findings if one.clause in ("estimate", "loss, realised")]
    facts = Facts(order.contract, seen.evidence, seen.findings, seen.comparison)
    decision = policy.decided(facts)
    assert (decision.act, decision.owner) == ("wait", "owner of the labels")
    assert "no loss is called ageing" in decision.because


def test_labels_that_somebody_vouched_for_count_whatever_scores_say(
    live: Callable[..., Order],
) -> None:
    order = relabelled(live(days=24), lambda table: ~table.missed)
    week = Window(*(small_project.END + day * order.width for day in (SINCE - 1, UNTIL)))

    seen = watched(order._replace(vouched=(Vouched(faults.TURNED, week),)))
    other = watched(order._replace(vouched=(Vouched(faults.ALIKE, week),)))

    (told,) = [one for one in seen.evidence if one.clause == faults.CLAUSE]
    before, after = rows(other), rows(seen)
    assert not found(seen)
    assert told.verdict is not Verdict.FAIL
    assert "windows were vouched for and count" in told.note
    assert (faults.TURNED,) in found(other)
    assert after.n > before.n
    assert after.high < before.value


def jumped(order: Order) -> Order:
    """Nearly half of those who came are said to have missed: the order by score stays right."""
    table = order.labels
    late = table.known_at >= ibis.literal(small_project.END + 16 * order.width)
    more = table.missed | (table.visit.right(1) < "5")
    said = table.mutate(missed=ibis.ifelse(late, more, table.missed))
    return order._replace(labels=said.cache())


def test_a_rate_that_jumps_while_scores_do_not_is_told_to_who_labels(
    live: Callable[..., Order],
) -> None:
    order = jumped(live(days=30))

    seen = watched(order)

    assert ("rate",) in found(seen)
    assert evidence(seen)["label rate"] is Verdict.FAIL
    facts = Facts(order.contract, seen.evidence, seen.findings, seen.comparison)
    assert policy.decided(facts).act == "wait"


def test_a_rate_that_somebody_vouched_for_is_in_doubt_no_more(live: Callable[..., Order]) -> None:
    order = jumped(live(days=30))
    month = Window(small_project.END, order.now)

    seen = watched(order._replace(vouched=(Vouched("rate", month),)))

    assert ("rate",) not in found(seen)
    assert evidence(seen)["label rate"] is Verdict.FAIL


def noise(columns: dict[str, np.ndarray], random: np.random.Generator) -> None:
    """Scores tell nothing any more: no fault of labels."""
    columns["logit"] = np.full(len(columns["logit"]), -0.8)


def test_a_model_that_tells_nothing_any_more_is_no_fault_of_labels(
    live: Callable[..., Order],
) -> None:
    seen = watched(live(noise, days=20))

    assert not set(found(seen)) & {(faults.TURNED,), (faults.ALIKE,)}
    assert evidence(seen)[faults.CLAUSE] is Verdict.UNSURE


def test_without_labels_nothing_is_said_of_them(live: Callable[..., Order]) -> None:
    order = live(days=3)

    seen = watched(order._replace(labels=order.labels.limit(0)))

    assert faults.CLAUSE not in evidence(seen)
    assert faults.judged(order, None, order.pooled) is None
