"""The stage of the demo: the flights of 2013, a project of its own, a clock that is told."""

import contextlib
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from pyarrow import parquet

from mainstay.core import settings
from mainstay.core.errors import Missing, Mistake

YEAR = 2013
FILES = ("contract.yaml", "features.py", "model.py", "prepare.py")
EXAMPLE = Path("examples/flights")
AUTHOR, APPROVER = "data-scientist", "operations-lead"
REPLAY = "replay"


class Stage(msgspec.Struct, frozen=True):
    """Where the demo plays: a folder with the project, keys, the clock and what comes out."""

    out: Path

    @property
    def project(self) -> Path:
        return self.out / "project"

    @property
    def keys(self) -> Path:
        return self.out / "keys"

    @property
    def clock(self) -> Path:
        return self.out / "clock"


def month(number: int) -> datetime:
    """The first moment of a month of the year, UTC; the thirteenth is the end of it."""
    return datetime(YEAR + (number - 1) // 12, (number - 1) % 12 + 1, 1, tzinfo=UTC)


def staged(out: Path, seed: int, tables: Path | None = None) -> Stage:
    """A fresh project with the example's files and its three silos.

    seed: written into the contract. tables: silos made elsewhere, to copy. Raises Missing where
    the example is not there, Mistake where `out` holds something that is not a demo.
    """
    stage = Stage(out.resolve())
    _cleared(stage)
    stage.project.mkdir(parents=True)
    for name in FILES:
        shutil.copy(_example() / name, stage.project)
    (stage.project / "raw").symlink_to((_example() / "raw").resolve())
    if seed:
        _seeded(stage.project / "contract.yaml", seed)
    if tables:
        shutil.copytree(tables, stage.project / "data")
    else:
        subprocess.run([sys.executable, "prepare.py"], cwd=stage.project, check=True)
    return stage


def set_clock(stage: Stage, moment: datetime) -> None:
    """From here on it is that moment, in every process that reads this clock."""
    fresh = stage.clock.with_suffix(".new")
    fresh.write_text(moment.isoformat(), encoding="utf-8")
    fresh.replace(stage.clock)


def sizes(stage: Stage) -> dict[str, int]:
    """Rows of the silos, by name."""
    data = stage.project / "data"
    with contextlib.closing(sqlite3.connect(data / "weather.db")) as weather:
        hours = weather.execute("SELECT count(*) FROM hourly").fetchone()[0]
    with (data / "planes.csv").open(encoding="utf-8") as planes:
        known = sum(1 for _ in planes) - 1
    flights = parquet.read_metadata(data / "flights.parquet").num_rows
    return {"flights": flights, "hours of weather": hours, "planes": known}


@contextmanager
def acting(stage: Stage, name: str) -> Iterator[None]:
    """As somebody, with their key, at the time of the demo's clock."""
    values = {
        "MAINSTAY_CLOCK": str(stage.clock),
        "MAINSTAY_KEYS": str(stage.keys),
        "MAINSTAY_KEY": name,
    }
    with settings.given(values):
        yield


def _example() -> Path:
    here = Path(__file__).resolve()
    places = [Path.cwd() / EXAMPLE, *(parent / EXAMPLE for parent in here.parents)]
    for place in places:
        if (place / "raw").is_dir():
            return place
    raise Missing(
        f"the flights of the demo are not here: looked for {EXAMPLE} in {Path.cwd()} and above"
        f" {here.parent}",
        hint="clone the repository and run  make demo",
    )


def _cleared(stage: Stage) -> None:
    """An earlier demo gives way; anything else in the folder is not ours to remove."""
    if not stage.out.exists() or not any(stage.out.iterdir()):
        return
    if not (stage.project / "prepare.py").is_file():
        raise Mistake(f"{stage.out} holds something that is no demo", hint="--out names another")
    shutil.rmtree(stage.out)


def _seeded(contract: Path, seed: int) -> None:
    with contract.open("a", encoding="utf-8") as file:
        file.write(f"train: {{seed: {seed}}}\n")
