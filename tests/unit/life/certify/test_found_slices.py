"""Slices that nobody declared, as gate and as findings."""

from typing import Any

import numpy as np
import pytest

from mainstay.core.nouns import Verdict
from mainstay.data.profile import Profile
from mainstay.life.certify.found_slices import found_slices
from mainstay.life.certify.gates import Asked

NOTHING = Profile(0, ())


def stated(asked: Asked, **changes: Any) -> Asked:
    """The contract with other slices."""
    slices = asked.contract.certify.slices
    assert slices is not None
    changed = slices.model_copy(update=changes)
    certify = asked.contract.certify.model_copy(update={"slices": changed})
    return asked._replace(contract=asked.contract.model_copy(update={"certify": certify}))


def blind(asked: Asked, share: float = 0.3) -> Asked:
    """Scores say the opposite where a number that nobody declared is small."""
    held = asked.held
    some = np.asarray(held.columns["wait"]) < np.quantile(np.asarray(held.columns["wait"]), share)
    return asked._replace(held=held._replace(score=np.where(some, 1 - held.score, held.score)))


def test_where_nothing_is_bad_the_gate_holds_and_says_how_much_was_searched(asked: Asked) -> None:
    (one,) = found_slices(asked, NOTHING).evidence

    assert (one.clause, one.verdict) == ("found_slices", Verdict.PASS)
    assert "searched, none proven to miss roc_auc ≥ 0.4" in one.note
    assert "; the worst is " in one.note
    assert one.estimate is not None
    assert one.estimate.n == 3000


def test_a_slice_proven_to_miss_the_limit_is_broken_by_its_name(asked: Asked) -> None:
    found = list(found_slices(blind(asked), NOTHING).evidence)

    broken = [one for one in found if one.verdict is Verdict.FAIL]
    assert broken
    assert all("wait" in one.clause for one in broken)
    assert broken[0].note.startswith("found, not declared; short by")
    assert not [one for one in found if one.verdict is Verdict.PASS]


def test_a_contract_that_only_shows_them_is_not_broken_by_them(asked: Asked) -> None:
    found = list(found_slices(stated(blind(asked), found="show"), NOTHING).evidence)

    assert {one.verdict for one in found} == {None}
    assert "wait" in found[0].clause
    assert "all rows" in found[0].note


def test_without_a_limit_for_slices_what_stands_out_is_shown(asked: Asked) -> None:
    plain = stated(blind(asked))
    certify = plain.contract.certify.model_copy(update={"slices": None})
    contract = plain.contract.model_copy(update={"certify": certify})

    found = list(found_slices(plain._replace(contract=contract), NOTHING).evidence)

    assert {one.verdict for one in found} <= {None}


def test_a_slice_worse_than_the_rest_and_good_enough_is_a_finding(asked: Asked) -> None:
    held = asked.held
    some = np.asarray(held.columns["wait"]) < -0.5
    noise = np.random.default_rng(2).normal(0, 0.2, len(some))
    weak = held._replace(score=np.where(some, held.score + noise, held.score))

    found = list(found_slices(asked._replace(held=weak), NOTHING).evidence)

    assert [one.verdict for one in found][:1] == [Verdict.PASS]
    assert "wait" in found[1].clause
    assert found[1].limit is None


def test_a_metric_of_all_rows_together_is_searched_by_another_and_breaks_nothing(
    asked: Asked,
) -> None:
    found = list(found_slices(stated(blind(asked), metric="average_precision"), NOTHING).evidence)

    assert {one.verdict for one in found} == {None}
    assert found[0].method.startswith("roc_auc")


def test_the_page_is_told_the_worst_slice_although_it_may_be_luck(asked: Asked) -> None:
    found = found_slices(asked, NOTHING).found

    assert found is not None
    (worst,) = found.slices
    assert worst.standing == "may be luck"
    assert worst.apart.value > 0 > worst.apart.low
    assert worst.value.value == pytest.approx(found.whole - worst.apart.value)
    assert found.searched > 10


def test_the_page_is_told_what_is_broken_first(asked: Asked) -> None:
    found = found_slices(blind(asked), NOTHING).found

    assert found is not None
    assert found.slices[0].standing == "broken"
    assert found.slices[0].value.high < 0.4


def test_where_no_slice_is_large_enough_nothing_is_told(asked: Asked) -> None:
    assert found_slices(stated(asked, least_rows=100_000), NOTHING) == ((), None)
