"""The range of thresholds holds the best one, and the loss its true value, as often as promised."""

import numpy as np
from scipy import stats

from mainstay.stats import tradeoff, value
from mainstay.stats.tradeoff import Rows
from mainstay.stats.value import Matrix

WORTH = Matrix(true_positive=10, false_positive=-3)
AT = np.linspace(0.05, 0.6, 23)
IN_USE = float(AT[12])
DAYS, A_DAY, WORLDS = 31, 60, 150


def world(generator: np.random.Generator, days: int) -> Rows:
    """Days differ in how many say yes and in how well it shows."""
    day = np.repeat(np.arange(days), A_DAY)
    level, slope = generator.normal(-1.3, 0.3, days), generator.normal(1.2, 0.2, days)
    seen = generator.normal(size=len(day))
    label = (generator.random(len(day)) < 1 / (1 + np.exp(-level[day] - slope[day] * seen))) * 1.0
    return Rows(label, 1 / (1 + np.exp(1.3 - 1.2 * seen)), (day,))


def earned(rows: Rows) -> np.ndarray:
    return np.array(
        [value.per_thousand(rows.label, (rows.score >= one) * 1.0, WORTH) for one in AT.tolist()]
    )


def test_the_best_threshold_and_what_is_lost_lie_where_they_are_said_to() -> None:
    true = earned(world(np.random.default_rng(7), 5000))
    best, lost = float(AT[true.argmax()]), float(true.max() - true[12])

    found = [
        tradeoff.best(world(np.random.default_rng([3, one]), DAYS), AT, IN_USE, WORTH, seed=one)
        for one in range(WORLDS)
    ]

    least = stats.binom.ppf(0.001, WORLDS, 0.94)
    assert sum(one.low <= best <= one.high for one in found) >= least
    assert sum(one.lost.low <= lost <= one.lost.high for one in found) >= least
    widths = [one.high - one.low for one in found]
    assert np.median(widths) < AT[-1] - AT[0]
