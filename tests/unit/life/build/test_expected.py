"""What a bundle keeps for the watch."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from mainstay.bundle import layout, manifest
from mainstay.core.columns import Text
from mainstay.core.inputs import Input
from mainstay.core.places import Places
from mainstay.data.answered import Answered
from mainstay.data.records import DECISION, SCORE
from mainstay.life.build import expected
from mainstay.life.build.fitting import Prepared
from mainstay.trainer.fit import Training


@pytest.fixture
def bundle(born: Path) -> Path:
    (made,) = Places(born).bundles.iterdir()
    return made


def test_a_bundle_holds_answers_about_every_day_it_learned_from(bundle: Path) -> None:
    learned = manifest.read(bundle).datasets[0]

    found = msgspec.json.decode((bundle / layout.SCORES).read_bytes(), type=Answered)

    rows = sum(one.rows for one in found.windows)
    assert 0.95 * learned.rows < rows <= learned.rows  # the last day is not over
    assert (found.seconds, found.models) == (86_400, 4)
    assert [one.name for one in found.windows[0].columns] == [SCORE, DECISION]


def test_importances_are_those_of_the_fields_and_make_one(bundle: Path) -> None:
    shares = manifest.read(bundle).importance

    assert set(shares) == {"wait", "rain", "kind"}
    assert sum(shares.values()) == pytest.approx(1, abs=1e-5)
    assert max(shares, key=shares.get) == "wait"


def prepared(label: Text | np.ndarray, task: str) -> Prepared:
    rows = np.zeros((len(getattr(label, "codes", label)), 1))
    return Prepared(Training(Path(), (Input("a", "number"),), rows, label, task), {})


def test_decisions_are_told_as_the_journal_tells_them() -> None:
    three = np.array([[0.2, 0.7, 0.1], [0.5, 0.2, 0.3]])
    text = prepared(Text(np.array([0, 1, 2], dtype=np.int32), ("b", "c", "d")), "multiclass")
    whole = prepared(np.array([1, 2, 3]), "multiclass")
    yes = prepared(np.array([False, True]), "binary")

    assert expected._decisions(text, three, None) == ["c", "b"]
    assert expected._decisions(whole, three, None) == ["2", "1"]
    assert expected._decisions(yes, np.array([0.4, 0.5]), 0.5) == ["false", "true"]
    assert expected._decisions(yes, np.array([0.4, 0.5]), None) is None
