"""The worker: plans what is due, does it one after the other, and lets go on what was approved."""

import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from mainstay.control import project, publish
from mainstay.control.jobs import JOBS
from mainstay.control.project import Project
from mainstay.control.rounds import Rounds
from mainstay.core.errors import MainstayError, Missing
from mainstay.core.places import Places
from mainstay.ledger import runs, work
from mainstay.ledger.runs import Run
from mainstay.ledger.work import Done

Say = Callable[[str], None]
LETS_GO = ("Approved", "Rejected")
"""Events that whoever waits for an approval waits for."""
PAUSE = 1.0
"""Seconds between two looks at what is due; rhythms are of minutes."""
LOUD = 60.0
"""Seconds between two complaints of the same kind."""


class Worker(NamedTuple):
    """holder: unlike that of any other worker. environment: of the versions it certifies."""

    places: Places
    holder: str
    say: Say
    environment: str = "production"


def worker(folder: Path, say: Say, environment: str = "production") -> Worker:
    """A worker of this process."""
    holder = f"{socket.gethostname()}/{os.getpid()}/{threading.get_ident()}"
    return Worker(Places(folder), holder, say, environment)


def until_nothing_is_due(one: Worker) -> int:
    """Do whatever is due now; how many runs. Raises what hinders all of it, such as no contract."""
    count, rounds = 0, Rounds(one.places)
    while found := turned(one, rounds):
        count += found
    return count


def for_ever(one: Worker) -> None:
    """Until something stops the process. What hinders a look is told, and looked at again."""
    told: dict[str, float] = {}
    rounds = Rounds(one.places)
    while True:
        try:
            busy = not rounds.quiet() and turned(one, rounds) > 0
        except MainstayError as error:
            busy, now = False, time.monotonic()
            if now - told.get(str(error), -LOUD) >= LOUD:
                told[str(error)] = now
                one.say(f"cannot work now: {error}")
        if not busy:
            time.sleep(PAUSE)


def turned(one: Worker, rounds: Rounds) -> int:
    """Plan what is due and do one run of each project that has any; how many were done."""
    return sum(_attempted(one, folder) is not None for folder in rounds.busy())


def _attempted(one: Worker, folder: Path) -> Run | None:
    with project.opened(folder) as opened:
        ledger, model = opened.ledger, opened.model
        runs.resumed(ledger, model, LETS_GO)
        return work.attempted(ledger, model, one.holder, lambda _, run: _done(one, opened, run))


def _done(one: Worker, looked: Project, run: Run) -> Done:
    """The job of a run, whose lines are kept and said."""

    def tell(words: str, /, *, done: int = 0, of: int = 0) -> None:  # noqa: ARG001 - words count
        runs.said(looked.ledger, run.id, words)
        one.say(f"run {run.id} {run.job}: {words}")

    one.say(f"run {run.id} {run.job}: due {run.due}, attempt {run.attempts}")
    if run.job not in JOBS:
        raise Missing(f"this version of Mainstay knows no job {run.job}")
    opened = replace(looked, tell=tell)
    publish.healed(opened)
    try:
        done = JOBS[run.job].do(opened, one.environment)
    except MainstayError as error:
        tell(f"◆ {error}" + (f"; {error.hint}" if error.hint else ""))
        raise
    one.say(f"run {run.id} {run.job}: {done.headline}")
    return done
