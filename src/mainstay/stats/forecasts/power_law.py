"""A Bayesian power law through a learning curve: error(n) = ceiling + scale n^-power.

Prior: power ~ log-normal(log .5, .55), ceiling / error now ~ Beta(3, 1.2). What is fitted are
paired differences to the last anchor, as splits share records; the level has its own noise; a
difference may be off by DISCREPANCY of itself, since no curve is a power law. Sampled from the
prior and weighed by the likelihood: two numbers need no chain.
Sources: Hestness et al. (2017) for the form; Viering and Loog (2023), The Shape of Learning Curves.
"""

from typing import NamedTuple

import numpy as np

from mainstay.stats.blocks import Floats
from mainstay.stats.forecasts.curve import Curve

DRAWN, KEPT = 40_000, 1_500
POWER, SPREAD = 0.5, 0.55
CEILING = (3.0, 1.2)
DISCREPANCY, SLIGHT, FLOOR = 0.06, 0.01, 0.002
"""Of a difference, of the level as the least difference, and of the level at any rate."""


class PowerLaw(NamedTuple):
    """Draws of the posterior, each (draws,). largest: the size at which `level` was measured."""

    level: Floats
    ceiling: Floats
    scale: Floats
    power: Floats
    largest: float

    def error(self, size: float) -> Floats:
        """(draws,): what a model errs that is trained on so many records."""
        if np.isinf(size):
            return self.level - self.scale * self.largest**-self.power
        return self.level + self.scale * (size**-self.power - self.largest**-self.power)

    def damped(self, share: float) -> "PowerLaw":
        """With so much of every gain: the level stays, the ceiling comes nearer to it."""
        ceiling = self.level - share * (self.level - self.ceiling)
        return self._replace(scale=self.scale * share, ceiling=ceiling)


def power_law(curve: Curve, *, seed: int) -> PowerLaw:
    """The posterior of a curve; all of it 0 where the last anchor errs no more."""
    generator = np.random.default_rng(seed)
    level = float(np.nanmean(curve.errors[:, -1]))
    power = np.exp(generator.normal(np.log(POWER), SPREAD, DRAWN))
    ceiling = generator.beta(*CEILING, DRAWN) * level
    scale = (level - ceiling) * curve.largest**power
    chance = _likelihood(curve, level, scale, power)
    chosen = generator.choice(DRAWN, KEPT, p=chance / chance.sum())
    noise = _error(curve.errors[:, -1]) * generator.normal(size=KEPT)
    return PowerLaw(level + noise, ceiling[chosen], scale[chosen], power[chosen], curve.largest)


def _likelihood(curve: Curve, level: float, scale: Floats, power: Floats) -> Floats:
    """(draws,): of the differences to the last anchor, the greatest 1; smaller anchors weigh by
    the root of their share of the largest.
    """
    sizes, apart = curve.sizes[:-1], curve.errors[:, :-1] - curve.errors[:, -1:]
    seen = np.nanmean(apart, axis=0)
    error = np.array([_error(column) for column in apart.T])
    off = DISCREPANCY * np.maximum(np.abs(seen), SLIGHT * level)
    variance = np.maximum(error**2 + off**2 + (FLOOR * level) ** 2, 1e-24)
    law = sizes[:, None] ** -power - curve.largest**-power
    wrong = (scale * law - seen[:, None]) ** 2 / variance[:, None]
    logarithm = -0.5 * np.sqrt(sizes / curve.largest) @ wrong
    return np.asarray(np.exp(logarithm - logarithm.max()))


def _error(values: Floats) -> float:
    """Standard error of a mean over repeats."""
    known = values[np.isfinite(values)]
    return float(np.std(known, ddof=1) / np.sqrt(len(known))) if len(known) > 1 else 0.0
