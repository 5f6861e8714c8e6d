"""What a quality earns: the bounds hold what scores of that quality do earn, whatever the curve.

Scores are drawn from the flattest and the most pointed curve of an area, and from normal ones; days
differ in how many are a yes and in how well the rule does. The truth is that of a large world.
Tolerance: as in test_intervals; an end that is reached is broken half of 0.05 of the time.
"""

import numpy as np
import pytest
from scipy import special, stats

from mainstay.core.nouns import Estimate
from mainstay.life.assess import stakes
from mainstay.life.assess.baselines import Judged
from mainstay.stats import metrics

DAYS, A_DAY, WORLDS, MANY = 31, 40, 150, 1_000_000
COVERED, FEW_BLOCKS, BY_CHANCE = 0.95, 0.01, 0.001
LEAST = stats.binom.ppf(BY_CHANCE, WORLDS, COVERED - FEW_BLOCKS)
LEVEL, REACHED, APART = -1.0, 0.45, 1.2
"""Log odds of a yes; what the flattest curve reaches; standard deviations between normal scores."""


def judged(generator: np.random.Generator, day: np.ndarray) -> Judged:
    days, rows = day.max() + 1, len(day)
    level, skill = generator.normal(LEVEL, 0.6, days), generator.normal(0.5, 0.5, days)
    label = (generator.random(rows) < special.expit(level[day])).astype(float)
    decided = (skill[day] * (label - 0.3) + generator.normal(0, 1, rows) > 0.4) * 1.0
    return Judged(label, decided, decided, day)


def flattest(generator: np.random.Generator, label: np.ndarray, slope: float) -> np.ndarray:
    """A jump to REACHED, then along a line of equal money."""
    rows = len(label)
    sure, far = generator.random(rows) < REACHED, generator.random(rows) < (1 - REACHED) / slope
    between = generator.random(rows)
    return np.where(label == 1, np.where(sure, 2, between), np.where(far, between, -1))


def pointed(generator: np.random.Generator, label: np.ndarray, _: float) -> np.ndarray:
    """Some of the yes are known, and nothing else."""
    return ((label == 1) & (generator.random(len(label)) < REACHED)).astype(float)


def normal(generator: np.random.Generator, label: np.ndarray, _: float) -> np.ndarray:
    return np.round(label * APART + generator.normal(0, 1, len(label)), 2)


def earned(rows: Judged, score: np.ndarray, gain: float, loss: float) -> float:
    """Of the best threshold, per 1,000 decisions above never acting."""
    levels, place = np.unique(-score, return_inverse=True)
    money = np.bincount(place, np.where(rows.label == 1, gain, -loss), len(levels))
    return 1000 * max(0.0, float(np.cumsum(money).max())) / len(score)


def world(contract, shape) -> tuple[float, float]:
    """Area and money above the best rival, in truth."""
    generator = np.random.default_rng(0)
    rows = judged(generator, np.arange(MANY))
    found = stakes.of(contract, rows)
    share, gain, loss = rows.label.mean(), found.gain[0], found.loss[0]
    score = shape(generator, rows.label, (1 - share) * loss / (share * gain))
    best, *_, never = found.rivals
    rival = 1000 * float((best - never).mean())
    return metrics.measured("roc_auc", rows.label, score), earned(rows, score, gain, loss) - rival


def some(contract):
    for at in range(WORLDS):
        generator = np.random.default_rng([1, at])
        rows = judged(generator, np.repeat(np.arange(DAYS), A_DAY))
        yield at, stakes.of(contract, rows)


def above(found: stakes.Stakes, area: float, seed: int) -> Estimate:
    return stakes.earned(found, area, seed, "EUR")[stakes.BEST]


SHAPES = pytest.mark.parametrize("shape", [flattest, pointed, normal])


@SHAPES
def test_what_a_score_earns_lies_within_the_bounds_of_its_area(contract, shape) -> None:
    area, money = world(contract, shape)

    found = [above(one, area, at) for at, one in some(contract)]

    assert sum(one.low <= money <= one.high for one in found) >= LEAST


@SHAPES
def test_the_area_that_money_needs_lies_within_its_bounds(contract, shape) -> None:
    area, money = world(contract, shape)

    found = [stakes.needed(one, money, at) for at, one in some(contract)]

    assert sum(one.low <= area <= one.high for one in found) >= LEAST


@pytest.mark.parametrize("shape", [flattest, pointed])
def test_one_curve_for_all_would_break_that_promise(contract, shape, monkeypatch) -> None:
    """Two normal curves, as any quick sum takes them, are neither the best nor the worst."""
    for way in ("surely", "at_most"):
        monkeypatch.setattr(stakes.earning, way, stakes.earning.likely)
    area, money = world(contract, shape)

    found = [above(one, area, at) for at, one in some(contract)]

    assert sum(one.low <= money <= one.high for one in found) < LEAST
