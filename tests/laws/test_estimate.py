"""Estimates without labels hold what labels show, and labels refute only what is wrong.

Tolerances are those of chance over so many worlds, once in a thousand.
"""

from functools import cache

import numpy as np
import pytest
from scipy import stats

from mainstay.stats import audit, chances, expected, metrics, unlabelled
from mainstay.stats.audit import Bet, Terms, Wealth
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


def held(chance: np.ndarray, right: np.ndarray, learned: float = 0.0, days: int = 60) -> Bet:
    """Labels against an accuracy; learned: as stats.audit.tolerance takes it, of both bets."""
    noise = chance * (1 - chance)
    spread, sure = np.sqrt(noise.mean()), unlabelled.sureness(noise)
    said, gain = (right - chance) / spread, (1 - chance) / spread
    terms = Terms(
        gain=np.array([gain.max(), (gain * sure).max()]),
        allowed=np.array([audit.tolerance(learned, days, even) for even in (1.0, sure.mean())]),
        share=np.zeros(2),
    )
    return audit.bet(Wealth(), np.column_stack([said, said * sure]), np.ones((len(said), 2)), terms)


def stream(seed: int, loss: float, way: str = "even") -> float:
    """After how many of 3,000 labels an accuracy is refuted that is lower by `loss`: of every row

    as much, by labels turned about, or of open rows more.
    """
    random = np.random.default_rng([seed, int(1000 * loss), *map(ord, way)])
    chance = np.clip(random.beta(5, 1, 3000), 0.5, 0.99)
    lower = {"even": np.ones(3000), "turned": 2 * chance - 1, "open": chance * (1 - chance)}[way]
    right = random.random(3000) < np.clip(chance - loss * lower / lower.mean(), 0, 1)
    found = held(chance, right)
    return float("inf") if found.at is None else float(found.at)


def traded(seed: int) -> bool:
    """Whether an accuracy is refuted that is right: sure rows fail, open ones make up for them."""
    random = np.random.default_rng([seed, 7])
    chance = np.clip(random.beta(5, 1, 3000), 0.5, 0.99)
    off = np.where(chance > np.median(chance), -0.03, 0.03)
    right = random.random(3000) < np.clip(chance + off, 0, 1)
    return held(chance, right).at is not None


@pytest.mark.slow
@pytest.mark.parametrize("way", ["even", "turned", "open"])
def test_an_estimate_that_is_right_is_refuted_more_seldom_than_promised(way: str) -> None:
    """At the very edge of what is tolerated; one that is wholly right never was."""
    chance = np.clip(np.random.default_rng(0).beta(5, 1, 100_000), 0.5, 0.99)
    edge = audit.TOLERANCE * np.sqrt((chance * (1 - chance)).mean())

    false = sum(np.isfinite(stream(seed, edge, way)) for seed in range(500))

    most = audit.FALSE if way == "turned" else audit.SELDOM
    assert false <= stats.binom.ppf(1 - BY_CHANCE, 500, most)
    assert not any(np.isfinite(stream(seed, 0.0, way)) for seed in range(500))


@pytest.mark.slow
def test_rows_that_fail_and_others_that_make_up_for_them_refute_nothing() -> None:
    false = sum(traded(seed) for seed in range(500))

    assert false <= stats.binom.ppf(1 - BY_CHANCE, 500, audit.FALSE)


@pytest.mark.slow
@pytest.mark.parametrize(("way", "most"), [("even", 300), ("turned", 300), ("open", 340)])
def test_ten_points_are_lost_for_few_labels(way: str, most: int) -> None:
    found = [stream(seed, 0.1, way) for seed in range(200)]

    assert np.median(found) <= most


def learned_from(seed: int, days: int, per_day: int) -> bool:
    """Whether an accuracy is refuted that was learned from so few rows of a world that stays."""
    random = np.random.default_rng([seed, days, per_day])
    found = chances.of_classes(world(random, days, 0.0, per_day=per_day))
    live = world(random, 3000, 0.0, per_day=1)
    chance, cell = chances.chances(found, live.score), chances.cells(found, live.score)
    guess = ways(chance, live)["accuracy"]
    error = unlabelled.error(found, cell, chance, guess.influence)
    sure = unlabelled.sureness(expected.variance(chance, guess.influence))
    weighed = guess.influence * sure[:, None]
    own, spread = unlabelled.error(found, cell, chance, weighed), np.sqrt(error.row)
    said = unlabelled.surprises(guess, chance, live.label.astype(int)) / spread
    terms = Terms(
        gain=np.array([1, sure.max()]) / spread,
        allowed=np.array([
            audit.tolerance(error.learned / error.row, found.days),
            audit.tolerance(own.learned / own.row, found.days, float(sure.mean())),
        ]),
        share=np.zeros(2),
    )  # fmt: skip
    surprise = np.column_stack([said, said * sure])
    return audit.bet(Wealth(), surprise, np.ones((3000, 2)), terms).at is not None


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
    share = np.full(2, wander**2 / 0.16)
    weight = audit.weights(day, np.full(days, float(rows)), share)
    terms = Terms(np.full(2, 0.5), np.full(2, audit.TOLERANCE), share)
    said = np.column_stack([(right - 0.8) / 0.4] * 2)
    return audit.bet(Wealth(), said, weight, terms).at is not None


@pytest.mark.slow
@pytest.mark.parametrize("rows", [10, 300])
def test_days_that_wander_refute_nothing(rows: int) -> None:
    """Counted whole, their labels would."""
    false = sum(wandering(seed, 90, rows, 0.05) for seed in range(150))

    assert false <= stats.binom.ppf(1 - BY_CHANCE, 150, audit.FALSE)
