"""The small project in the field: a real door in this process, visits, labels, days that pass."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import small_project
from msgspec import json
from pyarrow import parquet

from mainstay.control.commands import Labels
from mainstay.control.handle import handle
from mainstay.core.places import Places
from mainstay.life.serve.app import App
from mainstay.life.serve.journal import Journal
from mainstay.life.serve.loader import Place
from mainstay.life.serve.watching import Watch

PER_DAY = 60
Record = dict[str, object]
Change = Callable[[Record], Record]


def set_clock(folder: Path, moment: datetime) -> None:
    """From here on it is that moment."""
    (folder / "clock").write_text(moment.isoformat())


@contextmanager
def door(folder: Path) -> Iterator[App]:
    """A door over what the project has published, following its routing when told to look."""
    places = Places(folder)
    place = Place(places.serving, places.serving / "environments", "production")
    watch = Watch(place, places.door, folder / "keys" / "trust.json")
    journal = Journal(places.door, every=0.005)
    try:
        watch.look()
        app = App(watch, journal)
        yield app
        while app.shadows.look():
            pass
        app.shadows.stop()
    finally:
        watch.stop()
        journal.close()


def answered(
    folder: Path,
    days: range,
    change: Change = lambda one: one,
    seed: int = 3,
    truth: Callable[[Record], object] = lambda one: one["missed"],
) -> list[Record]:
    """Asks for the visits of some days after the project's end; then their labels are known.

    truth: the label of an answer, where it is not that of the visit.
    """
    said = asked(folder, days, change, seed)
    (folder / "labels.csv").write_text(labels(said, truth))
    handle(folder, Labels("labels.csv"))
    return said


def asked(
    folder: Path, days: range, change: Change = lambda one: one, seed: int = 3
) -> list[Record]:
    """The same before anybody knows a label."""
    with door(folder) as app:
        said = [one for day in days for one in _day(folder, app, day, change, seed)]
    set_clock(folder, small_project.END + timedelta(days=days.stop))
    return said


def labels(
    said: list[Record], truth: Callable[[Record], object] = lambda one: one["missed"]
) -> str:
    """Of answers, as a file of them."""
    lines = "".join(f"{one['visit']},{truth(one)},{one['known_at']}\n" for one in said)
    return f"visit,missed,known_at\n{lines}"


def grown(folder: Path, days: range, seed: int = 3) -> None:
    """The silos as they are some days later: the same visits that `answered` asks about."""
    rows: list[Record] = []
    with closing(sqlite3.connect(folder / "data" / "weather.db")) as weather, weather:
        for day in days:
            for at, record, missed in _visits(day, seed):
                town = f"of {record['visit']}"
                seen = (town, (at - timedelta(minutes=1)).isoformat(), record["rain"])
                weather.execute("INSERT INTO hourly VALUES (?, ?, ?)", seen)
                rows.append({**record, "at": at, "town": town, "missed": missed})
    path = folder / "data" / "visits.parquet"
    before = parquet.read_table(path)
    parquet.write_table(pa.concat_tables([before, pa.Table.from_pylist(rows, before.schema)]), path)


def _visits(day: int, seed: int) -> Iterator[tuple[datetime, Record, bool]]:
    """Of one day after the project's end, in the order of time."""
    random = np.random.default_rng([seed, day])
    since = small_project.END + timedelta(days=day)
    for number, minute in enumerate(np.sort(random.integers(0, 660, PER_DAY)).tolist()):
        at = since + timedelta(minutes=minute)
        yield at, *_visit(random, f"d{day}-{number}", at)


def _day(folder: Path, app: App, day: int, change: Change, seed: int) -> Iterator[Record]:
    for at, record, missed in _visits(day, seed):
        set_clock(folder, at)
        status, reply, _ = app.door.handle(json.encode({"records": [change(record)]}))
        assert status == 200, reply
        known = at + timedelta(hours=12)
        answer: Record = json.decode(reply)["answers"][0]
        yield {**answer, "visit": record["visit"], "missed": missed, "known_at": known.isoformat()}


def _visit(random: np.random.Generator, key: str, at: datetime) -> tuple[Record, bool]:
    """As the project's own visits are made."""
    wait, rain = int(random.integers(0, 60)), float(np.round(random.gamma(0.5, 2.0), 1))
    kind = str(random.choice(["new", "control", "scan"], p=[0.5, 0.4, 0.1]))
    logit = -2.2 + 0.05 * wait + 0.25 * rain + 0.8 * (kind == "new")
    missed = bool(random.random() < 1 / (1 + np.exp(-logit)))
    record = small_project.record(
        visit=key, at=at.isoformat(), patient=f"p{random.integers(0, 900)}",
        wait=wait, rain=rain, kind=kind,
    )  # fmt: skip
    return record, missed
