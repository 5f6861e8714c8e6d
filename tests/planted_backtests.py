"""Backtests of made-up models whose ageing is known."""

from typing import NamedTuple

import numpy as np

from mainstay.stats.forecasts.backtest import Backtest

TRAINING, NO_SKILL, LEVEL = 6, 0.5, 0.75
NONE = np.empty((0, 8))
"""A reference library without paths."""


class World(NamedTuple):
    """age: lost per period of age, which varies between models by `uneven` of itself. swing: sd of
    how hard periods are, alike to the one before by `memory`. season: amplitude over 12 periods.
    noise: sd of one score. shock: chance of a period in which all lose 0.1 and keep it.
    """

    age: float = 0.0
    uneven: float = 0.0
    swing: float = 0.0
    memory: float = 0.0
    season: float = 0.0
    noise: float = 0.0
    shock: float = 0.0


WORLDS = {
    "still": World(swing=0.01, noise=0.005),
    "remembers": World(swing=0.02, memory=0.7, noise=0.005),
    "ages": World(age=0.004, uneven=0.5, swing=0.01, noise=0.005),
    "ages in a season": World(age=0.003, season=0.02, swing=0.008, noise=0.005),
    "is shocked": World(age=0.001, swing=0.01, noise=0.005, shock=0.02),
}


def planted(world: World, seed: int, periods: int = 40) -> Backtest:
    """The same for the same seed."""
    random = np.random.default_rng(seed)
    hard = difficulty(world, random, periods)
    speed = world.age * (1 + world.uneven * random.normal(size=periods))
    scores = np.full((periods, periods), np.nan)
    for cut in range(TRAINING - 1, periods - 1):
        later = np.arange(cut + 1, periods)
        noise = random.normal(0, world.noise, len(later))
        scores[cut, later] = LEVEL + hard[later] - speed[cut] * (later - cut - 1) + noise
    return Backtest(scores, TRAINING, NO_SKILL, season=12 if world.season else 0)


def difficulty(world: World, random: np.random.Generator, periods: int) -> np.ndarray:
    own = random.normal(0, world.swing * np.sqrt(1 - world.memory**2), periods)
    own[0] = random.normal(0, world.swing)
    for at in range(1, periods):
        own[at] += world.memory * own[at - 1]
    shocks = -0.1 * np.cumsum(random.random(periods) < world.shock)
    return own + shocks + world.season * np.sin(2 * np.pi * np.arange(periods) / 12)
