"""Estimates without labels hold what labels show, and labels refute only what is wrong.

Tolerances are those of chance over so many worlds, once in a thousand.
"""

from functools import cache

import numpy as np
import pytest
from scipy import stats

from mainstay.stats import audit, chances, expected, metrics, unlabelled
from mainstay.stats.audit import Wealth
from mainstay.stats.chances import Known
from mainstay.stats.expected import Expected

WORLDS, COVERED, BY_CHANCE, SLACK = 200, 0.95, 0.001, 0.01
PER_DAY = 120


def world(
    random: np.random.Generator,
    days: int,
    wander: float,
    moved: float = 0.0,
    *,
    per_day: int = PER_DAY,
) -> Known:
    """Scores that are too sure of themselves; days wander; other rows may come."""
    day = np.repeat(np.arange(days), per_day)
    margin = random.normal(moved, 1, len(day))
    off = random.normal(0, 1, days)[day] * wander
    true = 1 / (1 + np.exp(0.5 - 1.3 * margin - off))
    score = 1 / (1 + np.exp(-1.8 * margin))
    return Known((random.random(len(day)) < true).astype(float), score, day)


def ways(chance: np.ndarray, live: Known) -> dict[str, Expected]:
    decided = (live.score >= 0.5).astype(float)
    positive, hits = np.array([0.0, 1.0]), np.column_stack([np.zeros(len(decided)), decided])
    return {
        "roc_auc": expected.roc_auc(chance, live.score),
        "accuracy": expected.mean(chance, np.column_stack([1 - decided, decided])),
        "f1": expected.ratio(chance, hits, (positive + decided[:, None]) / 2),
    }


@cache
def covered(wander: float, moved: float) -> dict[str, float]:
    """How often labels of a week lie in the interval learned from 60 days."""
    held: dict[str, list[bool]] = {}
    for seed in range(WORLDS):
        random = np.random.default_rng([seed, int(10 * wander), int(10 * moved)])
        found, live = chances.of_classes(world(random, 60, wander)), world(random, 7, wander, moved)
        chance, cell = chances.chances(found, live.score), chances.cells(found, live.score)
        for name, one in ways(chance, live).items():
            error = unlabelled.error(found, cell, chance, one.influence)
            estimate = unlabelled.estimate(one, error, live.day, found.days)
            takes = metrics.METRICS[name].takes
            said = live.score if takes == "score" else (live.score >= 0.5).astype(float)
            true = metrics.measured(name, live.label, said)
            held.setdefault(name, []).append(estimate.low <= true <= estimate.high)
    return {name: float(np.mean(one)) for name, one in held.items()}


@pytest.mark.slow
@pytest.mark.parametrize(("wander", "moved"), [(0.0, 0.0), (0.4, 0.0), (0.4, 0.5)])
def test_intervals_hold_what_labels_show(wander: float, moved: float) -> None:
    least = stats.binom.ppf(BY_CHANCE, WORLDS, COVERED - SLACK) / WORLDS

    found = covered(wander, moved)

    assert min(found.values()) >= least, found


def stream(seed: int, loss: float) -> float:
    """After how many of 3,000 labels an accuracy is refuted that is lower by `loss`."""
    random = np.random.default_rng([seed, int(1000 * loss)])
    chance = np.clip(random.beta(5, 1, 3000), 0.5, 0.99)
    right = random.random(3000) < np.clip(chance - loss, 0, 1)
    spread = np.sqrt((chance * (1 - chance)).mean())
    surprise, bound = (right - chance) / spread, 1 / spread
    found = audit.bet(Wealth(), surprise, np.ones(3000), bound)
    return float("inf") if found.at is None else float(found.at)


@pytest.mark.slow
def test_an_estimate_that_is_right_is_refuted_more_seldom_than_promised() -> None:
    """At the very edge of what is tolerated; one that is wholly right never was."""
    chance = np.clip(np.random.default_rng(0).beta(5, 1, 100_000), 0.5, 0.99)
    edge = audit.TOLERANCE * np.sqrt((chance * (1 - chance)).mean())

    false = sum(np.isfinite(stream(seed, edge)) for seed in range(500))

    assert false <= stats.binom.ppf(1 - BY_CHANCE, 500, audit.FALSE)
    assert not any(np.isfinite(stream(seed, 0.0)) for seed in range(500))


@pytest.mark.slow
def test_ten_points_are_lost_for_at_most_300_labels() -> None:
    found = [stream(seed, 0.1) for seed in range(200)]

    assert np.median(found) <= 300


def learned_from(seed: int, days: int, per_day: int) -> bool:
    """Whether an accuracy is refuted that was learned from so few rows of a world that stays."""
    random = np.random.default_rng([seed, days, per_day])
    found = chances.of_classes(world(random, days, 0.0, per_day=per_day))
    live = world(random, 3000, 0.0, per_day=1)
    chance, cell = chances.chances(found, live.score), chances.cells(found, live.score)
    guess = ways(chance, live)["accuracy"]
    error = unlabelled.error(found, cell, chance, guess.influence)
    spread = np.sqrt(error.row)
    surprise = unlabelled.surprises(guess, chance, live.label.astype(int)) / spread
    allowed = audit.tolerance(error.learned / error.row, found.days)
    return audit.bet(Wealth(), surprise, np.ones(3000), 1 / spread, allowed).at is not None


@pytest.mark.slow
@pytest.mark.parametrize(("days", "per_day"), [(30, 10), (30, 20), (60, 10)])
def test_what_was_learned_from_few_rows_is_refuted_no_more_often_than_promised(
    days: int, per_day: int
) -> None:
    """With the same tolerance for all it would be, by 5 % of worlds at 300 rows."""
    false = sum(learned_from(seed, days, per_day) for seed in range(400))

    assert false <= stats.binom.ppf(1 - BY_CHANCE, 400, audit.FALSE)


def wandering(seed: int, days: int, rows: int, wander: float) -> bool:
    """Whether an estimate is refuted whose days are off, each by another amount, to both sides."""
    random = np.random.default_rng([seed, rows])
    day = np.repeat(np.arange(days), rows)
    right = random.random(len(day)) < np.clip(0.8 + random.normal(0, wander, days)[day], 0, 1)
    share = wander**2 / 0.16
    weight = audit.weights(day, np.full(days, float(rows)), share)
    return audit.bet(Wealth(), (right - 0.8) / 0.4, weight, 2.0).at is not None


@pytest.mark.slow
@pytest.mark.parametrize("rows", [10, 300])
def test_days_that_wander_refute_nothing(rows: int) -> None:
    """Counted whole, their labels would."""
    false = sum(wandering(seed, 90, rows, 0.05) for seed in range(150))

    assert false <= stats.binom.ppf(1 - BY_CHANCE, 150, audit.FALSE)
