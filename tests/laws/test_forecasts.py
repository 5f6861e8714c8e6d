"""Forecasts keep their promises over many made-up lives, and a forecaster that does not is caught.

Tolerance: what so many worlds take from a mean by chance once in a thousand, three standard errors
of means of whole series, as cells of one series share their periods.
"""

from functools import cache

import numpy as np
import pytest
from planted_backtests import NONE, WORLDS, planted
from scipy import stats

from mainstay.stats.forecasts import breach, curve, goal, outlook, pool, scoring
from mainstay.stats.forecasts.curve import Curve
from mainstay.stats.forecasts.grade import Grade, grade
from mainstay.stats.forecasts.pool import FINAL, Forecast
from mainstay.stats.forecasts.power_law import power_law
from mainstay.stats.forecasts.unchanged import unchanged

pytestmark = pytest.mark.slow
PROMISED, AGES, LIVES, PERIODS = 0.8, 8, 12, 44


def said(world: str, seed: int) -> tuple[list[Forecast], np.ndarray]:
    """Every third forecast of a life, and what came of each."""
    made = planted(WORLDS[world], [40, seed], PERIODS)
    last = PERIODS - AGES - 1
    found = list(pool.forecasts(made, AGES, NONE, seed=seed, until=last))[::3]
    came = np.array([made.scores[one.origin, one.origin + 1 :][:AGES] for one in found])
    return found, came


@cache
def lives() -> dict[str, list[tuple[list[Forecast], np.ndarray]]]:
    return {world: [said(world, seed) for seed in range(LIVES)] for world in WORLDS}


def covered(found: list[Forecast], came: np.ndarray, name: str = FINAL) -> float:
    inside = [scoring.inside(one.said[name], row) for one, row in zip(found, came, strict=True)]
    return float(np.mean(inside))


def coverages(name: str = FINAL) -> np.ndarray:
    """(worlds, lives)."""
    return np.array([[covered(*one, name) for one in some] for some in lives().values()])


def chance_of(values: np.ndarray) -> float:
    return 3 * float(np.std(values, ddof=1) / np.sqrt(len(values)))


def test_what_comes_lies_inside_as_often_as_promised():
    found = coverages().ravel()

    assert found.mean() >= PROMISED - chance_of(found)


def test_intervals_are_not_wide_for_safety():
    assert coverages().mean() <= 0.92


@pytest.mark.parametrize("at", range(len(WORLDS)), ids=list(WORLDS))
def test_in_every_world_most_of_what_comes_lies_inside(at):
    found = coverages()[at]

    assert found.mean() >= 0.7 - chance_of(found)


def test_believing_that_nothing_changes_breaks_that_promise_where_models_age():
    """The worlds can tell a sound forecaster from one that is not."""
    found = coverages("unchanged")[list(WORLDS).index("ages")]

    assert found.mean() < 0.6


def test_a_forecaster_that_is_too_sure_is_caught(monkeypatch):
    sound = pool._scale
    monkeypatch.setattr(pool, "_scale", lambda *given: sound(*given) / 3)

    some = [said("remembers", seed) for seed in range(6)]
    found = np.array([covered(*one) for one in some])

    assert found.mean() < PROMISED - chance_of(found)
    assert {grade(one[0][-1]) for one in some} == {Grade.C}


def test_experts_that_are_too_sure_are_widened_by_their_own_record(monkeypatch):
    def sure(past, generator):
        return past.level + (unchanged(past, generator) - past.level) / 3

    monkeypatch.setattr(pool, "_experts", lambda *given: dict.fromkeys(pool.EXPERTS, sure(*given)))

    some = [said("still", seed) for seed in range(6)]
    scale = np.mean([one[0][-1].scale for one in some])

    assert scale > 1.8
    late = [covered(found[-4:], came[-4:]) for found, came in some]
    early = [covered(found[:2], came[:2]) for found, came in some]
    assert np.mean(late) > np.mean(early) + 0.1


def test_a_breach_comes_about_as_often_as_it_is_told():
    chances, came = [], []
    for some in lives().values():
        for found, rows in some:
            for one, row in zip(found, rows, strict=True):
                bound = one.past.known.no_skill + 0.9 * one.past.skill
                chances.append(breach.chance(breach.ages(one.draws, bound), AGES))
                came.append(breach.ages(row[None], bound)[0] <= AGES)
    told, true = np.array(chances), np.array(came)

    for low, high in ((0.0, 0.3), (0.3, 0.7), (0.7, 1.01)):
        at = (told >= low) & (told < high)
        assert true[at].mean() == pytest.approx(told[at].mean(), abs=0.2)


def test_whole_paths_tell_breaches_better_than_nothing_changes():
    ours, plain, random = [], [], np.random.default_rng(5)
    for some in lives().values():
        for found, rows in some:
            for one, row in zip(found, rows, strict=True):
                bound = one.past.known.no_skill + 0.9 * one.past.skill
                came = breach.ages(row[None], bound)[0]
                ours.append(scoring.crps(breach.ages(one.draws, bound), came))
                draws = unchanged(one.past, random)
                plain.append(scoring.crps(breach.ages(draws, bound), came))

    assert np.mean(ours) < 0.9 * np.mean(plain)


SIZES = np.array(curve.anchors(4000), dtype=float)


def learnt(seed: int, factor: float) -> tuple[float, float, float]:
    """Truth at four times as many records, and the 80 % interval; the law itself is drawn."""
    random = np.random.default_rng([41, seed])
    now, power = random.uniform(0.15, 0.4), np.exp(random.normal(np.log(0.5), 0.55))
    ceiling = random.beta(3, 1.2) * now
    scale = (now - ceiling) * SIZES[-1] ** power
    noise = random.normal(0, 0.003, (5, 1)) + random.normal(0, 0.002, (5, len(SIZES)))
    law = power_law(Curve(SIZES, ceiling + scale * SIZES**-power + noise), seed=seed)
    low, _, high = outlook.widened(law.error(16_000), factor)
    return ceiling + scale * 16_000**-power, low, high


def inside(factor: float, seeds: int = 300) -> float:
    found = [learnt(seed, factor) for seed in range(seeds)]
    return float(np.mean([low <= truth <= high for truth, low, high in found]))


def test_where_curves_are_power_laws_the_interval_covers_as_promised():
    assert inside(1.0) >= PROMISED - 3 * np.sqrt(0.8 * 0.2 / 300)


def test_an_interval_half_as_wide_would_not():
    assert inside(0.5) < PROMISED - 3 * np.sqrt(0.8 * 0.2 / 300)


@pytest.mark.parametrize("apart", [-0.5, 0.5, 1.5, 3.0])
def test_how_often_a_goal_is_missed_is_covered(apart):
    """Of independent scores, 80 %; tolerance as far as chance takes 300 worlds once in 1,000."""
    held = 0
    for seed in range(300):
        fresh = np.random.default_rng(seed).normal(size=24)
        found = goal.room(fresh, -apart)
        held += found.missed.low <= stats.norm.sf(apart) <= found.missed.high

    assert held >= stats.binom.ppf(0.001, 300, 0.8)
