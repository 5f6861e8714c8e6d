"""Rows as a version decides them."""

from pathlib import Path
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest
import small_project
from msgspec import structs

from mainstay.bundle import runtime
from mainstay.bundle.runtime import Runtime
from mainstay.contract import document
from mainstay.contract.model import Contract
from mainstay.core.columns import Text
from mainstay.core.places import Places
from mainstay.core.rules import FieldRule
from mainstay.data import engine, snapshot
from mainstay.trainer import scored


def contract(folder: Path) -> Contract:
    return document.read(small_project.written(folder / "p") / "contract.yaml").contract


def test_days_are_those_of_the_decision_in_utc() -> None:
    hour = 3_600_000_000

    days = scored.days(np.array([23 * hour, 24 * hour, 47 * hour, 100 * hour]))

    np.testing.assert_array_equal(days, [0, 1, 1, 2])


def test_a_decision_without_an_entity_is_one_of_its_own(tmp_path: Path) -> None:
    columns = {
        "visit": Text(np.arange(4, dtype=np.int32), ("a", "b", "c", "d")),
        "patient": Text(np.array([0, -1, 0, -1], dtype=np.int32), ("p",)),
    }

    codes = scored.entities(contract(tmp_path), columns)

    assert codes[0] == codes[2]
    assert len({codes[0], codes[1], codes[3]}) == 3


def test_a_text_label_is_its_code() -> None:
    text = Text(np.array([1, 0], dtype=np.int32), ("no", "yes"))

    np.testing.assert_array_equal(scored.numbers(text), [1.0, 0.0])
    np.testing.assert_array_equal(scored.numbers(np.array([True, False])), [1.0, 0.0])


@pytest.mark.parametrize("classes", [(10, 20, 30), (1, 2, 3), (-7, 0, 4)])
def test_a_class_that_is_a_number_is_its_place(classes: tuple[int, ...]) -> None:
    several = SimpleNamespace(task="multiclass", classes=classes)
    first, second, third = classes
    label = np.array([third, first, second, second + 100])
    missing = np.array([float(second), np.nan])

    found = scored.numbers(scored.placed(label, several))

    np.testing.assert_array_equal(found, [2, 0, 1, -1])
    np.testing.assert_array_equal(scored.numbers(scored.placed(missing, several)), [1, -1])
    assert scored.placed(label, SimpleNamespace(task="regression", classes=())) is label


def test_rows_are_scored_and_decided_as_the_version_does(born: Path) -> None:
    places = Places(born)
    digest = next(path.name for path in places.bundles.iterdir() if path.is_dir())
    opened = runtime.opened(places.bundle(digest), places.environments, expected=digest)
    trained = opened.manifest.datasets[0].digest
    rows = snapshot.read(engine.connect(), trained, places.snapshots).order_by("visit").limit(50)

    found = scored.scored(rows, document.read(places.contract).contract, opened)

    opened.close()
    assert set(np.unique(found.label)) == {0.0, 1.0}
    np.testing.assert_array_equal(found.decided, found.score >= opened.manifest.threshold)
    assert len(found.blocks[0]) == len(found.columns["visit"].codes) == 50


def test_a_row_that_needs_a_stand_in_is_scored_here_as_at_the_door(born: Path) -> None:
    places = Places(born)
    digest = next(path.name for path in places.bundles.iterdir() if path.is_dir())
    opened = runtime.opened(places.bundle(digest), places.environments, expected=digest)
    stated = opened.manifest
    wait = FieldRule("wait", "integer", nullable=False, on_breach="impute", high=20, imputed=9)
    door = Runtime(structs.replace(stated, rules=(wait,)), opened.engine, "v1", ())
    trained = snapshot.read(engine.connect(), stated.datasets[0].digest, places.snapshots)
    rows = trained.order_by("visit").limit(50)
    records = [
        msgspec.json.encode(one) for one in rows.select(stated.columns).to_pyarrow().to_pylist()
    ]

    found = scored.scored(rows, document.read(places.contract).contract, door)
    judged = door.guard.judged(b'{"records": [' + b",".join(records) + b"]}")

    assert isinstance(judged, list)
    answers = [door.answer(one) for one in judged]
    opened.close()
    assert {flag for one in answers for flag in one.flags} == {"wait"}
    np.testing.assert_array_equal(found.score, [one.score for one in answers])


""
