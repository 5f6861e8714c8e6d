"""kill -9 in the middle of `labels`, `watch` and `run`: nothing is lost, doubled or half done.

After a kill the same command, run again, must end where an unkilled one ends: the same events with
the same payloads. The harness counts only because it catches a mutant planted in the same work.
"""

import itertools
import random
import time
from pathlib import Path
from typing import NamedTuple

import conftest
import lived
import pytest
import small_project
from forked import forked
from msgspec import json
from small_project import environment

from mainstay.control import project, versions
from mainstay.control.commands import Command, Deploy, Labels, Run, Watch
from mainstay.control.handle import handle
from mainstay.control.project import Project
from mainstay.core import settings
from mainstay.core.nouns import Event
from mainstay.ledger.verify import verify

Record = list[tuple[str, dict[str, object]]]
KILLS = 5  # of each command
TRIES, EARLIER = 5, 0.6
PROGRAM = """
import os, sys
from pathlib import Path
from mainstay.control.commands import Labels, Run, Watch
from mainstay.control.handle import handle
{mutant}
os.write(1, b"ready\\n")
handle(Path(sys.argv[1]), {command})
os.write(1, b"done\\n")
"""
MUTANT = """
import contextlib, time
from mainstay.ledger.store import Ledger
appended, began, pause = Ledger.append, time.monotonic(), []
def append(*given):  # as long as all before it took: one of five kills falls between two events
    event = appended(*given)
    pause.append(time.monotonic() - began)
    time.sleep(pause[0])
    return event
Ledger.append, Ledger.transaction = append, lambda ledger: contextlib.nullcontext()
"""


class Harness(NamedTuple):
    """start: a project that is copied for each kill."""

    start: Path
    work: Path
    command: Command
    mutant: str = ""

    def copy(self, name: str) -> Path:
        return small_project.copied(self.start, self.work / name / "no-show")

    def ran(self, folder: Path, within: float | None = None) -> tuple[float, bool]:
        """Seconds that the command took, and whether it ended; killed when they are over."""
        program = PROGRAM.format(command=repr(self.command), mutant=self.mutant)
        command = forked(program, str(folder), variables=variables(folder))
        assert command.stdout.readline() == "ready\n"
        began = time.monotonic()
        command.process.join(within)
        command.process.kill()
        return time.monotonic() - began, command.rest() == "done\n"

    def killed(self, name: str, within: float) -> tuple[Path, bool]:
        """A project in which the command was killed and then ran to its end.

        Where it ended before that, on a machine that is less busy by now, the next try is earlier.
        """
        for attempt in range(TRIES):
            folder = self.copy(f"{name}-{attempt}")
            _, ended = self.ran(folder, within * EARLIER**attempt)
            if not ended:
                break
        with settings.given(variables(folder)):
            handle(folder, self.command)
        return folder, not ended


def variables(folder: Path) -> dict[str, str]:
    """Of the author's process, as `environment` gives it."""
    given = environment(folder, small_project.AUTHOR)
    return {name: given[name] for name in ("MAINSTAY_CLOCK", "MAINSTAY_KEY", "MAINSTAY_KEYS")}


def record(folder: Path) -> Record:
    """Everything that happened; nothing may be wrong with it.

    Blobs of windows stand there by content: an engine with threads adds floats in any order.
    """
    with project.opened(folder) as opened:
        assert [str(flaw) for flaw in verify(opened.ledger)] == []
        return [(event.kind, _told(opened, event)) for event in opened.ledger.events()]


def _told(opened: Project, event: Event) -> dict[str, object]:
    if event.kind != "WindowJudged":
        return event.payload
    said = [json.decode(versions.blob(opened, sha)) for sha in event.payload["blobs"]]
    return {**event.payload, "blobs": rounded(said)}


def rounded(value: object) -> object:
    """The same to nine digits."""
    match value:
        case dict():
            return {name: rounded(one) for name, one in value.items()}
        case list():
            return [rounded(one) for one in value]
        case float():
            return float(f"{value:.9g}")
    return value


def differences(harness: Harness, kills: int) -> tuple[int, list[str]]:
    """How many kills hit, and what stands there after one that would not without."""
    whole = harness.copy("whole")
    runs = harness.ran(whole), harness.ran(harness.copy("again"))
    seconds = min(took for took, _ in runs)  # the first one may find a busy machine
    assert all(ended for _, ended in runs)
    expected, moments = record(whole), random.Random(3)
    hit, differ = 0, []
    for number in range(kills):
        within = seconds * (number + moments.random()) / kills
        folder, was_hit = harness.killed(f"kill-{number}", within)
        hit, differ = hit + was_hit, [*differ, *_apart(expected, record(folder))]
    return hit, differ


def _apart(expected: Record, found: Record) -> list[str]:
    pairs = itertools.zip_longest(expected, found)
    return [f"{found} instead of {wanted}" for wanted, found in pairs if wanted != found]


@pytest.fixture(scope="module")
def answered(ripe: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """v1 answered four days, whose labels are known and which nobody has looked at."""
    folder = small_project.copied(ripe, tmp_path_factory.mktemp("answered") / "no-show")
    with conftest.acting(folder, small_project.AUTHOR):
        handle(folder, Deploy("v1", 1.0))
        lived.answered(folder, range(1, 5))
    lines = (folder / "labels.csv").read_text().splitlines()
    last = lines[-1].rpartition(",")[2]
    corrected = [f"{one.partition(',')[0]},True,{last}" for one in lines[1:50]]
    (folder / "corrected.csv").write_text("\n".join([lines[0], *corrected]) + "\n")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("command", [Labels("corrected.csv"), Watch(), Run()], ids=repr)
def test_a_command_that_was_killed_ends_as_if_it_had_not_been(
    answered: Path, tmp_path: Path, command: Command
) -> None:
    hit, differ = differences(Harness(answered, tmp_path, command), KILLS)

    assert hit == KILLS
    assert differ == []


@pytest.mark.slow
def test_a_run_that_deploys_ends_as_if_it_had_not_been_killed(ripe: Path, tmp_path: Path) -> None:
    folder = small_project.copied(ripe, tmp_path / "start" / "no-show")
    (folder / "clock").write_text(small_project.AFTER.isoformat())

    hit, differ = differences(Harness(folder, tmp_path, Run()), KILLS)

    assert hit == KILLS
    assert differ == []


@pytest.mark.slow
def test_the_harness_catches_events_that_do_not_stand_together(
    answered: Path, tmp_path: Path
) -> None:
    _, differ = differences(Harness(answered, tmp_path, Watch(), MUTANT), KILLS)

    assert differ
