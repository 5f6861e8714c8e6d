"""The least error of a regression is covered where groups of rows alike differ in size and noise.

Tolerance: as in test_intervals, one point for few groups and then what chance takes.
"""

import numpy as np
import pytest
from scipy import stats

from mainstay.life.assess import reachable
from mainstay.life.assess.reachable import least

GROUPS, WORLDS = 200, 120
COVERED, FEW_BLOCKS, BY_CHANCE = 0.95, 0.01, 0.001
LEAST = stats.binom.ppf(BY_CHANCE, WORLDS, COVERED - FEW_BLOCKS)
NOISE = {"normal": lambda random, rows: random.normal(0, 1, rows),
         "waits": lambda random, rows: random.gamma(2, 1, rows)}  # fmt: skip


def world(at: int, noise, groups: int = GROUPS) -> tuple[np.ndarray, np.ndarray]:
    """Groups of 2 to some 20 rows; those of half of all are three times as noisy."""
    random = np.random.default_rng([1, at])
    group = np.repeat(np.arange(groups), 2 + random.poisson(random.gamma(1, 3, groups)))
    loud = np.where(random.random(groups) < 0.5, 3.0, 1.0)[group]
    middle = random.normal(0, 5, groups)[group]
    return group, middle + loud * noise(random, len(group))


def truth(metric: str, noise) -> float:
    """Of very many groups, without an interval."""
    parts = reachable._distances if metric == "mae" else reachable._squares
    apart, rows = parts(*world(0, noise, 200_000))
    found = apart.sum() / rows.sum()
    return float(found if metric == "mae" else np.sqrt(found))


@pytest.mark.slow
@pytest.mark.parametrize("metric", ["rmse", "mae"])
@pytest.mark.parametrize("kind", ["normal", "waits"])
def test_the_least_error_is_covered(metric, kind) -> None:
    noise = NOISE[kind]
    true = truth(metric, noise)

    found = [least(metric, *world(at, noise), seed=at) for at in range(1, WORLDS + 1)]

    assert sum(one.low <= true <= one.high for one in found) >= LEAST


def test_rows_taken_one_by_one_would_break_that_promise() -> None:
    """Rows of a group share how noisy they are: pairs are not independent of each other."""
    true, covered = truth("rmse", NOISE["normal"]), 0

    for at in range(1, WORLDS + 1):
        group, label = world(at, NOISE["normal"])
        middle = np.bincount(group, label) / np.bincount(group)
        rows, degrees = (label - middle[group]) ** 2, len(label) - GROUPS
        off = 1.96 * rows.std() / np.sqrt(degrees)
        covered += abs(rows.sum() / degrees - true**2) <= off

    assert covered < LEAST
