"""The interval of who is better over a life covers what is true, over made-up pairs of recipes."""

import numpy as np
import pytest
from planted_backtests import TRAINING, WORLDS, planted
from scipy import stats

from mainstay.stats.forecasts import area
from mainstay.stats.forecasts.area import Life
from mainstay.stats.forecasts.backtest import Backtest

PAIRS, PERIODS, PROMISED, BY_CHANCE = 200, 60, 0.95, 0.001
BETTER, AGES_FASTER = 0.01, 0.002
LIVES = (Life(1, 4, 0), Life(1, 10, 0), Life(3, 8, 5))


def pair(kind: str, seed: int) -> tuple[Backtest, Backtest]:
    """A recipe that is BETTER and ages faster; what a fit has by luck it shares with the next ones,

    as their windows overlap.
    """
    plain = planted(WORLDS[kind], seed, PERIODS)
    random = np.random.default_rng([seed, 1])
    window = np.ones(TRAINING) / np.sqrt(TRAINING)
    luck, speed = (
        np.convolve(random.normal(size=PERIODS + TRAINING), window)[TRAINING:][:PERIODS]
        for _ in range(2)
    )
    cut, period = np.indices(plain.scores.shape)
    age = period - cut - 1
    apart = BETTER + 0.008 * luck[:, None] - (AGES_FASTER + 0.001 * speed[:, None]) * age
    noise = random.normal(0, 0.005, plain.scores.shape)
    return plain._replace(scores=plain.scores + apart + noise), plain


def true(kind: str, life: Life) -> float:
    """Better when fresh, less with each period; the other one is older and lost what that costs."""
    ages = np.arange(life.first, life.last + 1) - 1
    return float(BETTER - AGES_FASTER * ages.mean() + WORLDS[kind].age * life.older)


@pytest.mark.parametrize("kind", ["still", "remembers", "ages"])
@pytest.mark.parametrize("life", LIVES)
def test_the_interval_covers_the_difference_over_a_life(kind: str, life: Life) -> None:
    found = [area.area(*pair(kind, seed), life) for seed in range(PAIRS)]

    covered = np.mean([one.low <= true(kind, life) <= one.high for one in found])
    least = stats.binom.ppf(BY_CHANCE, PAIRS, PROMISED) / PAIRS
    assert covered >= least
    assert np.mean([np.isfinite(one.low) for one in found]) == 1


def test_as_if_all_cuts_were_independent_it_would_not() -> None:
    """What is planted is alike from cut to cut: the law would notice."""
    life, kind = LIVES[1], "still"
    found = [area.past(*pair(kind, seed), life) for seed in range(PAIRS)]

    off = [abs(one.mean() - true(kind, life)) / (one.std() / np.sqrt(len(one))) for one in found]
    assert np.mean(np.array(off) < 2) < 0.9
