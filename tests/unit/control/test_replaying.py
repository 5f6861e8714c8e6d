"""An answer of the journal, given again by the same bundle."""

from pathlib import Path

import lived
import msgspec
import pytest
import small_project

from mainstay.control import field, project, publish, replaying
from mainstay.control.handle import answer
from mainstay.control.project import Project
from mainstay.control.queries import Decisions, Replay
from mainstay.core.errors import Missing
from mainstay.core.nouns import Verdict
from mainstay.core.places import Places
from mainstay.data import journal
from mainstay.data.records import DECISION, FLAGS, OUTCOME, SCORE, VERSION


@pytest.fixture
def asked(live: Path) -> Path:
    """A day of visits that a door answered."""
    lived.asked(live, range(1, 2))
    with project.opened(live) as opened:
        bundle = publish.said(publish.history(opened)[-1]).shares[0].bundle
        columns = field.requested(opened, (bundle,))
        journal.brought(Places(live).door, Places(live).journal, columns)
    return live


def otherwise(changed: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written down says something else."""
    row = replaying._row

    def other(opened: Project, query: Replay) -> dict[str, object]:
        return {**row(opened, query), **changed}

    monkeypatch.setattr(replaying, "_row", other)


def test_the_same_row_and_bundle_give_the_same_answer_and_say_why(asked: Path) -> None:
    said = answer(asked, Replay("d1-0"))

    it = said.facts["replay"]
    assert (said.verdict, it["same"], it["version"]) == (Verdict.PASS, "the same", "v1")
    seen = answer(asked, Decisions("d1-0")).facts["decisions"][0]["answer"]
    assert (it["score"], it["decision"], it["place"]) == (
        seen["score"], seen["decision"], seen["place"],
    )  # fmt: skip
    assert {one["input"] for one in it["reasons"]} <= {"wait", "rain", "kind", "weekday"}
    assert abs(it["reasons"][0]["contribution"]) >= abs(it["reasons"][-1]["contribution"]) > 0


def test_what_was_rejected_has_nothing_to_give_again(
    asked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    otherwise({VERSION: "", OUTCOME: "rejected"}, monkeypatch)

    said = answer(asked, Replay("d1-0"))

    assert (said.verdict, said.facts["replay"]["same"]) == (Verdict.UNSURE, "not known")
    assert "it was rejected" in said.headline


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({SCORE: 0.123}, "score "), ({DECISION: "maybe"}, "decision "),
        ({FLAGS: "rain"}, "the guard flags rain otherwise"),
    ],
)  # fmt: skip
def test_what_was_written_down_otherwise_is_another_answer(
    asked: Path, changed: dict[str, object], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    otherwise(changed, monkeypatch)

    said = answer(asked, Replay("d1-0"))

    assert (said.verdict, said.facts["replay"]["same"]) == (Verdict.FAIL, "another")
    assert words in said.headline


def test_inputs_of_what_the_contract_hides_are_masked(asked: Path) -> None:
    path = asked / "contract.yaml"
    hides = "serve: {latency_p99: 10s, journal: {drop: [wait]}}"
    path.write_text(path.read_text().replace("serve: {latency_p99: 10s}", hides))

    it = answer(asked, Replay("d1-0")).facts["replay"]

    assert it["same"] == "the same"
    assert {one["value"] for one in it["reasons"] if one["input"] == "wait"} <= {"hidden"}
    assert b"hidden" in msgspec.json.encode(it)


def test_an_answer_that_nobody_gave_is_missing(asked: Path) -> None:
    with pytest.raises(Missing, match="d1-0 has no answer -3"):
        answer(asked, Replay("d1-0", -3))
    with pytest.raises(Missing, match="knows nothing of visit"):
        answer(asked, Replay(small_project.AUTHOR))
