"""Whether a canary may answer everybody."""

from pathlib import Path

import ibis
import lived
import pyarrow as pa
import pytest

from mainstay.control import canary as canaries
from mainstay.control import field, project
from mainstay.control.commands import Run
from mainstay.control.handle import handle
from mainstay.core import clock
from mainstay.core.nouns import Evidence, Verdict

LENIENT = "certify:\n  stopped: {at_most: 0.05}\n"


@pytest.fixture
def lenient(canary: Path) -> Path:
    """One whose rules may keep five of a hundred from the model: some days of visits can tell."""
    path = canary / "contract.yaml"
    path.write_text(path.read_text().replace("certify:\n", LENIENT))
    return canary


def judged(folder: Path) -> Evidence:
    with project.opened(folder) as opened:
        field.order(opened, clock.now(), ())
        return canaries.judged(opened)


def test_a_canary_that_answered_for_itself_holds_once_there_are_enough(lenient: Path) -> None:
    before = judged(lenient)
    said = lived.answered(lenient, range(1, 2))
    few = judged(lenient)
    said += lived.answered(lenient, range(2, 5))
    enough = judged(lenient)

    own = sum(one["decided_by"] == "model" for one in said)
    assert {tuple(one["flags"]) for one in said if one["decided_by"] != "model"} == {("share",)}
    assert (before.verdict, before.estimate) == (Verdict.UNSURE, None)
    assert few.verdict is Verdict.UNSURE
    assert enough.verdict is Verdict.PASS
    assert enough.note == f"{own:,} of {own:,} by the model itself"


def test_a_canary_whose_certificate_ended_fails(lenient: Path) -> None:
    said = lived.answered(lenient, range(185, 187))

    found = judged(lenient)

    assert {tuple(one["flags"]) for one in said} == {("certificate",)}
    assert found.verdict is Verdict.FAIL


def test_a_canary_that_is_given_what_it_may_not_answer_fails(lenient: Path) -> None:
    lived.answered(lenient, range(1, 3), lambda one: {**one, "rain": 150.0})

    assert judged(lenient).verdict is Verdict.FAIL


def test_what_is_over_for_thirty_windows_is_forgotten(lenient: Path) -> None:
    lived.answered(lenient, range(1, 2), lambda one: {**one, "rain": 150.0})
    lived.answered(lenient, range(40, 44))

    assert judged(lenient).verdict is Verdict.PASS


def test_few_clean_answers_do_not_make_a_canary_live(canary: Path) -> None:
    lived.answered(canary, range(1, 4))

    said = handle(canary, Run())

    assert list(said.facts["steps"]) == ["watch"]
    assert judged(canary).verdict is Verdict.UNSURE


def test_what_the_contract_leaves_to_the_baseline_is_not_kept_from_the_canary() -> None:
    table = ibis.memtable(
        pa.table(
            {
                "mainstay_outcome": ["model", "baseline", "baseline", "person"],
                "mainstay_flags": ["", "kind\nabstained", "engine", "abstained"],
            }
        )
    )

    assert canaries._counted(table) == (4, 1)


@pytest.mark.parametrize(("against", "steps"), [("model", ["watch", "drop"]), ("baseline", [])])
def test_a_canary_that_labels_speak_against_is_rolled_back_by_run(
    canary: Path, against: str, steps: list[str]
) -> None:
    """Whoever it is, what they said was always wrong, and what the other one said right."""
    lived.answered(
        canary,
        range(1, 5),
        truth=lambda one: one["decision"] != (one["decided_by"] == against),
    )

    done = handle(canary, Run())
    with project.opened(canary) as opened:
        found = canaries.early_labels(opened)
        because = [one.payload["because"] for one in opened.ledger.events(kind="RolledBack")]

    if steps:
        assert list(done.facts["steps"])[:2] == steps
        assert because[0].startswith("labels say that v1 loses")
    else:
        assert (because, found.verdict) == ([], Verdict.PASS)


def test_without_labels_nothing_is_said_against_a_canary(canary: Path) -> None:
    with lived.door(canary):
        pass

    with project.opened(canary) as opened:
        assert canaries.early_labels(opened) is None
