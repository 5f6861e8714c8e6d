"""One number a window, without a reference: what resembles the day before breaks no budget."""

import numpy as np
import pytest

from mainstay.stats import detector, series
from mainstay.stats.components import Component

BUDGET, WEIGHT, SEEN, SHIFTED = 10_950, 0.0125, 60, 60


def ages(seed: int, alike: float, sd: float, shift: float = 0.0, days: int = 150) -> np.ndarray:
    random = np.random.default_rng([seed, int(10 * alike)])
    values = random.normal(size=days)
    for day in range(1, days):
        values[day] = alike * values[day - 1] + np.sqrt(1 - alike**2) * values[day]
    return 0.4 + sd * values + shift * (np.arange(days) >= SHIFTED)


def first(values: np.ndarray, since: int = 8) -> float:
    """After how many windows the newest ones are an alarm; infinite without one."""
    for day in range(since, len(values) + 1):
        newest = values[max(day - SEEN, 0) : day]
        found = series.started(Component("planes", "lag"), newest, np.full(len(newest), 0.05**2))
        seen = detector.evidence(*found, np.array([WEIGHT]), alarm=BUDGET)
        if seen.shift[0] > 0 and seen.total >= BUDGET:
            return day
    return np.inf


@pytest.mark.slow
@pytest.mark.parametrize("alike", [0.0, 0.6])
@pytest.mark.parametrize("sd", [0.05, 0.2])
def test_lateness_however_restless_breaks_no_budget(alike: float, sd: float) -> None:
    """3,000 windows. As if each stood alone, 12 of 20 streams of the last kind were an alarm."""
    late = [first(ages(seed, alike, sd)) for seed in range(20)]

    assert min(late) == np.inf


@pytest.mark.slow
def test_steady_lateness_that_lasts_is_found_within_3_windows() -> None:
    late = [first(ages(seed, 0.0, 0.05, shift=0.5), SHIFTED) for seed in range(10)]

    assert np.median(late) - SHIFTED <= 3
