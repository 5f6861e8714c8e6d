"""Goals on labels that came."""

from collections.abc import Callable

import ibis
import numpy as np
import pytest

from mainstay.core.nouns import Verdict
from mainstay.life.watch import realised

GOALS = "{metric: roc_auc, at_least: 0.6}"
MONEY = GOALS + "\n    - {metric: value_per_1000, at_least: 0}"


def noise(columns: dict[str, np.ndarray], random: np.random.Generator) -> None:
    """Nothing tells who comes."""
    columns["logit"] = np.zeros(len(columns["logit"]))


def wet(columns: dict[str, np.ndarray], random: np.random.Generator) -> None:
    """Half the rain is out of range: the baseline answers."""
    columns["rain"] = np.where(random.random(len(columns["rain"])) < 0.5, 500.0, columns["rain"])


def test_goals_hold_where_the_world_is_the_same(opened: Callable[..., tuple]) -> None:
    order, bundle = opened(days=20)

    (one,) = realised.realised(order, realised.answers(order, bundle, order.pooled))

    assert (one.clause, one.verdict) == ("realised, roc_auc", Verdict.PASS)
    assert one.estimate is not None
    assert one.estimate.low < one.estimate.value < one.estimate.high


def test_goals_are_broken_where_nothing_can_be_told(opened: Callable[..., tuple]) -> None:
    order, bundle = opened(noise, days=20)

    (one,) = realised.realised(order, realised.answers(order, bundle, order.pooled))

    assert one.verdict is Verdict.FAIL
    assert one.note.startswith("short by 0.")


def test_metrics_are_of_the_model_and_money_is_of_every_answer(
    opened: Callable[..., tuple],
) -> None:
    order, bundle = opened(wet, days=10, old=GOALS, new=MONEY)
    found = realised.answers(order, bundle, order.pooled)

    metric, money = realised.realised(order, found)

    rows = found.rows
    by_baseline = np.setdiff1d(np.arange(len(rows.label)), found.by_model)
    assert metric.estimate.n == len(found.by_model) < len(rows.label) == money.estimate.n
    assert f"{len(by_baseline):,} of them the baseline's" in money.population
    np.testing.assert_array_equal(rows.decided[by_baseline], rows.ruled[by_baseline])


def test_too_few_answers_are_unsure_and_say_how_many_are_needed(
    opened: Callable[..., tuple],
) -> None:
    order, bundle = opened(days=1)

    (one,) = realised.realised(order, realised.answers(order, bundle, order.pooled))

    assert (one.verdict, one.estimate) == (Verdict.UNSURE, None)
    assert one.note.endswith("labelled answers, 200 are needed for any estimate")


def test_no_label_at_all_is_unsure(opened: Callable[..., tuple]) -> None:
    order, bundle = opened(days=1)
    unknown = order._replace(labels=order.labels.limit(0))

    found = realised.answers(unknown, bundle, unknown.pooled)
    (one,) = realised.realised(unknown, found)

    assert found is None
    assert (one.verdict, one.note[:2]) == (Verdict.UNSURE, "0 ")


def test_answers_whose_label_never_came_are_counted(opened: Callable[..., tuple]) -> None:
    order, bundle = opened(days=10)
    some = order._replace(labels=order.labels.filter(order.labels["visit"] > "w00300"))

    found = realised.answers(some, bundle, some.pooled)

    assert found.unlabelled == 301


SCORES = (
    "{metric: roc_auc, at_least: 0.6}\n    - {metric: accuracy, at_least: 0}"
    "\n    - {metric: value_per_1000, at_least: -9000}"
)


@pytest.mark.parametrize("to", ["person", "baseline"])
def test_each_metric_is_of_the_answers_that_it_can_speak_of(
    opened: Callable[..., tuple], to: str
) -> None:
    order, bundle = opened(days=20, old=GOALS, new=SCORES)
    table = order.table
    left = (table["mainstay_score"] >= 0.3) & (table["mainstay_score"] <= 0.5)
    left &= table["mainstay_outcome"] == "model"
    given = table.mutate(
        mainstay_outcome=ibis.ifelse(left, to, table["mainstay_outcome"]),
        mainstay_flags=ibis.ifelse(left, "kind\nabstained", ""),
    )

    found = realised.answers(order._replace(table=given), bundle, order.pooled)
    metric, decisions, money = realised.realised(order, found)

    told, inside = len(found.rows.label), int((found.person | found.abstained).sum())
    model = len(found.by_model)
    assert 0 < inside < model < told
    assert metric.estimate.n == (model + inside if to == "person" else model)
    assert decisions.estimate.n == (model if to == "person" else model + inside)
    assert money.estimate.n == (told - inside if to == "person" else told)
    assert (f"{inside:,} decided by a person" in money.population) == (to == "person")
