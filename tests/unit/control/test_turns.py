"""What ran: the list, and one with the end of its log."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import small_project

from mainstay.control import project
from mainstay.control.handle import answer
from mainstay.control.queries import OneRun, Runs
from mainstay.core.errors import Missing, Mistake
from mainstay.core.nouns import Verdict
from mainstay.ledger import runs

START, MINUTE = datetime(2024, 3, 1, tzinfo=UTC), timedelta(minutes=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Of four runs one is done, one failed, one waits and one is due."""
    (tmp_path / "contract.yaml").write_text(small_project.CONTRACT)
    with project.opened(tmp_path) as opened:
        ledger = opened.ledger
        for number, job in enumerate(("head", "labels", "run", "verify")):
            runs.planned(ledger, "no-show", job, START + number * MINUTE, number)
        done, failed, waiting = (runs.claimed(ledger, "no-show", "a", MINUTE) for _ in range(3))
        runs.said(ledger, 1, "ledger head 3:ab")
        runs.ended(ledger, *done, "done", "published", Verdict.PASS)
        runs.ended(ledger, *failed, "failed", "no such file")
        runs.paused(ledger, *waiting, "lead to approve v1", "v1 is certified")
    return tmp_path


def test_the_list_says_how_they_ended(folder: Path) -> None:
    said = answer(folder, Runs())

    assert said.headline == "The last 4 runs: 1 done, 1 failed, 1 waiting, 1 due."
    assert [one["id"] for one in said.facts["runs"]] == [4, 3, 2, 1]
    assert said.next == "mainstay runs show 3"
    assert "◆     2  2024-03-01T00:01  labels   failed   no such file" in said.lines
    assert [one["id"] for one in answer(folder, Runs(job="run")).facts["runs"]] == [3]
    assert answer(folder, Runs(job="backup")).headline == "Nothing ran yet."


@pytest.mark.parametrize(
    ("number", "headline", "verdict"),
    [
        (1, "run 1, head: done.", Verdict.PASS),
        (2, "run 2, labels: failed.", Verdict.FAIL),
        (3, "run 3, run: waits for lead to approve v1.", Verdict.UNSURE),
        (4, "run 4, verify: due.", Verdict.UNSURE),
    ],
)
def test_one_says_all_about_itself(
    folder: Path, number: int, headline: str, verdict: Verdict
) -> None:
    said = answer(folder, OneRun(number))

    assert (said.headline, said.verdict) == (headline, verdict)
    assert said.facts["run"]["missed"] == number - 1


def test_its_log_ends_the_answer(folder: Path) -> None:
    said = answer(folder, OneRun(1, lines=5))

    assert said.lines[-1].endswith("ledger head 3:ab")
    assert said.facts["lines"][0]["text"] == "ledger head 3:ab"


def test_there_is_no_other(folder: Path) -> None:
    with pytest.raises(Missing, match="there is no run 9"):
        answer(folder, OneRun(9))


def test_runs_are_narrowed_to_a_state_and_a_mistyped_one_is_told(folder: Path) -> None:
    assert [one["id"] for one in answer(folder, Runs(state="failed")).facts["runs"]] == [2]
    with pytest.raises(Mistake, match="fialed is no job and no state"):
        answer(folder, Runs(state="fialed"))


def test_one_says_who_is_at_it(folder: Path) -> None:
    with project.opened(folder) as opened:
        runs.claimed(opened.ledger, "no-show", "host/7", MINUTE)

    facts = answer(folder, OneRun(4)).facts

    assert (facts["lease"]["holder"], facts["lease"]["fence"]) == ("host/7", 1)
    assert answer(folder, OneRun(1)).facts["lease"] is None
