"""The worker: what is due is done, an approval lets go on, and what fails is told."""

from datetime import timedelta
from pathlib import Path

import pytest
import small_project

from mainstay.control import jobs, project, worker
from mainstay.control.commands import Approve, RunNow
from mainstay.control.handle import handle
from mainstay.control.jobs import Job
from mainstay.core import settings
from mainstay.core.errors import Unavailable
from mainstay.ledger import runs, state
from mainstay.ledger.runs import Run


def worked(folder: Path, said: list[str]) -> int:
    return worker.until_nothing_is_due(worker.worker(folder, said.append))


def newest(folder: Path) -> dict[str, Run]:
    with project.opened(folder) as opened:
        return {one.job: one for one in reversed(runs.listed(opened.ledger, "no-show", 50))}


def test_a_run_waits_for_its_approver_and_goes_on_with_the_approval(as_author: Path) -> None:
    said: list[str] = []
    handle(as_author, RunNow("run"))
    assert worked(as_author, said) >= 1
    waiting = newest(as_author)["run"]
    assert (waiting.state, waiting.waits) == ("waiting", "lead to approve v1")
    assert worked(as_author, said) == 0

    with settings.given({"MAINSTAY_KEY": small_project.APPROVER}):
        handle(as_author, Approve("v1", "read it"))

    assert worked(as_author, said) == 1
    done = newest(as_author)["run"]
    assert (done.id, done.state) == (waiting.id, "done")
    with project.opened(as_author) as opened:
        assert state.deployments(opened.ledger, "no-show")[-1].shares[-1].version == 1
        log = [one.text for one in runs.tail(opened.ledger, done.id, 99)]
    assert "deploy" in log
    assert f"run {done.id} run: deploy" in said


def test_what_is_due_is_done_in_order_and_leaves_its_events(as_author: Path) -> None:
    clock = as_author / "clock"
    clock.write_text((small_project.AFTER + timedelta(days=8)).isoformat())
    labels = as_author / "labels"
    labels.mkdir()
    (labels / "a.csv").write_text("visit,missed,known_at\nv1,true,2024-02-01T00:00:00Z\n")
    (labels / "notes.txt").write_text("not labels")

    worked(as_author, [])
    handle(as_author, RunNow("labels"))
    worked(as_author, [])

    found = newest(as_author)
    assert {name: one.state for name, one in found.items()} == {
        "labels": "done", "run": "waiting", "deliver": "done", "head": "done", "verify": "done",
        "digest": "done",
    }  # fmt: skip
    assert found["labels"].headline == "Took in 0 of 1 files of labels."
    with project.opened(as_author) as opened:
        assert len(list(opened.ledger.events(kind="LabelsReceived"))) == 1
        (published,) = opened.ledger.events(kind="HeadPublished")
        seq, _, sha = published.payload["head"].partition(":")
        assert next(opened.ledger.events(since=int(seq) - 1)).hash == sha


def test_a_file_of_labels_that_is_wrong_fails_the_run_and_stops_no_other(as_author: Path) -> None:
    labels = as_author / "labels"
    labels.mkdir()
    (labels / "a.csv").write_text("nothing\n1\n")
    (labels / "b.csv").write_text("visit,missed,known_at\nv1,true,2024-02-01T00:00:00Z\n")
    handle(as_author, RunNow("labels"))

    worked(as_author, [])

    failed = newest(as_author)["labels"]
    assert failed.state == "failed"
    assert failed.headline.startswith("1 of 2 files of labels cannot be read: a.csv:")
    with project.opened(as_author) as opened:
        assert len(list(opened.ledger.events(kind="LabelsReceived"))) == 1


def test_copies_are_kept_as_many_as_are_stated(
    as_author: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "KEPT", 1)
    backups = as_author / ".mainstay" / "backups"
    (backups / "2001-01-01T000000Z").mkdir(parents=True)
    handle(as_author, RunNow("backup"))

    worked(as_author, [])

    assert newest(as_author)["backup"].state == "done"
    (kept,) = backups.iterdir()
    assert (kept / "backup.json").is_file()


def test_what_fails_is_told_in_its_log_and_tried_again_where_that_may_help(
    as_author: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise Unavailable("the source is away", hint="wait")

    monkeypatch.setattr(worker, "JOBS", {"head": Job("away", "", away)})
    handle(as_author, RunNow("head"))
    said: list[str] = []

    worked(as_author, said)

    assert newest(as_author)["head"].state == "due"
    assert said[-1] == "run 1 head: ◆ the source is away; wait"


def test_a_worker_goes_on_whatever_hinders_a_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    pauses = iter((None, None, KeyboardInterrupt))

    def pause(_: float) -> None:
        over = next(pauses)
        if over:
            raise over

    monkeypatch.setattr(worker.time, "sleep", pause)
    with pytest.raises(KeyboardInterrupt):
        worker.for_ever(worker.worker(tmp_path, said.append))

    assert [one[:39] for one in said] == ["cannot work now: there is no contract.ya"[:39]]
