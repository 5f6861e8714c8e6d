"""A candidate against the live version, on the same rows."""

from collections.abc import Callable

import numpy as np
import pytest

from mainstay.contract.rivals import Champion as Clause
from mainstay.core.columns import Text
from mainstay.core.nouns import Verdict
from mainstay.life.certify import champion
from mainstay.life.certify.champion import Pair
from mainstay.life.certify.gates import Asked
from mainstay.life.certify.held_out import HeldOut

Held = Callable[..., HeldOut]


def pair(asked: Asked, noise: float, among: np.ndarray | None = None) -> Pair:
    """The candidate has the scores of the live version and noise; among: on these rows alone."""
    held = asked.held
    random = np.random.default_rng(2)
    off = random.normal(scale=noise, size=len(held.score)) if noise else np.zeros(len(held.score))
    score = held.score + (off if among is None else np.where(among, off, 0.0))
    ours = held._replace(score=score, decided=(score > 0.5).astype(np.float64))
    return Pair(ours, held, "v1")


def with_margins(asked: Asked, **margins: object) -> Asked:
    stated = asked.contract.certify.model_copy(update={"champion": Clause(**margins)})
    return asked._replace(contract=asked.contract.model_copy(update={"certify": stated}))


def test_the_difference_is_that_of_the_two_on_the_same_rows(asked: Asked) -> None:
    overall, slices = champion.against(asked, pair(asked, 0.02))

    assert (overall.clause, slices.clause) == ("champion, roc_auc", "champion, slices")
    assert overall.limit is not None
    assert overall.limit.bound == -0.02
    assert slices.limit.bound == -0.1
    assert overall.population == "hold-out, v1 and v1 on the same 3,000 rows"


def test_one_that_is_as_good_passes_though_it_is_no_better(asked: Asked) -> None:
    overall, slices = champion.against(asked, pair(asked, 0.005))

    assert (overall.verdict, slices.verdict) == (Verdict.PASS, Verdict.PASS)
    assert overall.estimate.low < 0 or overall.estimate.high > 0


def test_one_that_is_surely_worse_is_broken(asked: Asked) -> None:
    overall, _ = champion.against(asked, pair(asked, 2.0))

    assert overall.verdict is Verdict.FAIL
    assert overall.estimate.high < -0.02


def test_one_that_is_worse_on_a_slice_alone_is_found_there(asked: Asked) -> None:
    few = asked.held.slices["kind"].codes == 0
    changed = with_margins(asked, worse_by=0.2, slices_worse_by=0.05)

    overall, slices = champion.against(changed, pair(changed, 5.0, few))

    assert overall.verdict is Verdict.PASS
    assert slices.verdict is not Verdict.PASS
    assert slices.population.endswith("of 2 slices kind = few")


def test_of_losses_less_is_better(asked: Asked) -> None:
    stated = with_margins(asked, metric="brier", worse_by=0.01)

    overall, _ = champion.against(stated, pair(stated, 0.5))

    assert overall.clause == "champion, brier"
    assert overall.estimate.value < 0


def test_a_margin_without_a_scale_is_a_share_of_what_the_live_version_has(asked: Asked) -> None:
    stated = with_margins(asked, metric="value_per_1000")
    held = stated.held
    money = 1000 * (held.decided * np.where(held.label == 1, 10.0, -2.0)).mean()

    overall, _ = champion.against(stated, pair(stated, 0.005))

    assert overall.limit.bound == pytest.approx(-0.05 * money)
    assert overall.estimate.unit == "EUR"


def test_rows_that_a_person_decides_for_either_are_left_out(asked: Asked) -> None:
    both = pair(asked, 0.005)
    away = np.arange(3000) < 1000
    both = both._replace(theirs=both.theirs._replace(abstained=away, to="person"))

    overall, _ = champion.against(with_margins(asked, metric="accuracy"), both)

    assert overall.estimate.n == 2000


def test_a_slice_of_too_few_rows_is_not_compared(asked: Asked) -> None:
    rare = Text((np.arange(3000) > 50).astype(np.int32), ("rare", "usual"))
    left = asked._replace(held=asked.held._replace(slices={"kind": rare}))

    _, slices = champion.against(left, pair(left, 0.02))

    assert slices.population.endswith("of 1 slices kind = usual")


def test_two_that_never_differ_differ_by_nothing(asked: Asked) -> None:
    overall, slices = champion.against(asked, pair(asked, 0.0))

    assert (overall.estimate.low, overall.estimate.high) == (0, 0)
    assert (overall.verdict, slices.verdict) == (Verdict.PASS, Verdict.PASS)
