"""A project small enough for a test: 3,000 visits of 60 days, one context, a model of 20 trees."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from msgspec import structs
from pyarrow import parquet

from mainstay.bundle import environment as environments_of
from mainstay.bundle import manifest
from mainstay.bundle.manifest import Engine
from mainstay.bundle.runtime import LOCK
from mainstay.core import digest, settings
from mainstay.seal import certificate, checks, dsse, keys, routing, trust
from mainstay.seal.certificate import Certificate, Environment, Scope
from mainstay.seal.routing import Routing, Share

DAYS, PER_DAY = 60, 50
START = datetime(2024, 1, 1, tzinfo=UTC)
END = START + timedelta(days=DAYS)
AFTER = END + timedelta(days=1)
AUTHOR, APPROVER = "ana", "lead"

CONTRACT = """\
mainstay: 1
model: no-show
owner: clinic
objective:
  decision: Call patients who will not come.
  why_ml: A rule by weekday finds too few.
  task: binary
  value: {currency: EUR, true_positive: 10, false_positive: -2}
  good_enough:
    - {metric: roc_auc, at_least: 0.6}
  baseline: {rate_by: [kind]}
data:
  decisions: {from: data/visits.parquet, key: visit, time: at, entity: patient}
  context:
    weather:
      {from: "sqlite:///data/weather.db#hourly", on: town, as_of: seen_at, within: 6h, take: [rain]}
  label: {column: missed, known_after: 12h, never_after: 3d}
  fields:
    wait: {type: integer, unit: day, between: [0, 90], on_breach: reject}
    rain: {type: number, unit: mm, between: [0, 100], nulls: allowed, on_breach: fallback}
    kind: {type: string, one_of: observed, on_breach: flag}
certify:
  hold_out: 15d
  calibration_error: {at_most: 0.15}
  slices: {by: [kind], metric: roc_auc, at_least: 0.4, least_rows: 200}
serve: {latency_p99: 10s}
access: {approver: lead}
"""
FEATURES = """\
def features(row):
    return row.select("wait", "rain", "kind", weekday=row.at.day_of_week.index())
"""
MODEL = """\
# /// script
# requires-python = ">=3.11"
# dependencies = ["lightgbm", "pandas", "scikit-learn"]
# ///
from lightgbm import LGBMClassifier


def train(inputs, label):
    return LGBMClassifier(n_estimators=20, random_state=0, verbose=-1).fit(inputs, label)
"""


def written(folder: Path, seed: int = 0) -> Path:
    """The three files and the two silos in a folder."""
    (folder / "data").mkdir(parents=True)
    (folder / "contract.yaml").write_text(CONTRACT)
    (folder / "features.py").write_text(FEATURES)
    (folder / "model.py").write_text(MODEL)
    random = np.random.default_rng(seed)
    rain = _weather(folder / "data" / "weather.db", random)
    parquet.write_table(_visits(random, rain), folder / "data" / "visits.parquet")
    return folder


def _weather(path: Path, random: np.random.Generator) -> dict[str, np.ndarray]:
    hours = DAYS * 24
    rain = {town: np.round(random.gamma(0.5, 2.0, hours), 1) for town in ("north", "south")}
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE hourly (town TEXT, seen_at TEXT, rain REAL)")
        for town, amounts in rain.items():
            rows = [
                (town, (START + timedelta(hours=hour)).isoformat(), amount)
                for hour, amount in enumerate(amounts.tolist())
            ]
            connection.executemany("INSERT INTO hourly VALUES (?, ?, ?)", rows)
    connection.close()
    return rain


def _visits(random: np.random.Generator, rain: dict[str, np.ndarray]) -> pa.Table:
    count = DAYS * PER_DAY
    minutes = np.sort(random.integers(0, DAYS * 24 * 60, count))
    town = random.choice(["north", "south"], count)
    wait = random.integers(0, 60, count)
    kind = random.choice(["new", "control", "scan"], count, p=[0.5, 0.4, 0.1])
    wet = np.array([rain[name][minute // 60] for name, minute in zip(town, minutes, strict=True)])
    logit = -2.2 + 0.05 * wait + 0.25 * wet + 0.8 * (kind == "new")
    missed = random.random(count) < 1 / (1 + np.exp(-logit))
    return pa.table(
        {
            "visit": [f"v{number:05}" for number in range(count)],
            "at": pa.array(
                [START + timedelta(minutes=int(minute)) for minute in minutes],
                pa.timestamp("us", "UTC"),
            ),
            "patient": [f"p{number}" for number in random.integers(0, 900, count)],
            "town": town,
            "wait": wait,
            "kind": kind,
            "missed": missed,
        }
    )


LINKED = Path(".mainstay", "environments"), Path(".mainstay", "work", "clean-room")
"""Half a gigabyte each, and seconds to make: projects of the same lock share them."""


def copied(folder: Path, target: Path) -> Path:
    """A project to do anything with; its environments are only linked."""
    ignored = _ignored([folder / place for place in LINKED])
    shutil.copytree(folder, target, symlinks=True, ignore=ignored, copy_function=_copied)
    return furnished(target, folder)


def _copied(file: str, target: str) -> None:
    """What SQLite keeps beside an open database goes when somebody else closes it."""
    try:
        shutil.copy2(file, target)
    except FileNotFoundError:
        if not file.endswith(("-shm", "-wal")):
            raise


def furnished(folder: Path, by: Path) -> Path:
    """A project with the environments of another, so that it need not make its own."""
    for place in LINKED:
        (folder / place).mkdir(parents=True, exist_ok=True)
        for made in (by / place).iterdir():
            (folder / place / made.name).symlink_to(made.resolve())
    return folder


def environment(folder: Path, name: str) -> dict[str, str]:
    """Of a process in which somebody acts on a project, in the time of the project."""
    return {
        **os.environ, "MAINSTAY_CLOCK": str(folder / "clock"), "MAINSTAY_KEY": name,
        "MAINSTAY_KEYS": str(folder / "keys"),
    }  # fmt: skip


@contextmanager
def acting(folder: Path, name: str) -> Iterator[None]:
    """As somebody of a small project, on the day after its last visit."""
    (folder / "clock").write_text((END + timedelta(days=1)).isoformat())
    values = {
        "MAINSTAY_CLOCK": str(folder / "clock"),
        "MAINSTAY_KEYS": str(folder / "keys"),
        "MAINSTAY_KEY": name,
    }
    with settings.given(values):
        yield


def _ignored(folders: list[Path]) -> Callable[[str, list[str]], list[str]]:
    """Everything in these folders, nothing of any other."""
    return lambda at, names: names if Path(at) in folders else []


class Serving(NamedTuple):
    """A serving folder of the approved project, and what a door of its own needs."""

    project: Path
    folder: Path
    log: Path

    @property
    def keys(self) -> Path:
        return self.project / "keys"

    @property
    def clock(self) -> Path:
        return self.project / "clock"

    @property
    def bundle(self) -> Path:
        return self.folder / "bundles" / self.certificate().version.bundle

    def certificate(self) -> Certificate:
        """Of v1, as approved."""
        envelope = dsse.read(self.project / ".mainstay" / "certificates" / "v1.json")
        return certificate.opened(envelope, trust.read(self.keys))

    def certified(self, number: int = 1, *, approved: bool = True, **changes: object) -> Share:
        """The same bundle as another version, or under another certificate; all the requests."""
        stated = self.certificate()
        numbered = structs.replace(stated.version, number=number)
        changed = structs.replace(stated, **{"version": numbered, **changes})
        version = changed.version
        envelope = certificate.issued(changed, keys.load(self.keys, AUTHOR))
        if approved:
            approver = keys.load(self.keys, APPROVER)
            envelope = checks.approved(envelope, approver, trust.read(self.keys))
        content = dsse.encoded(envelope)
        sha = digest.of_bytes(content)
        (self.folder / "certificates" / f"{sha}.json").write_bytes(content)
        return Share(version.name, version.bundle, sha, 1.0)

    def with_a_worker(
        self,
        number: int = 1,
        environment: Environment = "production",
        built: Path | None = None,
        **changes: object,
    ) -> Share:
        """A version that its model's own process answers, certified and in place.

        built: its bundle in the state of a project; without it, the model is that of v1.
        """
        origin = built or self.bundle
        stated = manifest.read(origin)
        environments = self.folder / routing.ENVIRONMENTS
        environments.mkdir(exist_ok=True)
        made = environments_of.place(origin / LOCK, environments, stated.python)
        state = built.parents[1] if built else self.project / ".mainstay"
        if not (environments / made.name).exists():
            (environments / made.name).symlink_to(state / "environments" / made.name)
        engine = Engine("worker", stated.engine.files)
        return self.changed(number, environment, origin, engine=engine, **changes)

    def changed(
        self,
        number: int = 1,
        environment: Environment = "production",
        built: Path | None = None,
        **changes: object,
    ) -> Share:
        """A version whose manifest says something else, certified and in place; built: of v1."""
        draft = self.folder / "draft"
        shutil.copytree(built or self.bundle, draft)
        stated = manifest.read(draft)
        (draft / manifest.FILE).unlink()
        sha = manifest.written(draft, structs.replace(stated, **changes))
        folder = draft.rename(self.folder / routing.BUNDLES / sha)
        version = structs.replace(self.certificate().version, number=number, bundle=sha)
        return self.certified(version=version, files=digest.files(folder), scope=Scope(environment))

    def publish(self, sequence: int, *shares: Share, **changes: object) -> Routing:
        """The routing of these shares, in place of the one before, in one step."""
        stated = self.certificate()
        usual = {
            "model": stated.version.model, "sequence": sequence,
            "environment": stated.scope.environment, "issued": stated.issued,
            "shares": shares or (self.certified(),),
        }  # fmt: skip
        table = Routing(**{**usual, **changes})
        draft = self.folder / "routing.new"
        draft.write_bytes(dsse.encoded(routing.signed(table, keys.load(self.keys, AUTHOR))))
        draft.replace(self.folder / routing.FILE)
        return table

    def beside(self, model: str) -> "Serving":
        """The serving folder of another model, whose certificates and routing say so."""
        made = Namesake(
            self.project, self.folder.with_name(model), self.log.with_name(f"l-{model}")
        )
        shutil.copytree(self.folder, made.folder)
        return made


class Namesake(Serving):
    """A model of another name: that of its folder; the rest is as in the project."""

    def certificate(self) -> Certificate:
        """Of v1, under the other name."""
        stated = super().certificate()
        version = structs.replace(stated.version, model=self.folder.name)
        return structs.replace(stated, version=version)


def serving(project: Path, folder: Path) -> Serving:
    """The bundle of an approved project where a door finds it, without a routing."""
    made = Serving(project, folder / "serving", folder / "log")
    for name in ("bundles", "certificates"):
        (made.folder / name).mkdir(parents=True)
    shutil.copytree(
        project / ".mainstay" / "bundles" / made.certificate().version.bundle, made.bundle
    )
    return made


def record(**changes: object) -> dict[str, object]:
    """One visit as a caller sends it."""
    usual = {
        "visit": "v1", "at": "2024-03-01T09:00:00Z", "patient": "p1", "wait": 20, "kind": "new",
        "rain": 1.5,
    }  # fmt: skip
    return {**usual, **changes}
