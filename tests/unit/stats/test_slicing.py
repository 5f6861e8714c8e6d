"""Slices that nobody declared."""

import numpy as np
import pytest

from mainstay.core.nouns import Limit, Verdict
from mainstay.stats import groupwise, metrics, slicing
from mainstay.stats.candidates import NONE, Column, Cut
from mainstay.stats.slicing import Question, Search, Slice

ROWS, DAYS = 12_000, 30


def search(bad: float = 0.2, least: int = 300, rows: int = ROWS) -> Search:
    """Decisions wrong in 0.1 of the rows, `bad` more where kind is b and place is y."""
    random = np.random.default_rng(3)
    kind, place, other = (random.integers(0, 4, rows) for _ in range(3))
    wrong = 0.1 + bad * ((kind == 1) & (place == 1))
    label = np.zeros(rows)
    said = (random.random(rows) < wrong).astype(np.float64)
    columns = {
        name: Column(codes, tuple(f"{name} = {level}" for level in "abcd"))
        for name, codes in (("kind", kind), ("place", place), ("other", other))
    }
    blocks = (np.arange(rows) * DAYS // rows,)
    return slicing.searched(Question(metrics.accuracy(label, said), blocks, -1, least), columns)


def stands_out(one: Slice) -> bool:
    return one.stands_out


def test_a_bad_pair_is_named_once_and_not_its_parents() -> None:
    found = slicing.named(search(), stands_out)

    assert [one.name for one in found] == ["kind = b & place = b"]
    assert found[0].value.value == pytest.approx(0.7, abs=0.06)
    assert found[0].apart.low > 0.05
    assert found[0].rows.sum() == found[0].value.n


def test_where_nothing_is_bad_nothing_is_named() -> None:
    assert slicing.named(search(bad=0.0), stands_out) == []


def test_a_slice_breaks_a_limit_only_where_its_whole_interval_misses_it() -> None:
    limits = {bound: Limit("at_least", bound) for bound in (0.6, 0.7, 0.85)}
    found = search()

    broken = {
        bound: slicing.named(found, lambda one: limit.judge(one.value) is Verdict.FAIL)  # noqa: B023 - called at once
        for bound, limit in limits.items()
    }

    assert [len(broken[bound]) for bound in (0.6, 0.7)] == [0, 0]
    assert [one.name for one in broken[0.85]] == ["kind = b & place = b"]


def test_too_few_rows_for_any_slice_are_no_search() -> None:
    found = search(least=100_000)

    assert (found.places, slicing.named(found, stands_out)) == ((), [])
    assert np.isnan(found.visible)


def test_more_rows_see_less() -> None:
    assert search(rows=48_000).visible < 0.6 * search(rows=12_000).visible


def ranked() -> Search:
    """Scores that tell nothing where kind is b and place is b."""
    random = np.random.default_rng(4)
    kind, place = (random.integers(0, 4, ROWS) for _ in range(2))
    label = (random.random(ROWS) < 0.3).astype(np.float64)
    blind = (kind == 1) & (place == 1)
    score = np.where(blind, 0.0, label) + random.normal(size=ROWS)
    columns = {
        name: Column(codes, tuple(f"{name} = {level}" for level in "abcd"))
        for name, codes in (("kind", kind), ("place", place))
    }
    blocks = (np.arange(ROWS) * DAYS // ROWS,)
    return slicing.searched(Question(metrics.roc_auc(label, score), blocks, -1, 300), columns)


def test_what_is_named_is_measured_exactly_though_the_search_is_rough() -> None:
    search = ranked()

    (found,) = slicing.named(search, stands_out)

    assert found.name == "kind = b & place = b"
    exact = groupwise.groups(search.whole, Cut(np.where(found.rows, 0, NONE), ("it",)), 300)[1]
    assert found.value.value == exact.value[0]
    assert search.groups.value[0] != exact.value[0]
    assert search.groups.value[0] == pytest.approx(exact.value[0], abs=1e-3)


def test_the_worst_slices_are_told_though_nothing_is_proven() -> None:
    found = slicing.worst(search(bad=0.0), 3)

    assert len(found) == 3
    assert not any(one.stands_out for one in found)
    assert found[0].apart.value > 0
