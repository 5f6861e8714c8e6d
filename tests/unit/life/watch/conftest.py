"""A small project that lives on after its certificate: days made up as a test wants them."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import datetime, timedelta
from pathlib import Path

import ibis
import numpy as np
import pyarrow as pa
import pytest
import small_project
from pyarrow import parquet

from mainstay.bundle import manifest, runtime
from mainstay.bundle.manifest import Manifest
from mainstay.bundle.runtime import Runtime
from mainstay.contract import document
from mainstay.core.inputs import matrix
from mainstay.core.nouns import Estimate, Evidence
from mainstay.core.places import Places
from mainstay.data import columns as memory
from mainstay.data import engine, features
from mainstay.life.watch.order import Order, Serving

DAYS, PER_DAY = 40, 120
Columns = dict[str, np.ndarray]
Change = Callable[[Columns, np.random.Generator], None]


def nothing(columns: Columns, random: np.random.Generator) -> None:
    """Live as it was."""


def visits(days: int, change: Change, seed: int = 5) -> Columns:
    """Days after the end of the small project; logit: of the label, drawn after the change."""
    random = np.random.default_rng(seed)
    count = days * PER_DAY
    minute = np.sort(random.integers(0, days * 24 * 60, count))
    columns = {
        "day": minute / 1440,
        "at": np.datetime64(small_project.END.replace(tzinfo=None), "us")
        + minute.astype("timedelta64[m]"),
        "visit": np.array([f"w{number:05}" for number in range(count)]),
        "patient": np.array([f"p{number}" for number in random.integers(0, 900, count)]),
        "wait": random.integers(0, 60, count),
        "rain": np.round(random.gamma(0.5, 2.0, count), 1),
        "kind": random.choice(["new", "control", "scan"], count, p=[0.5, 0.4, 0.1]),
    }
    wet = 0.25 * columns["rain"] + 0.8 * (columns["kind"] == "new")
    columns["logit"] = -2.2 + 0.05 * columns["wait"] + wet
    change(columns, random)
    columns["missed"] = random.random(count) < 1 / (1 + np.exp(-columns["logit"]))
    return columns


def table(columns: Columns, names: tuple[str, ...]) -> pa.Table:
    made = {name: pa.array(columns[name], from_pandas=True) for name in names}
    made["at"] = pa.array(columns["at"], pa.timestamp("us")).cast(pa.timestamp("us", "UTC"))
    return pa.table(made)


def journal(columns: Columns) -> pa.Table:
    """As the door would have answered: rules of the contract keep some rows from the model."""
    rows = table(columns, ("visit", "at", "patient", "wait", "rain", "kind"))
    rain, count = columns["rain"], rows.num_rows
    outcome = np.where((rain < 0) | (rain > 100), "baseline", "model")
    outcome = np.where(columns["wait"] > 90, "rejected", outcome)
    said = {
        "mainstay_at": rows["at"],
        "mainstay_place": pa.array(np.arange(count)),
        "mainstay_outcome": pa.array(outcome),
        "mainstay_version": pa.array(np.where(outcome == "rejected", "", "v1")),
        "mainstay_flags": pa.array([""] * count),
        "mainstay_covered": pa.array(columns["kind"] != "scan"),
    }
    for name, values in said.items():
        rows = rows.append_column(name, values)
    return rows


def scored(rows: pa.Table, places: Places, digest: str) -> pa.Table:
    """The same with what v1 says of each."""
    opened = runtime.opened(places.bundle(digest), places.environments, expected=digest)
    try:
        stated = opened.manifest
        seen = memory.fetched(features.inputs(ibis.memtable(rows), stated.outputs))
        score = opened.scores(matrix(seen, stated.inputs))
    finally:
        opened.close()
    decision = np.where(score >= stated.threshold, "true", "false")
    rows = rows.append_column("mainstay_score", pa.array(score))
    return rows.append_column("mainstay_decision", pa.array(decision))


def labels(columns: Columns) -> pa.Table:
    made = table(columns, ("visit", "missed", "at"))
    return made.rename_columns(["visit", "missed", "known_at"])


def silo(project: Path, columns: Columns) -> None:
    """The live days after those trained on; every visit in a town of its own, with its rain."""
    path = project / "data" / "visits.parquet"
    before = parquet.read_table(path)
    towns = np.array([f"t{number}" for number in range(len(columns["visit"]))])
    names = ("visit", "patient", "town", "wait", "kind", "missed")
    after = table({**columns, "town": towns}, names).select(before.column_names)
    parquet.write_table(pa.concat_tables([before, after.cast(before.schema)]), path)
    with sqlite3.connect(project / "data" / "weather.db") as connection:
        moments = [f"{moment}+00:00" for moment in columns["at"]]
        rows = list(zip(towns.tolist(), moments, columns["rain"].tolist(), strict=True))
        connection.executemany("INSERT INTO hourly VALUES (?, ?, ?)", rows)
    connection.close()


def lived(
    project: Path, change: Change = nothing, days: int = DAYS, *, old: str = "", new: str = ""
) -> Order:
    """An order over days that a project lived under v1 with some change; old, new: of its contract.

    The tables hold all days; set `now` for a look at fewer.
    """
    contract = project / "contract.yaml"
    contract.write_text(contract.read_text().replace(old, new) if old else contract.read_text())
    columns = visits(days, change)
    silo(project, columns)
    places, connection = Places(project), engine.connect()
    (digest,) = (path.name for path in places.bundles.iterdir() if path.is_dir())
    return Order(
        document=document.read(contract),
        places=places,
        engine=connection,
        table=connection.create_table("answered", scored(journal(columns), places, digest)),
        labels=connection.create_table("labelled", labels(columns)),
        champion=Serving("v1", digest, small_project.END),
        previous=None,
        certified=(Evidence("roc_auc", "v1", "", "", estimate=Estimate(0.7, 0.68, 0.72, 700)),),
        not_after=day(180),
        since=small_project.END,
        first=small_project.END,
        now=day(days),
    )


def day(number: float) -> datetime:
    """Days after the certificate."""
    return small_project.END + timedelta(days=number)


@pytest.fixture
def live(born: Path, tmp_path: Path) -> Callable[..., Order]:
    """`lived` in a project of its own, beside the bundles of the certified one."""
    project = tmp_path / "lived"
    shutil.copytree(born, project, ignore=shutil.ignore_patterns(".mainstay"))
    (project / ".mainstay").mkdir()
    for name in ("bundles", "snapshots", "environments"):
        (project / ".mainstay" / name).symlink_to(born / ".mainstay" / name)
    return lambda *given, **named: lived(project, *given, **named)


@pytest.fixture
def opened(live: Callable[..., Order]) -> Iterator[Callable[..., tuple[Order, Runtime]]]:
    """`live` with its champion, open as a watch opens it."""
    with ExitStack() as stack:

        def made(*given: object, **named: object) -> tuple[Order, Runtime]:
            order = live(*given, **named)
            digest, places = order.champion.bundle, order.places
            champion = runtime.opened(
                places.bundle(digest), places.environments, expected=digest, tables=False
            )
            return order, stack.enter_context(closing(champion))

        yield made


@pytest.fixture
def stated(born: Path) -> Manifest:
    """Of v1."""
    bundles = Places(born).bundles
    return manifest.read(next(path for path in bundles.iterdir() if path.is_dir()))
