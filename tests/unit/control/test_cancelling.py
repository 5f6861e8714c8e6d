"""A run that is called off is nobody's any more, and says so on record."""

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import small_project

from mainstay.control import project
from mainstay.control.commands import CancelRun
from mainstay.control.handle import answer, handle
from mainstay.control.queries import OneRun, Runs
from mainstay.core.errors import Conflict, Missing, Mistake
from mainstay.ledger import leases, runs

START, MINUTE = datetime(2024, 3, 1, tzinfo=UTC), timedelta(minutes=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One run is due."""
    (tmp_path / "contract.yaml").write_text(small_project.CONTRACT)
    with project.opened(tmp_path) as opened:
        runs.planned(opened.ledger, "no-show", "build", START)
    return tmp_path


def test_what_is_called_off_is_not_done_and_the_reason_is_on_record(folder: Path) -> None:
    said = handle(folder, CancelRun(1, " wrong rows "))

    assert said.headline == "run 1, build, is called off."
    assert answer(folder, OneRun(1)).facts["run"]["state"] == "cancelled"
    assert "wrong rows" in answer(folder, OneRun(1)).facts["run"]["headline"]
    assert [one["id"] for one in answer(folder, Runs(state="cancelled")).facts["runs"]] == [1]
    with project.opened(folder) as opened:
        (event,) = opened.ledger.events(kind="RunCancelled")
        assert event.payload == {"run": 1, "job": "build", "because": "wrong rows"}
        assert runs.claimed(opened.ledger, "no-show", "a", MINUTE) is None
        assert runs.planned(opened.ledger, "no-show", "build", START + MINUTE) == 2


def test_whoever_is_at_it_writes_nothing_more(folder: Path) -> None:
    with project.opened(folder) as opened:
        run, lease = runs.claimed(opened.ledger, "no-show", "a", MINUTE)
        said = handle(folder, CancelRun(1, "wrong rows"))
        with (
            opened.ledger.guarded(partial(leases.held, lease=lease)),
            pytest.raises(Conflict, match="no longer holds"),
        ):
            runs.said(opened.ledger, 1, "still at it")
        with pytest.raises(Conflict):
            runs.ended(opened.ledger, run, lease, "done", "well")

        assert runs.one(opened.ledger, 1).state == "cancelled"
    assert "stops at its next step" in said.lines[0]


def test_without_a_reason_or_a_run_nothing_is_called_off(folder: Path) -> None:
    with pytest.raises(Mistake, match="needs its reason"):
        handle(folder, CancelRun(1, " "))
    with pytest.raises(Missing, match="there is no run 9"):
        handle(folder, CancelRun(9, "x"))
    handle(folder, CancelRun(1, "x"))
    with pytest.raises(Conflict, match="run 1 is over"):
        handle(folder, CancelRun(1, "again"))

    with project.opened(folder) as opened:
        assert len(list(opened.ledger.events(kind="RunCancelled"))) == 1
