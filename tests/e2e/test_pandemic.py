"""A pandemic over the flights of the example: from one day on most airlines stay on the ground.

The real flights of 2013. From the break on only short ones of three airlines before noon are left,
with their own outcomes: many inputs move at once, and few decisions remain. Half of the models'
life is lived as commands in the time of the flights; every fit, gate and answer is a real one.
"""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import lived
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import small_project
from msgspec import json
from pyarrow import parquet

from mainstay.cli.demo import year
from mainstay.control import project as projects
from mainstay.control.commands import (
    Approve,
    Build,
    Certify,
    Deploy,
    Features,
    Labels,
    NewKey,
    Run,
    Trust,
)
from mainstay.control.handle import handle
from mainstay.core import settings
from mainstay.core.answers import Answer
from mainstay.core.errors import Refused

pytestmark = pytest.mark.slow
BORN, BREAK = datetime(2013, 3, 2, tzinfo=UTC), datetime(2013, 3, 12, tzinfo=UTC)
DAY, LATE, SHARE = timedelta(days=1), timedelta(hours=12), 0.35
AUTHOR, APPROVER = small_project.AUTHOR, small_project.APPROVER
CHANGES = {
    "hold_out: 31d": "hold_out: 14d",
    "at_least: 0.66}": "at_least: 0.58}",
    "    - {metric: value_over_baseline_per_1000, at_least: 100}\n": "",
    "latency_p99: 20ms": "latency_p99: 10s",
    "approver: operations-lead": f"approver: {APPROVER}",
    "n_estimators=200": "n_estimators=40",
}


def struck(flights: pa.Table) -> pa.Table:
    """A share of the flights before the break, and what is left of them after it."""
    early = pc.less(flights["sched_dep"], pa.scalar(BREAK))
    drawn = pa.array(np.random.default_rng(1).random(flights.num_rows) < SHARE)
    flying = pc.is_in(flights["carrier"], pa.array(["EV", "MQ", "B6"]))
    short = pc.and_(pc.less(flights["distance"], 900), pc.less(flights["hour"], 12))
    left = pc.and_(pc.invert(early), pc.and_(flying, short))
    return flights.filter(pc.or_(pc.and_(early, drawn), left))


def key(folder: Path, name: str) -> dict[str, str]:
    return {
        "MAINSTAY_KEY": name, "MAINSTAY_KEYS": str(folder / "keys"),
        "MAINSTAY_CLOCK": str(folder / "clock"),
    }  # fmt: skip


def written(out: Path) -> Path:
    """The example's project over the struck flights, with short gates and a small model."""
    folder = year.staged(out, 0).project
    path = folder / "data" / "flights.parquet"
    parquet.write_table(struck(parquet.read_table(path)), path)
    for name in ("contract.yaml", "model.py"):
        text = (folder / name).read_text()
        for old, new in CHANGES.items():
            text = text.replace(old, new)
        (folder / name).write_text(text)
    return folder


def stated(folder: Path, unforeseen: str) -> None:
    path = folder / "contract.yaml"
    old = "retrain: when_it_pays}"
    path.write_text(path.read_text().replace(old, f"{old[:-1]}, unforeseen: {unforeseen}}}"))


def asked(folder: Path, since: datetime, until: datetime) -> None:
    """The flights of some days are asked about at the door; what became known by then is told."""
    out = folder / "requests.jsonl"
    lived.set_clock(folder, until)
    handle(folder, Features(since, str(out)))
    records = [json.decode(line) for line in out.read_bytes().splitlines()]
    with lived.door(folder) as app:
        for record in records:
            lived.set_clock(folder, datetime.fromisoformat(record["sched_dep"]))
            status, reply, _ = app.door.handle(json.encode({"records": [record]}))
            assert status == 200, reply
    lived.set_clock(folder, until)
    labelled(folder, until)


def labelled(folder: Path, until: datetime) -> None:
    """Half a day after its departure it is known of a flight whether it was late."""
    flights = parquet.read_table(
        folder / "data" / "flights.parquet",
        columns=["flight_id", "late", "sched_dep"],
        filters=(pc.field("sched_dep") >= pa.scalar(BORN))
        & (pc.field("sched_dep") <= pa.scalar(until - LATE))
        & pc.field("late").is_valid(),
    )
    moments = pc.add(flights["sched_dep"], pa.scalar(LATE))
    told = flights.drop_columns("sched_dep").append_column("known_at", moments)
    parquet.write_table(told, folder / "labels.parquet")
    handle(folder, Labels("labels.parquet"))


@pytest.fixture(scope="module")
def born(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Live since ten quiet days, under a contract that lets the baseline answer; do not change."""
    folder = written(tmp_path_factory.mktemp("born") / "flights")
    stated(folder, "{answer: baseline, train: recent}")
    lived.set_clock(folder, BORN)
    with settings.given(key(folder, AUTHOR)):
        for name, role in ((AUTHOR, "author"), (APPROVER, "approver")):
            handle(folder, NewKey(name))
            handle(folder, Trust(name, role))
        handle(folder, Build())
        handle(folder, Certify())
        approved(folder, "v1")
        handle(folder, Deploy("v1", 1.0))
        asked(folder, BORN, BREAK)
        handle(folder, Run())
    return folder


@pytest.fixture
def flights(born: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of it, while its author acts."""
    folder = small_project.copied(born, tmp_path / "flights")
    with settings.given(key(folder, AUTHOR)):
        yield folder


def approved(folder: Path, name: str) -> Answer:
    with settings.given(key(folder, APPROVER)):
        return handle(folder, Approve(name, "the gates hold"))


def step(said: Answer, name: str) -> str:
    """What a step of a run said."""
    return str(said.facts["steps"][name]["headline"])


def steps(said: Answer) -> list[str]:
    return list(said.facts["steps"])


def kinds(folder: Path, kind: str) -> list[dict[str, object]]:
    with projects.opened(folder) as opened:
        return [one.payload for one in opened.ledger.events(kind=kind, subject="flight-delay")]


def events(folder: Path) -> list[dict[str, object]]:
    """Incidents of something unforeseen."""
    return [one for one in kinds(folder, "IncidentOpened") if one["clause"] == "unforeseen"]
