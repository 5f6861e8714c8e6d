"""Declared groups, each good enough on its own."""

from mainstay.core.nouns import Verdict
from mainstay.life.certify.gates import Asked
from mainstay.life.certify.slices import groups, slices


def test_groups_partition_the_rows(asked: Asked) -> None:
    stated = asked.contract.certify.slices
    assert stated is not None

    found = list(groups(asked.held, stated))

    assert [one.name for one in found] == ["kind = few", "kind = many"]
    assert sum(len(one.rows) for one in found) == len(asked.held.label)


def test_a_covered_slice_is_judged_on_its_own_rows(asked: Asked) -> None:
    found = slices(asked)

    assert {one.clause: one.verdict for one in found.evidence} == {
        "slices, kind = few": Verdict.PASS,
        "slices, kind = many": Verdict.PASS,
    }
    assert [one.estimate.n for one in found.evidence if one.estimate] == [300, 2700]


def test_a_slice_with_too_few_rows_is_not_covered_and_not_judged(asked: Asked) -> None:
    contract = asked.contract
    stated = contract.certify.slices
    assert stated is not None
    strict = stated.model_copy(update={"least_rows": 1000})
    certify = contract.certify.model_copy(update={"slices": strict})
    changed = contract.model_copy(update={"certify": certify})

    found = slices(asked._replace(contract=changed))

    assert found.not_covered == ("kind = few",)
    assert [one.clause for one in found.evidence] == ["slices, kind = many"]


def test_one_bad_slice_is_not_hidden_by_the_others(asked: Asked) -> None:
    held = asked.held
    few = held.slices["kind"].codes == 0
    score = held.score.copy()
    score[few] = 1 - score[few]

    found = slices(asked._replace(held=held._replace(score=score)))

    assert {one.clause: one.verdict for one in found.evidence}["slices, kind = few"] is Verdict.FAIL
