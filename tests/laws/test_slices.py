"""A search among hundreds of slices keeps its promises, over many made-up worlds."""

from functools import cache

import numpy as np
from scipy import special, stats

from bench import slices
from bench.slicing.worlds import world
from mainstay.core.nouns import Limit, Verdict
from mainstay.data.profile import Profile
from mainstay.life.certify import searched
from mainstay.stats import metrics, slicing
from mainstay.stats.slicing import Question, Search, Slice

WORLDS, ROWS, DAYS, LEAST = 50, 5000, 31, 400
WRONG, BY_CHANCE = 0.2, 0.001
LITTLE, SOME, MUCH = 0.1, 0.6, 1.2
"""By how much days differ in how many decisions are wrong, in the margin."""
COLUMNS = ("region", "age", "wait")


def at_most(promised, worlds):
    return stats.binom.ppf(1 - BY_CHANCE, worlds, promised) / worlds


def limit(apart):
    """The true accuracy, by the quantiles of a normal."""
    days = special.ndtri((np.arange(10_000) + 0.5) / 10_000)
    return Limit("at_least", 1 - float(special.expit(special.logit(WRONG) + apart * days).mean()))


def calm(seed, apart):
    """Decisions of which no slice is worse, days that are; the columns they are searched by."""
    random = np.random.default_rng([1, seed])
    day = np.sort(random.integers(0, DAYS, ROWS))
    wrong = special.expit(special.logit(WRONG) + random.normal(0, apart, DAYS)[day])
    columns = world("accuracy", 0, random, ROWS).columns
    said = (random.random(ROWS) < wrong).astype(np.float64)
    return said, day, {name: columns[name] for name in COLUMNS}


@cache
def searches(apart, *, by_day=True) -> list[Search]:
    return [search(*calm(seed, apart), by_day) for seed in range(WORLDS)]


def search(said, day, columns, by_day):
    blocks = (day if by_day else np.arange(ROWS),)
    question = Question(metrics.accuracy(np.zeros(ROWS), said), blocks, -1, LEAST)
    return slicing.searched(question, searched.columns(columns, Profile(0, ())))


def broken(some: list[Search], apart) -> float:
    """In how many worlds the worst of all slices is said to miss the limit that all just keep."""

    def misses(one: Slice) -> bool:
        return limit(apart).judge(one.value) is Verdict.FAIL

    return float(np.mean([bool(slicing.named(one, misses)) for one in some]))


def test_where_no_slice_is_worse_one_is_seldom_named():
    named = [bool(slicing.named(one, lambda some: some.stands_out)) for one in searches(SOME)]

    assert np.mean(named) <= at_most(slicing.LISTED, WORLDS)


def test_the_worst_of_hundreds_seldom_breaks_a_limit_that_all_just_keep():
    assert broken(searches(SOME), SOME) <= at_most(slicing.FALSE, WORLDS)


def test_one_by_one_they_would_break_it():
    """What is searched is planted well: the usual interval of the worst slice is no proof."""
    alone = [one._replace(edges=(1.96, 1.96)) for one in searches(LITTLE)]

    assert broken(alone, LITTLE) > at_most(slicing.FALSE, WORLDS)


def test_without_their_days_they_would_break_it():
    assert broken(searches(MUCH, by_day=False), MUCH) > at_most(slicing.FALSE, WORLDS)


def test_planted_slices_are_found_and_little_else():
    every = [slices.searched_in("accuracy", (2, at)) for at in (0, 2, 4)]

    assert sum(one.bad for one in every) == 6
    assert sum(one.found for one in every) >= 4
    named = sum(one.named for one in every)
    assert sum(one.false for one in every) <= stats.binom.ppf(1 - BY_CHANCE, named, slicing.LISTED)


def test_the_bench_counts_what_is_named_by_luck(monkeypatch):
    monkeypatch.setattr(
        slices, "named", lambda *_: slicing.named(searches(SOME)[0], lambda _: True)
    )
    monkeypatch.setattr(
        slices, "world", lambda *_: world("accuracy", 0, np.random.default_rng(1), ROWS)
    )

    found = slices.searched_in("accuracy", (3, 1))

    assert (found.bad, found.false) == (0, found.named)
    assert found.named > 0
