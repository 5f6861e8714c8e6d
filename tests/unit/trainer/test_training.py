"""The rows a version learns from."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import small_project

from mainstay.contract import document
from mainstay.core.expressions import ColumnOf
from mainstay.core.nouns import Window
from mainstay.core.places import Places
from mainstay.core.rules import FieldRule, name
from mainstay.data import rows
from mainstay.data.source import Reader
from mainstay.life.build import build
from mainstay.trainer import training


def learned(folder: Path, window: Window) -> training.Learned:
    places = Places(folder)
    read = document.read(places.contract)
    connection = build.opened(places)
    reader = Reader(connection, folder, places.staged)
    found = rows.assembled(read.contract, reader, now=small_project.END)
    return training.learned(read, places, connection, found, window)


def test_rows_that_a_rule_stops_are_counted_and_not_learned_from(tmp_path: Path) -> None:
    folder = small_project.written(tmp_path / "p")
    text = (folder / "contract.yaml").read_text().replace("between: [0, 90]", "between: [0, 29]")
    (folder / "contract.yaml").write_text(text)

    found = learned(folder, Window(small_project.START, small_project.END))

    assert found.stopped > 1000
    assert found.dataset.rows == found.in_all - found.stopped
    assert int(found.table["wait"].max().to_pyarrow().as_py()) == 29


def test_a_decision_whose_label_is_not_known_yet_is_not_learned_from(tmp_path: Path) -> None:
    folder = small_project.written(tmp_path / "p")

    found = learned(folder, Window(small_project.START, small_project.END))

    last = found.table["at"].max().to_pyarrow().as_py()
    assert last <= small_project.END - timedelta(hours=12)


def test_only_the_window_is_learned_from(tmp_path: Path) -> None:
    folder = small_project.written(tmp_path / "p")
    window = Window(datetime(2024, 1, 5, tzinfo=UTC), datetime(2024, 1, 20, tzinfo=UTC))

    found = learned(folder, window)

    assert found.dataset.window is not None
    assert window.since <= found.dataset.window.since < found.dataset.window.until <= window.until


def test_what_is_imputed_is_learnt_frozen_and_learned_from(tmp_path: Path) -> None:
    folder = small_project.written(tmp_path / "p")
    stated = "between: [0, 90], on_breach: reject"
    meant = (
        "between: [0, 29], between_by: {town: {north: [10, null]}}, "
        "on_breach: impute, impute: median"
    )
    text = (folder / "contract.yaml").read_text().replace(stated, meant)
    (folder / "contract.yaml").write_text(text)

    found = learned(folder, Window(small_project.START, small_project.END))

    wait = next(one for one in found.meaning.rules if name(one) == "wait")
    assert isinstance(wait, FieldRule)
    assert found.stopped == 0
    assert wait.imputed in range(13, 21)  # the middle of 0..29 in the south, 10..29 in the north
    assert wait.by == ColumnOf("town", "string")
    assert "town" in [one.name for one in found.meaning.request]
    waits = found.table.select("town", "wait").to_pyarrow().to_pylist()
    assert min(one["wait"] for one in waits if one["town"] == "north") == 10
    assert max(one["wait"] for one in waits) == 29
    assert sum(one["wait"] == wait.imputed for one in waits) > found.in_all / 3
