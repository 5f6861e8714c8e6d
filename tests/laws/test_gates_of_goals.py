"""Goals of a yes or no keep the promises of their gates where days differ: shares, money and how

far probabilities are off. The truth is that of a large world in which each row is a day.

Tolerance: as in test_intervals, one point for 31 blocks and then what chance takes.
"""

from typing import NamedTuple

import numpy as np
import pytest
from scipy import special, stats

from mainstay.core.nouns import Estimate, Limit, Verdict
from mainstay.stats import bootstrap
from mainstay.trainer.measures import statistic

DAYS, A_DAY, WORLDS, REPEATS, MANY = 31, 80, 150, 300, 1_000_000
COVERED, FALSELY, FEW_BLOCKS, BY_CHANCE = 0.95, 0.025, 0.01, 0.001
LEAST = stats.binom.ppf(BY_CHANCE, WORLDS, COVERED - FEW_BLOCKS)
MOST = stats.binom.ppf(1 - BY_CHANCE, WORLDS, FALSELY + FEW_BLOCKS)
MONEY = ("value_per_1000", "value_over_baseline_per_1000")
GOALS = ("average_precision", "brier", "precision", "recall", *MONEY)


class Kind(NamedTuple):
    """Of probabilities: log odds times `steep`, then off by so much, of likely rows `half` alone.

    knows: the level of each day, as no rule does.
    """

    off: float = 0.0
    steep: float = 1.0
    half: bool = False
    knows: bool = False


PLAIN, RIGHT = Kind(), Kind(knows=True)
KINDS = {"right": RIGHT, "off": Kind(off=0.6), "half": Kind(off=0.6, half=True),
         "steep": Kind(steep=1.5), "blind": PLAIN}  # fmt: skip


class Said(NamedTuple):
    """Rows as `measures.Decided` asks for them."""

    label: np.ndarray
    score: np.ndarray
    decided: np.ndarray
    ruled: np.ndarray
    payoffs: None = None


def said(generator: np.random.Generator, day: np.ndarray, kind: Kind = PLAIN) -> Said:
    """Days differ in how many are a yes and in how well the rule knows it."""
    rows, days = len(day), day.max() + 1
    odds = generator.normal(-1, 1.2, rows)
    level, skill = generator.normal(0, 0.6, days), generator.normal(0.6, 1.0, days)
    label = (generator.random(rows) < special.expit(odds + level[day])).astype(float)
    moved = kind.off * (odds > -1) if kind.half else kind.off
    known_odds = odds + level[day] if kind.knows else odds
    score = special.expit(kind.steep * (known_odds + 1) - 1 + moved)
    rule = skill[day] * odds + generator.normal(0, 1, rows)
    return Said(label, score, (score > 0.3) * 1.0, (rule > 0) * 1.0)


def truth(metric, contract, kind: Kind = PLAIN):
    rows = said(np.random.default_rng(0), np.arange(MANY), kind)
    return statistic(metric, rows, contract)[0](np.ones(MANY))


def found(metric, contract, kind: Kind = PLAIN, *, alone=False):
    """Of each world; alone: every row is taken for a day, as is wrong."""
    for world in range(WORLDS):
        generator = np.random.default_rng([1, world])
        day = np.repeat(np.arange(DAYS), generator.poisson(A_DAY, DAYS) + 1)
        measure, unit = statistic(metric, said(generator, day, kind), contract)
        blocks = np.arange(len(day)) if alone else day
        yield bootstrap.estimate(measure, (blocks,), seed=world, repeats=REPEATS, unit=unit)


def kept(estimates: list[Estimate], true: float, side: str) -> tuple[int, int, int]:
    """How many cover the truth, and of a gate exactly there how many pass and how many break."""
    verdicts = [Limit(side, true).judge(one) for one in estimates]
    inside = sum(one.low <= true <= one.high for one in estimates)
    return inside, verdicts.count(Verdict.PASS), verdicts.count(Verdict.FAIL)


@pytest.mark.parametrize("metric", GOALS)
def test_a_goal_is_covered_and_at_its_limit_seldom_passes(metric, contract) -> None:
    side = "at_most" if metric == "brier" else "at_least"

    covers, passed, broken = kept(list(found(metric, contract)), truth(metric, contract), side)

    assert covers >= LEAST
    assert passed <= MOST
    assert broken <= MOST


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_calibration_error_is_covered_and_at_its_limit_seldom_passes(kind, contract) -> None:
    """Gaps of chance alone look like errors: where there are next to none the low end is 0."""
    name = "calibration_error"
    estimates = [bootstrap.within(one, 0, 1) for one in found(name, contract, kind)]

    covers, passed, broken = kept(estimates, truth(name, contract, kind), "at_most")

    assert covers >= LEAST
    assert passed <= MOST
    assert broken <= MOST


def test_a_plain_calibration_error_would_break_that_promise(contract, monkeypatch) -> None:
    """Without the question whether gaps are chance right probabilities are found to be wrong."""
    monkeypatch.setattr(bootstrap, "_by_chance", lambda *_: False)
    estimates = list(found("calibration_error", contract, RIGHT))

    covers, _, broken = kept(estimates, truth("calibration_error", contract, RIGHT), "at_most")

    assert covers < LEAST
    assert broken > MOST


@pytest.mark.slow
@pytest.mark.parametrize("metric", GOALS)
def test_rows_taken_as_independent_would_break_it_too(metric, contract) -> None:
    estimates = list(found(metric, contract, alone=True))

    covers, _, _ = kept(estimates, truth(metric, contract), "at_least")

    assert covers < LEAST
