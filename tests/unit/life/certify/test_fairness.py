"""Groups that must be treated alike."""

from typing import Any

import numpy as np
import pytest

from mainstay.contract.operation import Fairness
from mainstay.core.columns import Text
from mainstay.core.nouns import Evidence, Verdict
from mainstay.data.profile import Profile
from mainstay.life.certify.fairness import fairness
from mainstay.life.certify.gates import Asked

NOTHING = Profile(0, ())
LOOSE = {"at_most": 0.15}
ALL = {"selection": LOOSE, "opportunity": LOOSE, "calibration": LOOSE, "error": LOOSE}


def found(asked: Asked, **stated: Any) -> dict[str, Evidence]:
    """Evidence by clause, of the groups f and m that are drawn by lot."""
    certify = asked.contract.certify.model_copy(
        update={"fairness": Fairness(groups=("sex",), **stated)}
    )
    contract = asked.contract.model_copy(update={"certify": certify})
    return {one.clause: one for one in fairness(asked._replace(contract=contract), NOTHING)}


@pytest.fixture
def grouped(asked: Asked) -> Asked:
    codes = np.random.default_rng(9).integers(0, 2, 3000).astype(np.int32)
    return with_groups(asked, Text(codes, ("f", "m")))


def with_groups(asked: Asked, text: Text) -> Asked:
    return asked._replace(held=asked.held._replace(slices={"sex": text}))


def test_groups_that_are_treated_alike_hold_by_every_tolerance(grouped: Asked) -> None:
    judged = found(grouped, **ALL)

    gates = {clause: one.verdict for clause, one in judged.items() if one.limit}
    assert gates == {f"fairness, {name} gap by sex": Verdict.PASS for name in ALL}


def test_one_group_decided_yes_more_often_breaks_selection(grouped: Asked) -> None:
    held = grouped.held
    men = held.slices["sex"].codes == 1
    decided = np.where(men & (np.arange(3000) % 2 == 0), 1.0, held.decided)

    judged = found(grouped._replace(held=held._replace(decided=decided)), **ALL)

    one = judged["fairness, selection gap by sex"]
    assert one.verdict is Verdict.FAIL
    assert one.note.startswith("f 0.")
    assert ", m 0." in one.note


def test_scores_that_promise_one_group_too_much_break_calibration(grouped: Asked) -> None:
    held = grouped.held
    men = held.slices["sex"].codes == 1
    score = np.where(men, np.clip(held.score + 0.4, 0, 1), held.score)

    judged = found(grouped._replace(held=held._replace(score=score)), **ALL)

    assert judged["fairness, calibration gap by sex"].verdict is Verdict.FAIL
    assert judged["fairness, selection gap by sex"].verdict is Verdict.PASS


def test_a_small_group_is_unsure_and_never_passes(asked: Asked) -> None:
    """Twenty rows that are treated like all others."""
    codes = (np.arange(3000) % 150 == 0).astype(np.int32)
    small = with_groups(asked, Text(codes, ("many", "few")))

    judged = found(small, selection={"at_most": 1.0})

    one = judged["fairness, selection gap by sex"]
    assert one.verdict is Verdict.UNSURE
    assert "too few rows or days to tell: few" in one.note


def test_a_missing_value_is_a_group(asked: Asked) -> None:
    codes = (np.arange(3000) % 2 - 1).astype(np.int32)

    judged = found(with_groups(asked, Text(codes, ("f",))), selection=LOOSE)

    assert "missing" in judged["fairness, selection gap by sex"].note


def test_inputs_that_tell_the_group_are_flagged(grouped: Asked) -> None:
    held = grouped.held
    wait = held.slices["sex"].codes + np.random.default_rng(1).normal(0, 0.5, 3000)
    proxied = grouped._replace(held=held._replace(columns={**held.columns, "wait": wait}))

    plain, flagged = (
        found(one, selection=LOOSE)["fairness, inputs tell sex"] for one in (grouped, proxied)
    )

    assert plain.verdict is None
    assert plain.estimate is not None
    assert flagged.estimate is not None
    assert plain.estimate.high < 0.6 < 0.85 < flagged.estimate.low
    assert "alone wait 0.9" in flagged.note


def test_what_the_model_sees_itself_is_said(asked: Asked) -> None:
    held = asked.held
    seen = held._replace(
        slices={"sex": held.slices["kind"]}, inputs=("sex", "wait"),
        columns={**held.columns, "sex": held.slices["kind"]},
    )  # fmt: skip

    judged = found(asked._replace(held=seen), selection=LOOSE)

    assert judged["fairness, inputs tell sex"].note.startswith("the model sees sex itself")


def test_without_the_clause_nothing_is_judged(asked: Asked) -> None:
    assert list(fairness(asked, NOTHING)) == []
