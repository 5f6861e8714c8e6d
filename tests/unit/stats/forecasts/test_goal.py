import numpy as np
import pytest

from mainstay.stats.forecasts import goal

FRESH = np.random.default_rng(3).normal(0.7, 0.02, 30)


def test_the_distance_is_counted_in_swings() -> None:
    found = goal.room(FRESH, 0.66)

    assert found is not None
    assert found.swings.value == pytest.approx((FRESH.mean() - 0.66) / FRESH.std(ddof=1))
    assert found.swings.low < found.swings.value < found.swings.high
    assert found.missed.low <= found.missed.value <= found.missed.high


def test_a_goal_at_the_middle_is_missed_every_other_period() -> None:
    found = goal.room(FRESH, float(FRESH.mean()))

    assert found is not None
    assert found.missed.value == pytest.approx(0.5)


def test_the_goal_that_is_missed_so_often_is_missed_so_often() -> None:
    at = goal.reached(goal.room(FRESH, 0.7), 0.05)
    found = goal.room(FRESH, at)

    assert found.swings.value == pytest.approx(1.645, abs=0.001)


def test_pooling_brings_a_chance_down() -> None:
    found = goal.room(FRESH, FRESH.mean() - FRESH.std(ddof=1))

    assert goal.pooled(found, 0.05) == 3  # 1.645 squared, rounded up
    assert goal.pooled(goal.room(FRESH, 0.8), 0.05) is None


@pytest.mark.parametrize("fresh", [FRESH[:2], np.full(20, 0.7), np.array([])])
def test_few_or_equal_scores_tell_nothing(fresh: np.ndarray) -> None:
    assert goal.room(fresh, 0.66) is None


def test_periods_alike_count_as_fewer() -> None:
    drifting = 0.7 + 0.02 * np.sin(np.arange(30) / 5)

    assert goal.effective(drifting) < 6 < goal.effective(FRESH)
