"""Which job is due when: by itself, as somebody said, or now."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import small_project

from mainstay.control import project, scheduling
from mainstay.control.commands import RunNow, Schedule, Unschedule
from mainstay.control.handle import answer, handle
from mainstay.control.jobs import JOBS
from mainstay.control.queries import Schedules
from mainstay.control.roles import Principal
from mainstay.core.errors import Conflict, Missing, Mistake, Refused
from mainstay.core.nouns import Actor
from mainstay.ledger import runs
from mainstay.ledger.verify import verify

START = datetime(2024, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose contract was registered at noon."""
    monkeypatch.setenv("MAINSTAY_CLOCK", str(tmp_path / "clock"))
    (tmp_path / "contract.yaml").write_text(small_project.CONTRACT)
    at(tmp_path, START)
    with project.opened(tmp_path) as opened:
        registered = {"digest": "c", "revision": 1}
        opened.ledger.append("ContractRegistered", "no-show", Actor("ana"), registered)
    return tmp_path


def at(folder: Path, moment: datetime) -> None:
    (folder / "clock").write_text(moment.isoformat())


def planned(folder: Path) -> list[str]:
    with project.opened(folder) as opened:
        return list(scheduling.planned(opened))


def test_before_anything_happened_nothing_is_due(tmp_path: Path) -> None:
    (tmp_path / "contract.yaml").write_text(small_project.CONTRACT)

    assert planned(tmp_path) == []


def test_jobs_come_by_themselves_and_what_was_missed_comes_once(folder: Path) -> None:
    assert planned(folder) == []

    at(folder, START + timedelta(days=3))

    assert planned(folder) == ["labels", "run", "deliver", "head", "digest", "verify"]
    assert planned(folder) == []
    with project.opened(folder) as opened:
        found = {one.job: one for one in runs.listed(opened.ledger, "no-show", 9)}
    assert found["run"].due == "2024-03-04T00:02:00+00:00"
    assert {name: one.missed for name, one in found.items()} == {
        "labels": 2, "run": 2, "deliver": 863, "head": 2, "digest": 0, "verify": 0,
    }  # fmt: skip


def test_a_rhythm_of_its_own_counts_from_when_it_was_given(folder: Path) -> None:
    at(folder, START + timedelta(days=3))

    handle(folder, Schedule("run", "0 6 * * *", "Europe/Berlin"))
    handle(folder, Schedule("deliver", ""))

    assert planned(folder) == ["labels", "head", "digest", "verify"]
    at(folder, START + timedelta(days=4))
    assert "run" in planned(folder)
    with project.opened(folder) as opened:
        assert runs.last(opened.ledger, "no-show", "run") == "2024-03-05T05:00:00+00:00"
        assert verify(opened.ledger) == ()


def test_what_was_given_can_be_taken_back(folder: Path) -> None:
    handle(folder, Schedule("run", "0 6 * * *"))
    handle(folder, Unschedule("run"))

    with pytest.raises(Missing, match="no rhythm of its own"):
        handle(folder, Unschedule("run"))
    with project.opened(folder) as opened:
        assert not any(one.own for one in scheduling.rhythms(opened))
        assert verify(opened.ledger) == ()


def test_a_job_can_be_asked_for_now_once(folder: Path) -> None:
    said = handle(folder, RunNow("backup"))

    assert said.facts == {"run": 1, "job": "backup"}
    with pytest.raises(Conflict, match="to be done already"):
        handle(folder, RunNow("backup"))


def test_what_cannot_be_is_a_mistake(folder: Path) -> None:
    for command, what in (
        (Schedule("rnu", "* * * * *"), "rnu is no job"),
        (Schedule("run", "often"), "is no rhythm"),
        (RunNow("all"), "all is no job"),
    ):
        with pytest.raises(Mistake, match=what):
            handle(folder, command)


def test_the_list_says_each_job_its_next_turn_and_its_last(folder: Path) -> None:
    handle(folder, RunNow("head"))

    said = answer(folder, Schedules())

    facts = {one["job"]: one for one in said.facts["jobs"]}
    assert list(facts) == list(JOBS)
    assert facts["run"]["next"] == "2024-03-02T00:02:00+00:00"
    assert (facts["backup"]["next"], facts["head"]["last"]["state"]) == ("", "due")
    assert said.headline.startswith("no-show: 6 of 16 jobs are on")


def test_who_approves_asks_for_nothing_that_makes_versions(folder: Path) -> None:
    def asks(name: str, job: str) -> None:
        handle(folder, RunNow(job), by=Principal(name, ()))

    with pytest.raises(Refused, match="nobody has a hand in what they approve"):
        asks("lead", "build")
    asks("lead", "verify")
    asks("mara", "build")

    with project.opened(folder) as opened:
        assert {one.job for one in runs.listed(opened.ledger, "no-show", 9)} == {"verify", "build"}
        assert runs.tail(opened.ledger, 2, 9)[0].text == "asked for by mara"


def test_where_the_clock_stands_still_a_job_can_be_asked_for_again(folder: Path) -> None:
    handle(folder, RunNow("head"))
    with pytest.raises(Conflict):
        handle(folder, RunNow("head"))
    with project.opened(folder) as opened:
        found = runs.claimed(opened.ledger, "no-show", "a", timedelta(minutes=1))
        runs.ended(opened.ledger, *found, "done", "well")

    assert handle(folder, RunNow("head")).facts["run"] == 2
