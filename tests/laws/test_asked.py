"""Goals and money keep their intervals where only labels that were asked for arrive.

Tolerances are those of chance over so many worlds, once in a thousand.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
from scipy import stats

from mainstay.core.nouns import Window
from mainstay.life.watch import ask, asked, earned
from mainstay.life.watch.ask import Some
from mainstay.life.watch.design import Ask, Design, Row
from mainstay.life.watch.order import Earned
from mainstay.stats import bootstrap, metrics, sampling, value
from mainstay.stats.value import Matrix

WORLDS, BY_CHANCE, SLACK = 150, 0.001, 0.01
BEGIN, DAY = datetime(2024, 3, 1, tzinfo=UTC), timedelta(days=1)
DAYS, PER_DAY, WEEKS, COUNT = 28, 200, (7, 14, 21, 28), 120
NAMES = ("accuracy", "roc_auc")
MONEY = Matrix(true_positive=10, false_positive=-8)


class World(NamedTuple):
    """Answers of four weeks, their labels, and what every label would say of them."""

    some: Some
    day: np.ndarray
    label: np.ndarray
    decided: np.ndarray

    def measured(self, name: str, at: np.ndarray, weight: np.ndarray) -> float:
        return metrics.measured(name, self.label[at], self.said(name)[at], weight)

    def said(self, name: str) -> np.ndarray:
        return self.some.score if name == "roc_auc" else self.decided


def world(random: np.random.Generator) -> World:
    """Days wander; near the threshold scores are wrong most often, and where nothing is covered."""
    day = np.repeat(np.arange(DAYS), PER_DAY)
    margin, off = random.normal(0, 1.5, len(day)), random.normal(0, 0.2, DAYS)[day]
    covered = random.random(len(day)) > 0.1
    true = 1 / (1 + np.exp(-np.where(covered, margin, -0.3 * margin) - off))
    score = 1 / (1 + np.exp(-margin))
    moment = (BEGIN.timestamp() + (day + random.random(len(day))) * 86_400) * 1e6
    label = (random.random(len(day)) < true).astype(float)
    return World(Some(score, moment, covered), day, label, (score >= 0.5).astype(float))


def asks(random: np.random.Generator, lived: World) -> tuple[Ask, ...]:
    """One a week, of all answers so far that no earlier one drew."""
    made: list[Ask] = []
    for week in WEEKS:
        drawn = {row.key for one in made for row in one.rows}
        left = np.array([at for at in np.flatnonzero(lived.day < week) if at not in drawn])
        some = Some(*(part[left] for part in lived.some))
        until = BEGIN + week * DAY
        draft = Design("v1", Window(BEGIN, until), len(left), COUNT / 2 / len(left), 0.0, 0.5)
        near = float(np.quantile(np.abs(some.score - 0.5), ask.NEAR))
        draft = Design("v1", draft.window, len(left), draft.random, 0.0, 0.5, near)
        rate = sampling.rate(ask.worth(draft, some), COUNT / 2)
        design = Design("v1", draft.window, len(left), draft.random, rate, 0.5, near)
        first = sampling.drawn(np.full(len(left), design.random), random)
        second = sampling.drawn(np.minimum(rate * ask.worth(design, some), 1), random)
        rows = tuple(row(lived, int(left[at])) for at in np.union1d(first, second))
        made.append(Ask(until, design, rows))
    return tuple(made)


def row(lived: World, at: int) -> Row:
    moment = datetime.fromtimestamp(lived.some.time[at] / 1e6, UTC)
    score, covered = float(lived.some.score[at]), bool(lived.some.covered[at])
    return Row(at, moment, (), 0.0, random=False, score=score, covered=covered)


@cache
def held(name: str, *, weighed: bool) -> tuple[float, float]:
    """How often the interval holds what all labels would say, and the mean error."""
    hits, errors = [], []
    for seed in range(WORLDS):
        random = np.random.default_rng([seed, 5])
        lived = world(random)
        drawn = asks(random, lived)
        keys = frozenset(row.key for one in drawn for row in one.rows)
        given = asked.by_chance(drawn, keys)
        at = np.array(sorted(given))
        weight = np.array([given[one] for one in at]) if weighed else np.ones(len(at))
        said = lived.said(name)[at]
        prepared = metrics.METRICS[name].prepared(lived.label[at], said)
        found = bootstrap.estimate(
            sampling.Weighed(prepared, weight), (lived.day[at],), seed=1, repeats=200
        )
        truth = lived.measured(name, np.arange(len(lived.label)), np.ones(len(lived.label)))
        hits.append(found.low <= truth <= found.high)
        errors.append(found.value - truth)
    return float(np.mean(hits)), float(np.mean(errors))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_intervals_hold_what_all_labels_would_say(name: str) -> None:
    least = stats.binom.ppf(BY_CHANCE, WORLDS, 0.95 - SLACK) / WORLDS

    covered, error = held(name, weighed=True)

    assert covered >= least
    assert abs(error) < 0.005


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_same_labels_as_they_are_would_be_wrong(name: str) -> None:
    """So that the law above can fail."""
    covered, error = held(name, weighed=False)

    assert covered < 0.8
    assert error < -0.02


def counted(lived: World, at: np.ndarray, weight: np.ndarray) -> tuple[Earned, ...]:
    """Each day's money above doing nothing, by these labels."""
    money = weight * value.per_row(lived.label[at], lived.decided[at], MONEY)
    days = [Window(BEGIN + day * DAY, BEGIN + (day + 1) * DAY) for day in range(DAYS)]
    return tuple(
        Earned(
            window,
            rows=int((lived.day[at] == day).sum()),
            unlabelled=0,
            answered=float(money[lived.day[at] == day].sum()),
            ruled=0.0,
            stands=float(weight[lived.day[at] == day].sum()),
        )
        for day, window in enumerate(days)
    )


@cache
def money_held(*, weighed: bool) -> tuple[float, float]:
    """How often the interval of the money holds what all answers earned, and the mean error, as a
    share of it.
    """
    hits, errors = [], []
    for seed in range(WORLDS):
        random = np.random.default_rng([seed, 6])
        lived = world(random)
        drawn = asks(random, lived)
        keys = frozenset(row.key for one in drawn for row in one.rows)
        given = asked.by_chance(drawn, keys)
        at, every = np.array(sorted(given)), np.arange(len(lived.label))
        alike = np.full(len(at), len(every) / len(at))
        weight = np.array([given[one] for one in at]) if weighed else alike
        found = earned.balance(counted(lived, at, weight), retraining=0, currency="EUR", seed=1)
        truth = sum(one.answered for one in counted(lived, every, np.ones(len(every))))
        assert found is not None
        assert found.decided is not None
        hits.append(found.decided.low <= truth <= found.decided.high)
        errors.append(found.decided.value / truth - 1)
    return float(np.mean(hits)), float(np.mean(errors))


@pytest.mark.slow
def test_money_of_labels_asked_for_holds_what_all_answers_earned() -> None:
    least = stats.binom.ppf(BY_CHANCE, WORLDS, 0.95 - SLACK) / WORLDS

    covered, error = money_held(weighed=True)

    assert covered >= least
    assert abs(error) < 0.03


@pytest.mark.slow
def test_money_of_the_same_labels_as_they_are_would_be_too_little() -> None:
    """So that the law above can fail."""
    covered, error = money_held(weighed=False)

    assert covered < money_held(weighed=True)[0]
    assert error < -0.1
