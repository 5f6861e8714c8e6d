"""What the columns of sources are no longer."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest
import small_project
from ibis.backends.duckdb import Backend
from pyarrow import parquet

from mainstay.contract import document
from mainstay.core.errors import Broken
from mainstay.core.expressions import ColumnOf, Output
from mainstay.core.nouns import Dataset, Verdict
from mainstay.data import changes, rows
from mainstay.data.changes import Changed
from mainstay.data.lineage import Born
from mainstay.data.source import Reader


class Clinic:
    """A small project whose silos change after a version was built of them."""

    def __init__(self, folder: Path, bench: Backend, schema: str = "") -> None:
        small_project.written(folder)
        self.folder, self.reader = folder, Reader(bench, folder, folder / "staged")
        stated = f"take: [rain], sla: [{{property: schema, on_breach: {schema}}}]"
        text = small_project.CONTRACT
        self.contract = document.parsed(
            text.replace("take: [rain]", stated if schema else "take: [rain]").encode(), folder
        ).contract
        datasets = tuple(
            Dataset(one.address, one.digest, one.columns, 1)
            for one in (
                rows.named(self.contract, self.reader, name) for name in ("decisions", "weather")
            )
        )
        request = ("visit", "at", "patient", "wait", "rain", "kind")
        outputs = tuple(Output(name, ColumnOf(name)) for name in ("wait", "rain", "kind"))
        self.born = Born(datasets, request, outputs)

    def visits(self, **columns: object) -> None:
        """Other columns; None takes one away."""
        path = self.folder / "data" / "visits.parquet"
        table = parquet.read_table(path)
        for name, values in columns.items():
            table = table.drop([name]) if name in table.column_names else table
            table = table if values is None else table.append_column(name, values)
        parquet.write_table(table, path)

    def weather(self, statement: str) -> None:
        with closing(sqlite3.connect(self.folder / "data" / "weather.db")) as base, base:
            base.execute(statement)

    def changed(self) -> dict[str, Changed]:
        found = changes.changes(self.contract, self.reader, self.born)
        return {one.source: one for one in found}


@pytest.fixture
def clinic(tmp_path: Path, bench: Backend) -> Clinic:
    return Clinic(tmp_path / "clinic", bench)


COUNT = small_project.DAYS * small_project.PER_DAY


def test_sources_as_they_were_are_fit(clinic: Clinic) -> None:
    found = clinic.changed()

    assert list(found) == ["decisions", "weather"]
    assert all(one.fit and not one.broken for one in found.values())
    assert changes.evidence(found["weather"], "v1").verdict is Verdict.PASS
    changes.refuse(tuple(found.values()), "training")


def test_a_column_of_another_type_blocks_and_names_what_it_feeds(clinic: Clinic) -> None:
    clinic.visits(wait=pa.array(["long"] * COUNT))

    one = clinic.changed()["decisions"]

    assert one.used == ("wait",)
    assert one.what == "decisions: wait was int64 and is string; it feeds wait"
    with pytest.raises(Broken, match="wait was int64 and is string; it feeds wait: training is st"):
        changes.refuse((one,), "training")


def test_a_column_that_is_gone_blocks(clinic: Clinic) -> None:
    clinic.weather("ALTER TABLE hourly DROP COLUMN rain")

    one = clinic.changed()["weather"]

    assert one.what == "weather: rain was float64 and is gone; it feeds rain"
    assert (one.blocks, changes.evidence(one, "v1").verdict) == (True, Verdict.FAIL)


def test_a_time_that_is_none_any_more_blocks(clinic: Clinic) -> None:
    clinic.weather("ALTER TABLE hourly DROP COLUMN seen_at")
    clinic.weather("ALTER TABLE hourly ADD COLUMN seen_at INTEGER DEFAULT 5")

    assert clinic.changed()["weather"].used == ("seen_at",)


def test_what_nothing_is_made_of_is_told_and_stops_nothing(clinic: Clinic) -> None:
    clinic.visits(ward=pa.array(["a"] * COUNT))

    one = clinic.changed()["decisions"]

    assert (one.used, one.broken, one.blocks) == ((), False, False)
    assert changes.evidence(one, "v1").note == "ward is new"


@pytest.mark.parametrize(("schema", "blocks"), [("warn", False), ("block", True)])
def test_the_contract_says_what_follows_of_a_change_that_nothing_is_made_of(
    tmp_path: Path, bench: Backend, schema: str, *, blocks: bool
) -> None:
    clinic = Clinic(tmp_path / schema, bench, schema)
    clinic.weather("ALTER TABLE hourly ADD COLUMN wind REAL")

    one = clinic.changed()["weather"]

    assert (one.fit, one.broken, one.blocks) == (True, True, blocks)


def test_a_source_that_cannot_be_read_is_told_with_the_reason(clinic: Clinic) -> None:
    (clinic.folder / "data" / "weather.db").unlink()

    one = clinic.changed()["weather"]

    assert one.what.startswith("weather cannot be read: there is no file data/weather.db")
    assert one.what.endswith("; it feeds rain")
    seen = changes.evidence(one, "v1")
    assert (seen.verdict, seen.estimate) == (Verdict.FAIL, None)


def test_many_inputs_are_not_all_named() -> None:
    assert changes.feeding(tuple("abcdefgh")) == "; it feeds a, b, c, d, e, f and 2 more"
    assert changes.feeding(()) == ""
