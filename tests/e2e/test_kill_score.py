"""kill -9 in the middle of `score`: no row is lost, doubled or half written.

At every moment readers see whole files with rows of one partition each, and after a kill the same
command ends with the very bytes of a run that nobody killed. The harness counts only because it
catches a writer that is planted to write in place.
"""

import os
import random
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import conftest
import deltalake
import pyarrow as pa
import pytest
import small_project
from forked import Forked, forked
from pyarrow import parquet
from small_project import environment
from tabled import Row, Tabled

from mainstay.control.commands import Deploy, Score
from mainstay.control.handle import handle

KILLS = int(os.environ.get("MAINSTAY_TEST_KILLS", "30"))
IN_A_ROW = 3
PATIENCE = 20.0  # seconds until whoever scored for a run that was killed has noticed
MUTANTS = 3
SINCE = small_project.END - timedelta(days=8)
PROGRAM = """
import os, sys
from datetime import datetime
from pathlib import Path
from mainstay.control.commands import Score
from mainstay.control.handle import handle
{mutant}
os.write(1, b"ready\\n")
handle(Path(sys.argv[1]), Score(out=sys.argv[2], since=datetime.fromisoformat("{since}")))
os.write(1, b"done\\n")
"""
APART = """
from mainstay.life.score import apart
apart.MANY = 1
"""
MUTANT = """
import time
from mainstay.life.score import layout
whole = layout.named
def in_place(draft, target):
    if ".mainstay" in target.parts:
        return whole(draft, target)
    content = draft.read_bytes()
    with target.open("wb") as file:
        file.write(content[: len(content) // 2])
        file.flush()
        os.write(1, b"half\\n")
        time.sleep(1)
        file.write(content[len(content) // 2 :])
layout.named = in_place
"""
TORN = """
import time
from contextlib import nullcontext
import psycopg
from mainstay.data.silos import table
psycopg.Connection.transaction = lambda _: nullcontext()
whole = table.Table._clear
def in_steps(target, name):
    whole(target, name)
    os.write(1, b"half\\n")
    time.sleep(1)
table.Table._clear = in_steps
"""

ADDING = """
import time
import deltalake
whole = deltalake.write_deltalake
def added(table, rows, **how):
    whole(table, rows, mode="append")
    os.write(1, b"half\\n")
    time.sleep(1)
deltalake.write_deltalake = added
"""


@pytest.fixture(scope="module")
def live(ripe: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("score") / "no-show"
    small_project.copied(ripe, folder)
    with conftest.acting(folder, small_project.AUTHOR):
        handle(folder, Deploy("v1", 1.0))
        handle(folder, Score(out="whole", since=SINCE))
        yield folder


def begun(folder: Path, out: str, mutant: str = "") -> Forked:
    command = forked(
        PROGRAM.format(mutant=mutant, since=SINCE.isoformat()),
        str(folder),
        out,
        variables=environment(folder, small_project.AUTHOR),
    )
    assert command.stdout.readline() == "ready\n"
    return command


def ran(folder: Path, out: str, within: float | None, how: str = "") -> tuple[float, bool]:
    """Seconds until its end or its kill, and whether it ended."""
    command, began = begun(folder, out, how), time.monotonic()
    command.process.join(within)
    command.process.kill()
    return time.monotonic() - began, command.rest() == "done\n"


@dataclass
class Kills:
    """Runs, each killed at any moment of so many seconds; one that ends before says how many."""

    folder: Path
    chance: random.Random
    lasted: float
    count: int = 0

    def run(self, out: str, how: str = "") -> None:
        took, ended = ran(self.folder, out, self.chance.uniform(0.05, self.lasted), how)
        self.lasted = (self.lasted + took) / 2 if ended else self.lasted
        self.count += not ended


def engines(folder: Path) -> list[str]:
    """Processes that score for a project."""
    found = []
    for one in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it ended meanwhile
            words = one.read_bytes().decode().split("\0")
            if "mainstay.life.score.apart_process" in words and str(folder) in " ".join(words):
                found.append(one.parent.name)
    return found


def awaited(folder: Path, count: int) -> None:
    """So many of them."""
    until = time.monotonic() + PATIENCE
    while len(found := engines(folder)) != count:
        assert time.monotonic() < until, found


def files(folder: Path) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*.parquet")}


def flaws(folder: Path, whole: Path) -> list[str]:
    """What a reader of `*.parquet` would stumble over."""
    found = []
    for path in sorted(folder.rglob("*.parquet")):
        wanted = parquet.read_table(whole / path.relative_to(folder))
        try:
            if parquet.read_table(path) != wanted:
                found.append(f"{path.name} holds other rows")
        except (pa.ArrowInvalid, OSError) as error:
            found.append(f"{path.name}: {error}")
    return found


def in_table(made: dict[str, bytes]) -> dict[str, list[Row]]:
    """Answers of files by partition, as a table gives them."""
    read = {
        Path(name).stem: parquet.read_table(pa.BufferReader(some))
        for name, some in made.items()
        if "/" not in name
    }
    return {
        name: [(name, *row.values()) for row in some.sort_by("visit").to_pylist()]
        for name, some in sorted(read.items())
    }


def in_lake(folder: Path) -> dict[str, list[Row]]:
    """The same of a table of Delta Lake; nothing where there is none."""
    if not deltalake.DeltaTable.is_deltatable(str(folder)):
        return {}
    found: dict[str, list[Row]] = {}
    read = deltalake.DeltaTable(folder).to_pyarrow_table().sort_by("visit").to_pylist()
    for row in sorted(read, key=lambda row: str(row["mainstay_partition"])):
        found.setdefault(row["mainstay_partition"], []).append(tuple(row.values()))
    return found


def torn(found: dict[str, list[Row]], *states: dict[str, list[Row]]) -> list[str]:
    """Partitions that are neither as they were nor as they shall be."""
    return [name for name, some in found.items() if some not in [one.get(name) for one in states]]


@pytest.mark.slow
def test_a_batch_survives_kills_at_any_point(live: Path) -> None:
    whole = live / "whole"
    lasted, ended = ran(live, "timed", None)
    assert ended
    kills = Kills(live, random.Random(11), lasted)
    for number in range(KILLS // IN_A_ROW):
        out, how = live / f"out{number}", APART if number % 2 else ""
        for _ in range(IN_A_ROW):  # of a run, and of those that go on with it
            kills.run(out.name, how)
            assert flaws(out, whole) == []
        _, ended = ran(live, out.name, None, how)
        assert ended
        assert files(out) == files(whole)
        assert not [one for one in out.rglob(".new-*") if one.is_file()]
        shutil.rmtree(out)

    assert kills.count > KILLS / 3
    awaited(live, 0)


@pytest.mark.slow
def test_a_batch_into_a_table_survives_them_too(live: Path, tabled: Tabled) -> None:
    name = tabled.address
    wanted = in_table(files(live / "whole"))
    lasted, ended = ran(live, name, None)
    assert ended
    assert tabled.rows() == wanted
    kills = Kills(live, random.Random(13), lasted)
    for _ in range(KILLS // 3):
        tabled.run("DELETE FROM {}.scores_mainstay")
        kills.run(name)
        assert tabled.rows() == wanted
        tabled.run("TRUNCATE {}.scores")
        kills.run(name)
        found = tabled.rows()
        assert found.items() <= wanted.items()
        _, ended = ran(live, name, None)
        assert ended
        assert tabled.rows() == wanted

    assert kills.count > KILLS / 5


@pytest.mark.slow
def test_a_batch_into_a_lake_survives_them_too(live: Path) -> None:
    wanted = in_table(files(live / "whole"))
    lasted, ended = ran(live, "delta:///lake", None)
    assert ended
    assert in_lake(live / "lake") == wanted
    kills = Kills(live, random.Random(17), lasted)
    for number in range(KILLS // 3):
        if number % 2 == 0:
            shutil.rmtree(live / "lake")
        else:
            deltalake.DeltaTable(live / "lake").delete("visit LIKE '%7'")
        left = in_lake(live / "lake")
        kills.run("delta:///lake")
        assert torn(in_lake(live / "lake"), left, wanted) == []
        _, ended = ran(live, "delta:///lake", None)
        assert ended
        assert in_lake(live / "lake") == wanted

    assert kills.count > KILLS / 9


@pytest.mark.slow
def test_the_harness_sees_who_scores(live: Path) -> None:
    command = begun(live, "seen", APART)
    awaited(live, 2)
    command.process.kill()
    command.rest()

    awaited(live, 0)


@pytest.mark.slow
def test_the_harness_sees_a_writer_that_writes_in_place(live: Path) -> None:
    for number in range(MUTANTS):
        out = f"mutant{number}"
        command = begun(live, out, MUTANT)
        for _ in range(1 + number):
            assert command.stdout.readline() == "half\n"
        command.process.kill()
        command.rest()

        assert len(flaws(live / out, live / "whole")) == 1


@pytest.mark.slow
def test_the_harness_sees_a_writer_without_transactions(live: Path, tabled: Tabled) -> None:
    assert ran(live, tabled.address, None)[1]
    tabled.run("DELETE FROM {}.scores_mainstay")

    command = begun(live, tabled.address, TORN)
    assert command.stdout.readline() == "half\n"
    command.process.kill()
    command.rest()

    found = tabled.rows()
    assert found != in_table(files(live / "whole"))


@pytest.mark.slow
def test_the_harness_sees_a_writer_that_only_adds(live: Path) -> None:
    assert ran(live, "delta:///added", None)[1]
    deltalake.DeltaTable(live / "added").delete("visit LIKE '%7'")
    left = in_lake(live / "added")

    command = begun(live, "delta:///added", ADDING)
    assert command.stdout.readline() == "half\n"
    command.process.kill()
    command.rest()

    found = in_lake(live / "added")
    assert torn(found, left, in_table(files(live / "whole"))) != []
