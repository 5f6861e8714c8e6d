"""The sources as they are now."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import ibis.expr.types as ir
import pytest
import small_project
from ibis.backends.duckdb import Backend

from mainstay.contract import document
from mainstay.core.expressions import ColumnOf, Output
from mainstay.core.nouns import Dataset, Verdict
from mainstay.data import observation, rows
from mainstay.data.lineage import Born
from mainstay.data.observation import Observed
from mainstay.data.source import Reader

DAY = timedelta(days=1)


class Clinic:
    """A small project under a contract whose weather must be there."""

    def __init__(self, folder: Path, bench: Backend, clause: str) -> None:
        small_project.written(folder)
        self.folder, self.reader = folder, Reader(bench, folder, folder / "staged")
        text = small_project.CONTRACT.replace("take: [rain]", f"take: [rain], {clause}")
        self.contract = document.parsed(text.encode(), folder).contract
        found = (rows.named(self.contract, self.reader, one) for one in ("decisions", "weather"))
        datasets = tuple(Dataset(one.address, one.digest, one.columns, 1) for one in found)
        self.born = Born(datasets, ("visit", "rain"), (Output("rain", ColumnOf("rain")),))

    def weather(self, statement: str) -> None:
        with closing(sqlite3.connect(self.folder / "data" / "weather.db")) as base, base:
            base.execute(statement)

    def observed(self, days: float = 0.0) -> Observed:
        now = small_project.END + days * DAY
        return observation.observed(self.contract, self.reader, self.born, now - DAY, now)


@pytest.fixture
def clinic(tmp_path: Path, bench: Backend) -> Clinic:
    return Clinic(tmp_path / "clinic", bench, "sla: [{property: freshness, at_most: 2h}]")


def test_sources_in_order_block_nothing(clinic: Clinic) -> None:
    found = clinic.observed()

    assert [one.evidence.verdict for one in found.judged] == [Verdict.PASS]
    assert (found.blocks, found.unfit, found.unknown) == ((), frozenset(), ())


def test_what_is_not_kept_blocks(clinic: Clinic) -> None:
    found = clinic.observed(days=1)

    assert found.blocks == ("freshness of weather is 25 h, at most 2 h is agreed",)
    assert found.unfit == frozenset()


def test_what_only_warns_blocks_nothing(tmp_path: Path, bench: Backend) -> None:
    clinic = Clinic(tmp_path / "clinic", bench, "freshness: 2h")

    found = clinic.observed(days=1)

    assert [one.evidence.verdict for one in found.judged] == [Verdict.FAIL]
    assert found.blocks == ()


def test_of_a_source_that_cannot_be_read_nothing_is_known(clinic: Clinic) -> None:
    clinic.weather("ALTER TABLE hourly DROP COLUMN rain")

    found = clinic.observed()

    assert (found.unfit, found.judged) == ({"weather"}, ())
    assert [one.clause for one in found.unknown] == ["freshness, weather"]
    assert observation.evidence(found.unknown[0], "v1").verdict is Verdict.UNSURE
    assert found.blocks == ("weather: rain was float64 and is gone; it feeds rain",)


def test_values_that_cannot_be_read_are_told_though_columns_are_as_they_were(
    clinic: Clinic,
) -> None:
    clinic.weather("UPDATE hourly SET seen_at = 'soon' WHERE town = 'north'")

    found = clinic.observed()

    (why,) = found.blocks
    assert why.startswith("weather cannot be read: seen_at: 1,440 values are no time")
    assert found.unfit == {"weather"}
    assert [one.source for one in found.changed] == ["decisions", "weather"]


def test_nothing_is_asked_of_labels_before_the_first_one_came(
    stored: Callable[..., ir.Table],
) -> None:
    stated = "never_after: 3d, sla: [{property: freshness, at_most: 1d}]"
    text = small_project.CONTRACT.replace("never_after: 3d", stated)
    contract = document.parsed(text.encode(), Path("contract.yaml")).contract
    types, now = {"known_at": "timestamp('UTC')"}, small_project.END
    none, some = (stored(types, known_at=each) for each in ([], [now - 3 * DAY]))

    assert observation.of_labels(contract, none, now - DAY, now) == ()
    said = observation.of_labels(contract, some, now - DAY, now)
    assert observation.blocking(said) == ("freshness of labels is 72 h, at most 24 h is agreed",)
