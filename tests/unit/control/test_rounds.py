"""One worker over a team, and a worker that waits."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from teams import NAMES, of_two

from mainstay.control import project, rounds, scheduling, worker
from mainstay.control.commands import RunNow
from mainstay.control.handle import handle
from mainstay.control.rounds import Rounds
from mainstay.core.errors import Conflict
from mainstay.core.places import Places


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with of_two(tmp_path) as made:
        yield made


def test_one_worker_does_what_is_due_in_every_project(folder: Path) -> None:
    said: list[str] = []
    for name in NAMES:
        handle(folder / name, RunNow("labels"))

    worker.until_nothing_is_due(worker.worker(folder, said.append))

    assert sum("labels: Took in 0 of 0" in line for line in said) == 2


def test_what_concerns_the_record_is_a_job_of_one_project(folder: Path) -> None:
    with project.opened(folder / "churn") as one, project.opened(folder / "no-show") as other:
        record = {"head", "verify", "deliver", "digest", "backup"}
        assert record <= scheduling.jobs(one).keys()
        assert scheduling.jobs(other).keys() == scheduling.jobs(one).keys() - record
    with pytest.raises(Conflict, match="a job of churn"):
        handle(folder / "no-show", RunNow("head"))


def test_a_worker_that_waits_looks_again_when_something_came(folder: Path) -> None:
    one = Rounds(Places(folder))
    assert not one.quiet()
    while one.busy():
        worker.until_nothing_is_due(worker.worker(folder, str))
    assert one.quiet()

    handle(folder / "churn", RunNow("labels"))

    assert not one.quiet()
    assert one.busy() == (folder / "churn",)
    worker.until_nothing_is_due(worker.worker(folder, str))
    assert one.busy() == ()
    assert one.quiet()
    contract = folder / "churn" / "contract.yaml"
    contract.write_text(f"{contract.read_text()}# changed\n")
    assert not one.quiet()


def test_a_worker_that_waits_asks_no_ledger(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = Rounds(Places(folder))
    while one.busy():
        worker.until_nothing_is_due(worker.worker(folder, str))

    monkeypatch.setattr(project, "of_people", None)
    monkeypatch.setattr(project, "opened", None)

    assert all(one.quiet() for _ in range(100))


def test_everything_is_looked_at_now_and_then_anyway(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Rounds(Places(folder))
    while one.busy():
        worker.until_nothing_is_due(worker.worker(folder, str))
    assert one.quiet()
    later = rounds.clock.stopwatch() + rounds.LONGEST

    monkeypatch.setattr(rounds.clock, "stopwatch", lambda: later)

    assert not one.quiet()
