"""The watch of labels keeps its budget, and finds what somebody did to them.

Tolerances are those of chance over so many worlds, once in a thousand.
"""

import numpy as np
import pytest
from scipy import stats

from mainstay.stats import detector, faults, series
from mainstay.stats.components import Component

BY_CHANCE, BUDGET, FEW = 0.001, 365.25, 20
"""FEW: a budget of few windows, so that what chance does can be counted."""


def scores(random: np.random.Generator, windows: int, rows: int) -> tuple[np.ndarray, ...]:
    place = np.repeat(np.arange(windows), rows)
    return place, 1 / (1 + np.exp(-random.normal(-1, 1, len(place))))


@pytest.mark.slow
@pytest.mark.parametrize("rows", [20, 200])
def test_scores_that_mean_nothing_are_no_more_often_turned_about_than_promised(rows: int) -> None:
    """The worst that can be without a fault: any relation at all makes it rarer."""
    random, windows = np.random.default_rng(rows), 4000
    place, chance = scores(random, windows, rows)
    day = random.normal(0, 1, windows)[place]
    label = (random.random(len(place)) < 1 / (1 + np.exp(1 - day))).astype(float)

    found = faults.turned(faults.labelled(place, chance, label, windows), 1 / FEW)

    begun = found & ~np.concatenate([[False], found[:-1]])
    assert begun.sum() <= stats.binom.ppf(1 - BY_CHANCE, windows, 1 / FEW)


@pytest.mark.slow
def test_windows_of_one_value_come_no_more_often_than_promised() -> None:
    random, windows = np.random.default_rng(7), 20_000
    place = np.repeat(np.arange(windows), 18)
    chance = random.choice([0.1, 0.2, 0.3], len(place))
    label = (random.random(len(place)) < chance).astype(float)

    found = faults.alike(faults.labelled(place, chance, label, windows), 1 / FEW)

    assert 0 < found.sum() <= stats.binom.ppf(1 - BY_CHANCE, windows, 1 / FEW)


def stream(
    seed: int, share: float, since: int = 999, after: float = 0.0, weight: float = 1.0
) -> list[bool]:
    """Whether there is an alarm after each window: corrections of 40 labels a day that wander."""
    random = np.random.default_rng([seed, int(1000 * share)])
    rows = random.poisson(40, 60).astype(float)
    day = np.arange(60)
    usual = share * np.exp(random.normal(0, 0.3, 60))
    hits = random.binomial(rows.astype(int), np.where(day >= since, after, usual)).astype(float)
    said = Component("corrected", "said")
    told = (
        series.share(said, hits[:end], rows[:end]) for end in range(series.LEVEL + 1, 61)
    )  # fmt: skip
    return [
        detector.evidence(*one, np.array([weight]), alarm=BUDGET).total >= BUDGET for one in told
    ]


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.0, 0.005, 0.05, 0.3])
def test_shares_that_stay_break_the_budget_no_more_often_than_promised(share: float) -> None:
    """Though here they have the whole budget for themselves, not a two hundredth of it."""
    streams = 40
    alarmed = sum(any(stream(seed, share)) for seed in range(streams))

    promised = 1 - np.exp(-53 / BUDGET)
    assert alarmed <= stats.binom.ppf(1 - BY_CHANCE, streams, promised)


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.0, 0.02])
def test_somebody_who_labels_otherwise_is_found_within_a_week(share: float) -> None:
    """A fifth of what is labelled again is corrected, where next to nothing was."""
    since = 25
    alarms = [stream(seed, share, since, 0.2, weight=0.005) for seed in range(20)]

    assert all(any(one[since - series.LEVEL :][:7]) for one in alarms)
