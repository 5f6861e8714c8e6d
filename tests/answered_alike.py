"""Batches that other engines answer beside one of this machine: each file of theirs is its file."""

import random
import shutil
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import small_project
from pyarrow import parquet

from mainstay.control.commands import Deploy, Score
from mainstay.control.handle import handle

SINCE, UNTIL = small_project.END - timedelta(days=2), small_project.END


def live(ripe: Path, folder: Path) -> Path:
    """A project whose v1 is live, and visits of which each rule is broken by some."""
    made = small_project.copied(ripe, folder)
    with small_project.acting(made, small_project.AUTHOR):
        handle(made, Deploy("v1", 1.0))
    table = parquet.read_table(made / "data" / "visits.parquet")
    parquet.write_table(_spoilt(table), made / "visits.parquet", row_group_size=200)
    return made


def here(folder: Path) -> dict[str, bytes]:
    """The files of a batch on this machine; then they go."""
    handle(folder, Score("visits.parquet", SINCE, UNTIL, "answers"))
    made = files(folder)
    cleared(folder)
    return made


def cleared(folder: Path) -> None:
    shutil.rmtree(folder / "answers")
    shutil.rmtree(folder / ".mainstay" / "journal" / "batch")


def files(folder: Path) -> dict[str, bytes]:
    """All that is written of a batch, for its readers and for the watch."""
    found = [*(folder / "answers").rglob("*"), *(folder / ".mainstay/journal/batch").rglob("*")]
    there = [one for one in found if one.is_file() and one.name[0] != "."]
    return {str(one.relative_to(folder)): one.read_bytes() for one in there}


def of_rows(found: dict[str, bytes]) -> dict[str, bytes]:
    """Without the manifest, which names the table they come from."""
    return {name: one for name, one in found.items() if name.endswith(".parquet")}


def agrees(found: dict[str, bytes], wanted: dict[str, bytes]) -> None:
    """Every file of rows, byte for byte; the manifest names another table as their source."""
    assert sorted(found) == sorted(wanted)
    assert any("quarantine" in one for one in wanted)
    assert not [name for name, one in of_rows(wanted).items() if found[name] != one]


def _spoilt(table: pa.Table) -> pa.Table:
    """In an order of its own, and not labelled."""
    rows = table.to_pylist()
    for at, row in enumerate(rows):
        row["wait"] = None if at % 31 == 0 else -1 if at % 29 == 0 else row["wait"]
        row["kind"] = [row["kind"], None, "home", "Zürich"][at % 7 if at % 7 < 4 else 0]
    random.Random(3).shuffle(rows)
    return pa.Table.from_pylist(rows, table.schema).drop_columns(["missed"])
