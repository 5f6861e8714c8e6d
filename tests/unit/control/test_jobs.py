"""The jobs: what each does is tried by the worker's tests; here, that all can be scheduled."""

from pathlib import Path

import small_project

from mainstay.contract import document
from mainstay.control import project as projects
from mainstay.control import rhythm
from mainstay.control.jobs import JOBS


def test_every_job_has_a_rhythm_that_can_be_read_or_none() -> None:
    contract = document.parsed(small_project.CONTRACT.encode(), Path("contract.yaml")).contract
    for job in JOBS.values():
        usual = job.usual(contract)
        assert not usual.words or rhythm.checked(*usual) == usual
        assert job.says.endswith(".")


def test_labels_come_before_what_judges_by_them() -> None:
    names = list(JOBS)

    assert names.index("labels") < names.index("run")


def test_a_look_for_conflicts_leaves_what_it_found_on_record(tmp_path: Path) -> None:
    with projects.opened(small_project.written(tmp_path / "p")) as opened:
        done = JOBS["conflicts"].do(opened, "production")

        assert done.headline == "0 conflicts between columns."
        assert [one.payload for one in opened.ledger.events(kind="ConflictsProposed")] == [
            {"conflicts": []}
        ]
