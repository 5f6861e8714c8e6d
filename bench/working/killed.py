"""Workers that are killed and stopped while they work, and what became of their jobs."""

import multiprocessing
import os
import signal
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.form import progress
from mainstay.core import clock
from mainstay.core.errors import Conflict
from mainstay.core.nouns import Actor
from mainstay.ledger import leases, runs, work
from mainstay.ledger.chain import Act
from mainstay.ledger.runs import Run
from mainstay.ledger.store import Ledger
from mainstay.ledger.verify import verify
from mainstay.ledger.work import Do, Done

LEASE, STALL = timedelta(seconds=0.3), 0.45
"""Of a lease, and seconds of a stop that is longer."""
PAUSE = 0.06
"""Seconds between two misfortunes, at most."""
AHEAD = 20
"""Jobs that a worker plans at a time."""
START = datetime(2013, 1, 1, tzinfo=UTC)
_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["bench.working.killed"])


class Fate(NamedTuple):
    """What became of all jobs: each is done, given up or lost; doubled: effects too many.

    given_up: those whose every attempt was cut short, five times, which is on record as failed.
    untrue: those that the record calls failed and that were done. flaws: of the ledger. crashed:
    workers that ended by a mistake of their own.
    """

    done: int
    lost: int
    doubled: int
    kills: int
    stalls: int
    flaws: int
    seconds: float
    given_up: int
    untrue: int
    crashed: int

    @property
    def wrong(self) -> int:
        """Mistakes; to give up is none: somebody is told, and asks for the job again."""
        return self.lost + self.doubled + self.untrue + self.flaws + self.crashed


class Workers(NamedTuple):
    """All there are, and what spoils them: a mutant by its name. url: of a server, or empty."""

    path: Path
    url: str
    jobs: int
    mutant: str
    started: list[BaseProcess]

    def begin(self) -> None:
        """One more."""
        words = (self.path, self.url, self.jobs, str(len(self.started)), self.mutant)
        one = _SERVER.Process(target=worked, args=words)
        one.start()
        self.started.append(one)

    def at_work(self, ledger: Ledger) -> list[BaseProcess]:
        """Those that hold a lease: who has only just begun would be hit for nothing."""
        holders = (int(holder) for (holder,) in ledger.rows("SELECT holder FROM lease"))
        return [self.started[one] for one in holders if self.started[one].is_alive()]

    def alive(self) -> bool:
        """Whether any has not ended."""
        return any(one.is_alive() for one in self.started)


def lived(
    folder: Path, jobs: int, *, workers: int = 4, seed: int = 0, mutant: str = "", url: str = ""
) -> Fate:
    """Every job under misfortunes until all are done; the same seed, the same misfortunes.

    url: of a PostgreSQL that keeps the ledger, with a schema of this life alone; empty: a file.
    """
    generator, began = np.random.default_rng(seed), clock.stopwatch()
    every = Workers(folder / "ledger.db", url, jobs, mutant, [])
    befallen: Counter[str] = Counter()
    with Ledger(every.path, url) as ledger:
        for _ in range(workers):
            every.begin()
        try:
            _befall(every, ledger, befallen, generator)
        finally:
            for one in every.started:
                one.kill()
                one.join()
        return _judged(every, ledger, befallen, clock.stopwatch() - began)


def _befall(
    every: Workers, ledger: Ledger, befallen: Counter[str], generator: np.random.Generator
) -> None:
    """Until all are done. One misfortune at most while nothing gets done: else a machine that is

    slower than they come would only ever begin.
    """
    before = -1
    while every.alive():
        time.sleep(PAUSE * generator.random())
        now = ledger.head().seq
        if now == before:
            continue
        kills = befallen["kill"] <= befallen["stall"]  # a stall takes many times as long
        what = _befallen(every, every.at_work(ledger), generator, kills=kills)
        befallen[what] += 1
        before = before if what == "nothing" else now


def _befallen(
    every: Workers, at: list[BaseProcess], generator: np.random.Generator, *, kills: bool
) -> str:
    """A kill, after which another takes its place, or a stop beyond the lease."""
    if not at:
        return "nothing"
    chosen = at[generator.integers(len(at))]
    if kills:
        chosen.kill()
        chosen.join()
        every.begin()
        return "kill"
    with suppress(ProcessLookupError):  # it has just ended
        os.kill(chosen.pid or 0, signal.SIGSTOP)
        time.sleep(STALL)
        os.kill(chosen.pid or 0, signal.SIGCONT)
        return "stall"
    return "nothing"


def _judged(every: Workers, ledger: Ledger, befallen: Counter[str], seconds: float) -> Fate:
    effects = Counter(event.payload["head"] for event in ledger.events(kind="BackedUp"))
    failed = {job for (job,) in ledger.rows("SELECT job FROM run WHERE state = 'failed'")}
    wanted = {_job(number) for number in range(every.jobs)}
    progress(f"{every.jobs} jobs, {dict(befallen)}, {seconds:.1f} s")
    return Fate(
        done=len(effects),
        lost=len(wanted - effects.keys() - failed),
        doubled=effects.total() - len(effects),
        kills=befallen["kill"],
        stalls=befallen["stall"],
        flaws=len(verify(ledger)),
        seconds=seconds,
        given_up=len(failed - effects.keys()),
        untrue=len(failed & effects.keys()),
        crashed=sum(one.exitcode not in (0, -signal.SIGKILL) for one in every.started),
    )


def found(folder: Path, mutant: str, *, jobs: int = 150, lives: int = 5, url: str = "") -> bool:
    """Whether a planted mistake shows in some lives of so many jobs. url: as for `lived`.

    Raises RuntimeError where it shows because workers cannot work at all.
    """
    for seed in range(lives):
        there = f"{url}_{mutant}_{seed}" if url else ""
        fate = lived(folder / f"{mutant}-{seed}", jobs, seed=seed, mutant=mutant, url=there)
        if fate.crashed:
            raise RuntimeError(f"{mutant} is no mistake in the work: {fate.crashed} crashed")
        if fate.wrong:
            return True
    return False


def worked(path: Path, url: str, jobs: int, holder: str, mutant: str) -> None:
    """One worker: plans and does until all jobs are done."""
    do = MUTANTS[mutant]() if mutant else effect_with_its_end
    with Ledger(path, url) as ledger:
        while True:
            while work.attempted(ledger, "m", holder, do, LEASE):
                pass
            planned(ledger, jobs)
            if not ledger.rows("SELECT 1 FROM run WHERE state IN ('due', 'running') LIMIT 1"):
                return


def planned(ledger: Ledger, jobs: int) -> None:
    """Some more jobs, which others plan at the same time."""
    known = ledger.rows("SELECT count(*) FROM run")[0][0]
    for number in range(known, min(known + AHEAD, jobs)):
        runs.planned(ledger, "m", _job(number), START)


def _job(number: int) -> str:
    return f"job {number}"


def effect(run: Run) -> Act:
    """What a job is there for."""
    return Act("BackedUp", "m", Actor("worker"), {"head": run.job})


def effect_with_its_end(_: Ledger, run: Run) -> Done:
    """As it should be."""
    return Done("done", acts=(effect(run),))


def without_fence() -> Do:
    """Nobody asks whether the lease is still held."""
    leases.held = lambda *_, **__: None

    def slow(_: Ledger, run: Run) -> Done:
        time.sleep(0.01)
        return effect_with_its_end(_, run)

    return slow


def effect_before_its_end() -> Do:
    """In a transaction of its own: a kill in between does the job again."""

    def before(ledger: Ledger, run: Run) -> Done:
        ledger.append(*effect(run))
        time.sleep(0.01)
        return Done("done")

    return before


def ended_before_its_effect() -> Do:
    """A kill in between leaves a job that is never done."""

    def after(ledger: Ledger, run: Run) -> Done:
        ledger.change("UPDATE run SET state = 'done' WHERE id = ?", run.id)
        time.sleep(0.01)
        return Done("done", acts=(effect(run),))

    return after


def without_lease() -> Do:
    """Whoever comes first, and everybody else."""
    claimed = leases.claimed
    leases.claimed = lambda ledger, name, holder, _: claimed(ledger, name, holder, timedelta())
    return without_fence()


def done_and_given_up() -> Do:
    """The record says that it failed, though it was done."""

    def both(ledger: Ledger, run: Run) -> Done:
        ledger.append(*effect(run))
        raise Conflict("no")

    return both


MUTANTS = {
    one.__name__: one
    for one in (
        without_fence, effect_before_its_end, ended_before_its_effect, without_lease,
        done_and_given_up,
    )
}  # fmt: skip
"""What must be found, or the harness finds nothing: tests plant each."""
