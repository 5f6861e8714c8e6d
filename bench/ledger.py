"""Processes that append to one ledger at once: how long one append takes, and whether one is lost.

Every append is durable when it returns (synchronous=FULL) and brings its state table up to date.
"""

import json
import multiprocessing
import os
import statistics
import tempfile
from argparse import Namespace
from multiprocessing.synchronize import Event, Semaphore
from pathlib import Path
from typing import NamedTuple

from bench.form import Report, options, progress
from mainstay.core import clock
from mainstay.core.nouns import Actor
from mainstay.ledger.store import Ledger
from mainstay.ledger.verify import verify

ACTOR = Actor("bench")


class Series(NamedTuple):
    """One run of all writers: seconds of each append, seconds in all, appends not found again."""

    appends: list[float]
    wall: float
    lost: int


def main() -> None:
    """Measure, print."""
    parser = options("ledger", __doc__)
    parser.add_argument("--writers", type=int, default=8, help="processes that append at once")
    parser.add_argument("--events", type=int, default=200, help="appended by all of them together")
    parser.add_argument("--ledger", default="", help="URL of a PostgreSQL, without a schema")
    chosen = parser.parse_args()
    repeat = min(chosen.repeat, 2) if chosen.quick else chosen.repeat
    report = Report("ledger", chosen.out)
    tell(report, chosen, [told(series(chosen, number), number) for number in range(repeat)])


def tell(report: Report, chosen: Namespace, runs: list[Series]) -> None:
    """The figures of every series, and the summary."""
    case = {"writers": chosen.writers, "events": chosen.events}
    halves = [1e3 * statistics.median(run.appends) for run in runs]
    half = report.figure(case, "append_p50_ms", halves, "ms")
    worst = report.figure(case, "append_max_ms", [1e3 * max(run.appends) for run in runs], "ms")
    rates = [len(run.appends) / run.wall for run in runs]
    report.figure(case, "events_per_second", rates, "1/s")
    lost = sum(run.lost for run in runs)
    report.summary({"p50_ms": half.value, "max_ms": worst.value, "lost": lost})


def told(run: Series, number: int) -> Series:
    """The same, with a line for a person who waits."""
    progress(f"series {number + 1}: {len(run.appends)} appends in {run.wall:.2f} s")
    return run


def series(chosen: Namespace, number: int = 0) -> Series:
    """All writers start together on a new ledger; afterwards it is verified and counted."""
    with tempfile.TemporaryDirectory(prefix="bench-ledger-") as folder:
        path = Path(folder) / "ledger.db"
        url = f"{chosen.ledger}?schema=bench_{os.getpid()}_{number}" if chosen.ledger else ""
        appends, wall = together(path, url, shares(chosen.events, chosen.writers))
        with Ledger(path, url) as ledger:
            flaws = verify(ledger)
            found = {event.payload["key"] for event in ledger.events()}
    if flaws:
        raise SystemExit(f"the ledger does not hold: {flaws[0]}")
    return Series(appends, wall, chosen.events - len(found))


def shares(events: int, writers: int) -> list[int]:
    """How many each writer appends, as equal as can be."""
    return [events // writers + (number < events % writers) for number in range(writers)]


def together(path: Path, url: str, counts: list[int]) -> tuple[list[float], float]:
    """Seconds of every append, and from the start until the last writer is gone."""
    context = multiprocessing.get_context("spawn")
    start, ready = context.Event(), context.Semaphore(0)
    writers = [
        context.Process(target=write, args=((path, url), number, count, start, ready))
        for number, count in enumerate(counts)
    ]
    for writer in writers:
        writer.start()
    for _ in writers:
        ready.acquire()
    started = clock.stopwatch()
    start.set()
    for writer in writers:
        writer.join()
    wall = clock.stopwatch() - started
    return [one for number in range(len(counts)) for one in taken(path, number)], wall


def write(place: tuple[Path, str], writer: int, count: int, start: Event, ready: Semaphore) -> None:
    """One process: wait for the others, append, leave behind how long each took."""
    seconds = []
    with Ledger(*place) as ledger:
        ready.release()
        start.wait()
        for number in range(count):
            payload = {"key": f"{writer}-{number}", "result": {"rows": number}}
            began = clock.stopwatch()
            ledger.append("StepDone", "bench", ACTOR, payload)
            seconds.append(clock.stopwatch() - began)
    notes(place[0], writer).write_text(json.dumps(seconds))


def taken(path: Path, writer: int) -> list[float]:
    """What a writer left behind; nothing where it died."""
    left = notes(path, writer)
    return list(json.loads(left.read_text())) if left.exists() else []


def notes(path: Path, writer: int) -> Path:
    """Where a writer leaves it."""
    return path.with_name(f"writer-{writer}.json")


if __name__ == "__main__":
    main()
