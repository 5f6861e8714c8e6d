"""A frozen forecast is refuted no oftener than promised, and one that is too sure loses its number.

A forecast that is kept is updated by every score before the next one is held against it.
"""

from functools import cache

import numpy as np
import pytest
from planted_backtests import NONE, WORLDS, planted

from mainstay.stats.forecasts import kept, pool, record, scoring, update

pytestmark = pytest.mark.slow
AGES, LIVES, PERIODS = 8, 6, 44


Said = tuple[pool.Forecast, np.ndarray]


@cache
def lives() -> list[Said]:
    """Every sixth forecast of each life, and what came of it."""
    return [one for world in WORLDS for seed in range(LIVES) for one in lived(world, seed)]


def lived(world: str, seed: int) -> list[Said]:
    scores = planted(WORLDS[world], [41, seed], PERIODS)
    last = PERIODS - AGES - 1
    found = list(pool.forecasts(scores, AGES, NONE, seed=seed, until=last))[::6]
    came = [scores.scores[one.origin, one.origin + 1 :][:AGES] for one in found]
    return [(kept.forecast(kept.kept(one)), row) for one, row in zip(found, came, strict=True)]


def record_of(one: pool.Forecast, came: np.ndarray, width: float = 1.0) -> list[bool]:
    """Whether each score was inside; width: of intervals as they are told."""
    seen, inside = np.full(AGES, np.nan), []
    for age in range(AGES):
        draws = update.drawn(one, seen, seed=1) if age else one.draws
        low, middle, high = scoring.quantiles(draws)[:, age]
        far = abs(came[age] - middle)
        inside.append(bool(far <= width * (high - middle if came[age] > middle else middle - low)))
        seen[age] = came[age]
    return inside


def test_chance_alone_refutes_no_more_than_promised():
    inside = np.random.default_rng(0).random((4000, 60)) < 1 - record.MISSED

    refuted = np.mean([record.refuted(one) for one in inside.tolist()])

    assert refuted <= record.FALSE + 3 * np.sqrt(record.FALSE / 4000)


def test_real_forecasts_seldom_lose_their_number():
    refuted = np.array([record.refuted(record_of(*one)) for one in lives()])

    assert refuted.mean() <= record.FALSE + 3 * np.std(refuted) / np.sqrt(len(refuted))


def test_a_forecaster_three_times_too_sure_mostly_loses_its_number_within_a_horizon():
    assert np.mean([record.refuted(record_of(*one, 1 / 3)) for one in lives()]) >= 0.4
