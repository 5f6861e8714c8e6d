"""Intervals keep their promises, measured over many made-up worlds.

Tolerance: one point below (above) the promise, which 31 blocks cost as measured in
`stats/bootstrap.py`, and then as far as chance alone takes so many worlds once in a thousand.
"""

from functools import cache

import numpy as np
import pytest
from scipy import stats

from mainstay.core.nouns import Limit, Verdict
from mainstay.stats import bootstrap, metrics, proportion
from mainstay.stats.bootstrap import Measure
from mainstay.stats.enough import more_rows

DAYS, WORLDS, REPEATS, TASKS, PER_DAY = 31, 250, 300, 150, 20
FORTY = np.repeat(np.arange(40), PER_DAY)
COVERED, FALSELY_PASSED, FEW_BLOCKS, BY_CHANCE = 0.95, 0.025, 0.01, 0.001


def at_least(promised, worlds):
    return stats.binom.ppf(BY_CHANCE, worlds, promised - FEW_BLOCKS) / worlds


def at_most(promised, worlds):
    return stats.binom.ppf(1 - BY_CHANCE, worlds, promised + FEW_BLOCKS) / worlds


def covers(estimate, truth):
    return estimate.low <= truth <= estimate.high


def passes(estimate, truth):
    """A gate whose limit is exactly the truth; half of all estimates lie above it."""
    return Limit("at_least", truth).judge(estimate) is Verdict.PASS


def scored(generator, day):
    """Labels and scores of days that differ in how many are late and in how well it shows."""
    days = day.max() + 1
    level, slope = generator.normal(-1.3, 0.6, days), generator.normal(1, 0.3, days)
    score = generator.normal(0, 1, len(day)) + generator.normal(0, 0.3, days)[day]
    late = generator.random(len(day)) < 1 / (1 + np.exp(-level[day] - slope[day] * score))
    return late, score


@cache
def true_roc_auc():
    """Each row is a day of its own, so that rows are independent and many."""
    late, score = scored(np.random.default_rng(0), np.arange(1_000_000))
    return metrics.measured("roc_auc", late, score)


@cache
def days():
    """roc_auc where days differ."""
    found = []
    for world in range(WORLDS):
        generator = np.random.default_rng([1, world])
        day = np.repeat(np.arange(DAYS), generator.poisson(60, DAYS) + 1)
        statistic = metrics.roc_auc(*scored(generator, day))
        found.append(bootstrap.estimate(statistic, (day,), seed=world, repeats=REPEATS))
    return found, true_roc_auc()


@cache
def days_and_entities():
    """A mean where days and entities, crossed, share about as much; the truth is 0."""
    found = []
    for world in range(WORLDS):
        generator = np.random.default_rng([2, world])
        day, entity = np.repeat(np.arange(DAYS), 30), generator.integers(0, 60, DAYS * 30)
        shared = generator.normal(0, 1, DAYS)[day] + generator.normal(0, 1.4, 60)[entity]
        statistic = metrics.mean(shared + generator.normal(0, 2, len(day)))
        ways = (day, entity)
        found.append(bootstrap.estimate(statistic, ways, seed=world, repeats=REPEATS))
    return found, 0.0


@cache
def uneven_entities():
    """A mean over 60 entities of which a few hold most rows; the truth is 0."""
    found = []
    for world in range(WORLDS):
        generator = np.random.default_rng([3, world])
        sizes = np.minimum((generator.pareto(1.2, 60) + 1) * 3, 300).astype(int)
        entity = np.repeat(np.arange(60), sizes)
        own = generator.normal(0, 1, 60)[entity] + generator.normal(0, 3, len(entity))
        estimate = bootstrap.estimate(metrics.mean(own), (entity,), seed=world, repeats=REPEATS)
        found.append(estimate)
    return found, 0.0


@cache
def slices():
    """Families of ten slices that share days; the truth is 0 in each."""
    families = []
    for world in range(WORLDS):
        generator = np.random.default_rng([4, world])
        day, place = np.repeat(np.arange(DAYS), 40), generator.integers(0, 10, DAYS * 40)
        shared = (
            generator.normal(0, 0.7, DAYS)[day] + generator.normal(0, 0.7, (DAYS, 10))[day, place]
        )
        rows = shared + generator.normal(0, 2, len(day))
        measures = [
            Measure(metrics.mean(rows[place == one]), (day[place == one],)) for one in range(10)
        ]
        families.append(bootstrap.simultaneous(measures, seed=world, repeats=REPEATS))
    return families


KINDS = ("accuracy", "f1", "log_loss", "mae", "rmse", "r2")
"""Metrics of the three tasks."""


def answered(metric, generator, day):
    """Labels and what a model says, of days that differ in how hard their rows are and how many

    are a yes; yes or no, one of three classes, a number.
    """
    rows, days = len(day), day.max() + 1
    hard = np.exp(generator.normal(0, 0.3, days))[day]
    if metric in ("mae", "rmse", "r2"):
        label = generator.normal(0, 1, rows) + generator.normal(0, 0.3, days)[day]
        return label, label + 0.5 * hard * generator.normal(0, 1, rows)
    margin = generator.normal(0, 1, (rows, 3)) + generator.normal(0, 0.3, (days, 3))[day]
    odds = np.exp(margin / hard[:, None])
    chance = odds / odds.sum(axis=1, keepdims=True)
    label = (generator.random(rows)[:, None] > chance.cumsum(axis=1)).sum(axis=1).astype(float)
    if metric == "log_loss":
        said = np.exp(margin)
        return label, said / said.sum(axis=1, keepdims=True)
    if metric == "f1":
        return (label == 1).astype(float), (margin.argmax(axis=1) == 1).astype(float)
    return label, margin.argmax(axis=1).astype(float)


@pytest.mark.parametrize("metric", KINDS)
def test_every_kind_of_metric_is_covered_where_days_differ(metric):
    generator = np.random.default_rng(9)
    truth = metrics.measured(metric, *answered(metric, generator, np.arange(400_000)))
    covered = []
    for world in range(TASKS):
        generator = np.random.default_rng([10, world])
        day = np.repeat(np.arange(DAYS), generator.poisson(40, DAYS) + 1)
        statistic = metrics.METRICS[metric].prepared(*answered(metric, generator, day))
        covered.append(
            covers(bootstrap.estimate(statistic, (day,), seed=world, repeats=300), truth)
        )

    assert np.mean(covered) >= at_least(COVERED, TASKS)


def test_the_rows_that_a_gate_asks_for_decide_it_about_every_second_time():
    """The value is taken to stay, so that the interval then just ends at the limit."""
    decided = []
    for world in range(400):
        generator = np.random.default_rng([11, world])
        truth = generator.uniform(0.05, 0.3)
        first = bootstrap.estimate(metrics.mean(rows_of(generator, 40, truth)), (FORTY,), seed=1)
        asked = more_rows(first, 0.0)
        if Limit("at_least", 0.0).judge(first) is not Verdict.UNSURE or asked > 40 * PER_DAY * 10:
            continue
        days = 40 + int(np.ceil(asked / PER_DAY))
        rows = metrics.mean(rows_of(generator, days, truth))
        day = np.repeat(np.arange(days), PER_DAY)
        found = bootstrap.estimate(rows, (day,), seed=1, repeats=300)
        decided.append(Limit("at_least", 0.0).judge(found) is not Verdict.UNSURE)

    assert len(decided) > 30
    assert 1 / 3 < np.mean(decided) < 0.9


def rows_of(generator, days, mean):
    day = np.repeat(generator.normal(0, 0.5, days), PER_DAY)
    return mean + day + generator.normal(0, 1, days * PER_DAY)


WAYS = pytest.mark.parametrize("worlds", [days, days_and_entities, uneven_entities])


@WAYS
def test_an_interval_covers_the_truth_as_often_as_promised(worlds):
    found, truth = worlds()

    covered = np.mean([covers(one, truth) for one in found])

    assert covered >= at_least(COVERED, WORLDS)


@WAYS
def test_a_model_exactly_at_the_limit_seldom_passes(worlds):
    found, truth = worlds()

    passed = np.mean([passes(one, truth) for one in found])

    assert passed <= at_most(FALSELY_PASSED, WORLDS)


def test_all_gates_together_seldom_pass_at_the_limit():
    worlds = [one() for one in (days, days_and_entities, uneven_entities)]

    passed = np.mean([passes(one, truth) for found, truth in worlds for one in found])

    assert passed <= at_most(FALSELY_PASSED, 3 * WORLDS)


def test_intervals_are_no_wider_than_they_need_be():
    found, truth = days()

    assert np.mean([covers(one, truth) for one in found]) < 0.99
    errors = np.std([one.value for one in found])
    halves = np.median([(one.high - one.low) / 2 for one in found])
    assert halves < 1.3 * 2.04 * errors


def test_simultaneous_intervals_cover_all_slices_together():
    covered = np.mean([all(covers(one, 0) for one in family) for family in slices()])

    assert covered >= at_least(COVERED, WORLDS)


def test_of_slices_at_the_limit_seldom_even_one_passes():
    passed = np.mean([any(passes(one, 0) for one in family) for family in slices()])

    assert passed <= at_most(FALSELY_PASSED, WORLDS)


def test_seven_days_never_pass_and_never_fail():
    generator, day = np.random.default_rng(5), np.arange(700) % 7
    verdicts = {
        Limit("at_least", bound).judge(bootstrap.estimate(metrics.mean(rows), (day,), seed=1))
        for bound in (-1e9, 1e9)
        for rows in generator.normal(0, 1, (5, 700))
    }

    assert verdicts == {Verdict.UNSURE}


def coverage(interval, n, share):
    """Exact: over every count that can come, by its probability."""
    counts = np.arange(n + 1)
    found = [interval(int(count), n) for count in counts]
    return stats.binom.pmf(counts, n, share) @ [covers(one, share) for one in found]


@pytest.mark.parametrize("share", [0.001, 0.01, 0.1, 0.5, 0.97])
def test_the_exact_interval_of_a_share_always_covers(share):
    assert coverage(proportion.clopper_pearson, 200, share) >= COVERED


def test_the_score_interval_of_a_share_covers_about_as_promised_on_average():
    shares = np.linspace(0.02, 0.98, 49)

    assert np.mean([coverage(proportion.wilson, 100, share) for share in shares]) >= 0.945


@pytest.mark.parametrize(("n", "share"), [(50, 0.5), (400, 0.9), (1000, 0.99)])
def test_the_interval_of_a_quantile_covers_for_any_distribution(n, share):
    """Of sorted uniform values; any other distribution is a rising function of them."""
    generator = np.random.default_rng(6)
    found = [proportion.quantile(generator.random(n), share) for _ in range(2000)]

    covered = np.mean([covers(one, share) for one in found])

    assert covered >= at_least(COVERED + FEW_BLOCKS, 2000)


def shares_of_days(generator, groups, spread):
    """Hits and rows of days whose shares differ by as much as a beta of that spread; mean 0.9."""
    rows = generator.integers(20, 80, groups)
    shares = generator.beta(0.9 * spread, 0.1 * spread, groups)
    return generator.binomial(rows, shares), rows


@pytest.mark.parametrize("groups", [5, 14, 60])
@pytest.mark.parametrize("spread", [10, 50, 1e6])
def test_the_interval_of_a_share_over_days_that_differ_covers_as_promised(groups, spread):
    generator, worlds = np.random.default_rng([7, groups, int(spread)]), 1500
    truth = 0.9
    found = [
        proportion.clustered(*shares_of_days(generator, groups, spread)) for _ in range(worlds)
    ]

    covered = np.mean([covers(one, truth) for one in found])

    assert covered >= at_least(COVERED, worlds)


def test_rows_taken_as_independent_would_break_that_promise():
    """What the days share is planted well: an interval that does not see it covers too seldom."""
    generator, worlds = np.random.default_rng(8), 500
    some = [shares_of_days(generator, 14, 10) for _ in range(worlds)]
    alone = [proportion.clopper_pearson(int(hits.sum()), int(rows.sum())) for hits, rows in some]

    assert np.mean([covers(one, 0.9) for one in alone]) < 0.8
