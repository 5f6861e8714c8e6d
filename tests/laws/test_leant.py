"""What assess tells a ROC AUC to earn where money hangs on the row is what leant scores then earn.

Covered: scores of any concave curve that say the same of rows of much money and of little, among
yes and among no. Not covered: scores that tell rows of much money better or worse than others.
"""

from typing import NamedTuple

import numpy as np
import pytest
from scipy import special, stats

from mainstay.bundle.stakes import leanings
from mainstay.life.assess.stakes import BEST, Stakes, earned
from mainstay.stats import leant
from mainstay.stats.metrics import measured
from mainstay.stats.value import Matrix, best_threshold, per_row

WORLDS, ROWS, DAYS, MANY = 45, 3_000, 60, 30_000


class World(NamedTuple):
    """How yes and no are told apart, and what they are worth.

    tell: how much more the amount of a yes is, as a logarithm; knows: how much more of large
    amounts of yes the score knows.
    """

    yes: float
    apart: float
    shape: str
    spread: float
    by_amount: bool
    tell: float
    knows: float


class Rows(NamedTuple):
    label: np.ndarray
    score: np.ndarray
    payoffs: np.ndarray

    def money(self, acted: np.ndarray) -> float:
        return 1000 * float(np.mean(per_row(self.label, acted, Matrix(*self.payoffs.T))))


def world(seed: int, tell: float, knows: float) -> World:
    draw = np.random.default_rng(seed)
    shape = ("normal", "sure of some yes", "sure of some no")[seed % 3]
    uneven = draw.uniform(0.05, 0.35), draw.uniform(0.4, 2.0), draw.uniform(0.3, 1.2)
    return World(uneven[0], uneven[1], shape, uneven[2], bool(seed % 2), tell, knows)


def rows(draw: np.random.Generator, made: World, count: int) -> Rows:
    """Calibrated chances, as far as they know no amounts."""
    yes = draw.random(count) < made.yes
    size = draw.normal(size=count)
    amount = np.exp(made.spread * size + made.tell * yes)
    odds = _odds(draw, made, yes) + made.knows * size * yes
    score = special.expit(odds + np.log(made.yes / (1 - made.yes)))
    cost = 0.3 * amount + 0.1 if made.by_amount else np.full(count, 0.4)
    nothing = np.zeros(count)
    payoffs = np.stack([amount, -cost, nothing, nothing], axis=1)
    return Rows(yes.astype(np.float64), score, payoffs)


def _odds(draw: np.random.Generator, made: World, yes: np.ndarray) -> np.ndarray:
    """Logarithms of how much likelier a yes is than a no to score so."""
    if made.shape == "normal":
        at = draw.normal(size=len(yes)) + made.apart * yes
        return made.apart * at - made.apart**2 / 2
    sure = 0.2 + made.apart / 4
    known = draw.random(len(yes)) < sure
    if made.shape == "sure of some yes":
        return np.where(yes & known, 8.0, np.log(1 - sure)) + 1e-6 * draw.normal(size=len(yes))
    return np.where(~yes & known, -8.0, -np.log(1 - sure)) + 1e-6 * draw.normal(size=len(yes))


def told(draw: np.random.Generator, made: World) -> tuple[float, float, float]:
    """Low and high end, and what a version then earns that chose its threshold on other rows."""
    large = rows(draw, made, MANY)
    leaning = leanings(large.score, large.payoffs)
    half = MANY // 2
    yes = best_threshold(large.label[:half], leaning[:half], Matrix(*large.payoffs[:half].T))
    later = Rows(*(part[half:] for part in large))
    auc = measured("roc_auc", large.label, large.score)
    found = earned(_stakes(draw, rows(draw, made, ROWS)), auc, 1, "")[BEST]
    return found.low, found.high, later.money((leaning[half:] >= yes) * 1.0)


def _stakes(draw: np.random.Generator, some: Rows) -> Stakes:
    gain, loss = some.payoffs[:, 0], -some.payoffs[:, 1]
    bins, slope = leant.bins(gain, loss, float(some.label.mean()))
    none = np.zeros(len(gain))
    day = np.sort(draw.integers(0, DAYS, len(gain)))
    return Stakes(gain, loss, none, (none, none, none), 0.0, some.label, day, bins, slope)


def kept(tell: float, knows: float) -> tuple[int, int]:
    """In how many worlds the low end holds, and the high one."""
    over, under = 0, 0
    for seed in range(WORLDS):
        low, high, came = told(np.random.default_rng(seed), world(seed, tell, knows))
        over, under = over + (came >= low), under + (came <= high)
    return over, under


@pytest.mark.parametrize("tell", [0.0, 0.5, -0.5])
def test_a_score_that_knows_no_amounts_earns_what_was_told(tell: float) -> None:
    """95 % is promised; tolerance as far as chance takes so many worlds once in 1,000."""
    over, under = kept(tell, 0.0)

    assert over + under - WORLDS >= stats.binom.ppf(0.001, WORLDS, 0.95)


@pytest.mark.parametrize("knows", [0.3, 1.0])
def test_a_score_that_knows_large_amounts_earns_no_less_than_was_told(knows: float) -> None:
    """It may earn more than the high end: the report says what it assumes."""
    over, under = kept(0.0, knows)

    assert over >= stats.binom.ppf(0.001, WORLDS, 0.975)
    assert under < WORLDS


def test_a_score_that_misses_large_amounts_may_leave_both_ends() -> None:
    """Its threshold keeps most of it from earning less: 9 of 10 ends were seen to hold."""
    over, under = kept(0.0, -1.0)

    assert over < WORLDS or under < WORLDS
    assert min(over, under) >= 0.75 * WORLDS
