"""Errors by threshold, against counting."""

import numpy as np
import pytest
from sklearn import metrics

from mainstay.stats import tradeoff, value
from mainstay.stats.tradeoff import Rows
from mainstay.stats.value import Matrix

WORTH = Matrix(true_positive=10, false_positive=-2, false_negative=-1)


def rows(count: int = 3000, seed: int = 0) -> Rows:
    random = np.random.default_rng(seed)
    label = (random.random(count) < 0.3) * 1.0
    score = 1 / (1 + np.exp(-(label - 0.5 + random.normal(size=count))))
    return Rows(label, score, (np.arange(count) * 30 // count,))


def test_precision_and_recall_are_those_of_scikit_learn() -> None:
    made, at = rows(), np.array([0.3, 0.5, 0.7])

    for one in tradeoff.points(made, at, seed=0):
        said = made.score >= one.threshold
        assert one.acted.value == pytest.approx(said.mean())
        assert one.precision.value == pytest.approx(metrics.precision_score(made.label, said))
        assert one.recall.value == pytest.approx(metrics.recall_score(made.label, said))
        assert one.recall.low < one.recall.value < one.recall.high


def test_a_threshold_that_nobody_reaches_has_no_precision() -> None:
    (one,) = tradeoff.points(rows(), np.array([1.5]), seed=0)

    assert one.precision is None


def test_the_kinds_of_a_thousand_are_a_thousand_and_their_money_is_that_of_the_threshold() -> None:
    made = rows()

    found = tradeoff.kinds(made, 0.5, WORTH, seed=0)

    assert [one.name for one in found] == list(tradeoff.KINDS)
    assert sum(one.often.value for one in found) == pytest.approx(1000)
    money = sum(one.often.value * one.worth for one in found)
    said = (made.score >= 0.5) * 1.0
    assert money == pytest.approx(value.per_thousand(made.label, said, WORTH))


def test_without_money_the_kinds_are_counted_all_the_same() -> None:
    assert {one.worth for one in tradeoff.kinds(rows(), 0.5, None, seed=0)} == {None}


def test_a_poor_threshold_loses_and_is_not_among_those_that_may_be_best() -> None:
    made = rows(20_000)
    at = np.unique([*np.linspace(0.1, 0.9, 21), 0.9])

    found = tradeoff.best(made, at, 0.9, WORTH, seed=0)

    assert found.lost.low > 0
    assert found.high < 0.9


def test_a_threshold_that_is_the_best_may_be_the_best() -> None:
    made = rows(20_000)
    at = np.linspace(0.1, 0.9, 21)
    money = [value.per_thousand(made.label, (made.score >= one) * 1.0, WORTH) for one in at]
    in_use = float(at[int(np.argmax(money))])

    found = tradeoff.best(made, at, in_use, WORTH, seed=0)

    assert found.lost.low == 0
    assert found.low <= in_use <= found.high


def test_of_few_days_nothing_is_told() -> None:
    made = rows()._replace(blocks=(np.arange(3000) % 3,))

    assert tradeoff.best(made, np.array([0.4, 0.5]), 0.5, WORTH, seed=0) is None


def test_what_is_left_near_the_threshold_is_wrong_more_often() -> None:
    made = rows()
    ends = tradeoff.nearest(made.score, 0.5, 0.2)

    (one,) = tradeoff.bands(made, 0.5, (ends,), seed=0)

    assert one.left.value == pytest.approx(0.2, abs=0.01)
    assert one.inside.value > one.outside.value
    inside = (made.score >= one.low) & (made.score <= one.high)
    wrong = (made.score >= 0.5) != (made.label == 1)
    assert one.outside.value == pytest.approx(wrong[~inside].mean())
