"""Entities that a version never learned of."""

from collections.abc import Callable

import numpy as np
import pytest

from mainstay.contract.generalising import Generalises
from mainstay.core.nouns import Evidence, Verdict
from mainstay.life.certify import newcomers
from mainstay.life.certify.gates import Asked
from mainstay.life.certify.held_out import HeldOut

Held = Callable[..., HeldOut]


def mixed(held: Held, asked: Asked, quality: float) -> tuple[Asked, np.ndarray]:
    """Rows of which every third is about somebody new, scored by `quality`, the others by 3."""
    old, new = held(quality=3.0), held(quality=quality)
    met = np.arange(len(old.label)) % 3 > 0
    return asked._replace(held=old._replace(score=np.where(met, old.score, new.score))), met


def found(asked: Asked, met: np.ndarray) -> dict[str, Evidence]:
    return {one.clause: one for one in newcomers.evidence(asked, met)}


def gated(asked: Asked, most: float) -> Asked:
    stated = Generalises(new_worse_by=most)
    certify = asked.contract.certify.model_copy(update={"generalises": stated})
    return asked._replace(contract=asked.contract.model_copy(update={"certify": certify}))


def test_a_contract_without_entities_says_nothing(asked: Asked) -> None:
    assert list(newcomers.evidence(asked, None)) == []


def test_who_is_new_and_what_they_score_are_findings(asked: Asked, held: Held) -> None:
    one = found(*mixed(held, asked, 0.5))
    share, lost = one["entities trained on"], one["generalises, new entities"]

    assert share.estimate.value == pytest.approx(2 / 3)
    assert share.estimate.low <= share.estimate.value <= share.estimate.high
    assert "1,000 of 3,000 decisions are about a patient never trained on" in share.note
    assert lost.estimate.low > 0.1
    assert (lost.estimate.n, lost.limit, lost.verdict) == (1000, None, None)
    assert "of 1,000 decisions about new ones" in lost.note


def test_what_new_ones_lose_is_that_of_both_sides_apart(asked: Asked, held: Held) -> None:
    asked, met = mixed(held, asked, 1.0)
    every = [asked.held.of(np.flatnonzero(some)) for some in (met, ~met)]
    old, new = (
        newcomers.statistic("roc_auc", one, asked.contract)[0](np.ones(len(one.label)))
        for one in every
    )

    assert found(asked, met)["generalises, new entities"].estimate.value == pytest.approx(old - new)


def test_a_loss_on_new_ones_beyond_the_limit_breaks_the_gate(asked: Asked, held: Held) -> None:
    worse, same = (
        found(gated(one, 0.1), met)["generalises, new entities"]
        for one, met in (mixed(held, asked, 0.5), mixed(held, asked, 3.0))
    )

    assert (worse.verdict, same.verdict) == (Verdict.FAIL, Verdict.PASS)


@pytest.mark.parametrize("new", [0, 5])
def test_nobody_new_or_too_few_leave_the_gate_unsure(asked: Asked, new: int) -> None:
    met = np.arange(3000) >= new

    one = found(gated(asked, 0.1), met)["generalises, new entities"]

    assert (one.estimate, one.verdict) == (None, Verdict.UNSURE)
    assert ("nobody" if not new else "cannot tell: 5 decisions") in one.note.replace(
        "no held-out decision", "nobody"
    )
