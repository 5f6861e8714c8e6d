"""What a bundle keeps for the watch."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest

from mainstay.bundle import layout, manifest
from mainstay.contract import document
from mainstay.contract.operation import Abstain
from mainstay.core.columns import Text
from mainstay.core.inputs import Input
from mainstay.core.nouns import Window
from mainstay.core.places import Places
from mainstay.data.answered import Answered
from mainstay.data.records import DECISION, SCORE
from mainstay.life.build import expected
from mainstay.life.build.fitting import Prepared
from mainstay.stats import chances
from mainstay.stats.chances import Chances
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


def test_a_bundle_holds_the_chances_of_each_outcome_by_its_scores(bundle: Path) -> None:
    learned = manifest.read(bundle).datasets[0]

    found = msgspec.json.decode((bundle / layout.CHANCES).read_bytes(), type=Chances)

    assert found.missed[:, :, -1].sum() == learned.rows
    assert chances.chances(found, np.array([0.05, 0.95]), np.zeros((2, 4)))[:, 1].tolist() == (
        pytest.approx([found.rising[0].chance[0], found.rising[0].chance[-1]], abs=0.15)
    )


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

    assert expected._decisions(text, three, None, ()) == ["c", "b"]
    assert expected._decisions(whole, three, None, ()) == ["2", "1"]
    assert expected._decisions(yes, np.array([0.4, 0.5]), 0.5, ()) == ["false", "true"]
    assert expected._decisions(yes, np.array([0.4, 0.5]), None, ()) is None


def test_by_what_classes_are_worth_another_than_the_likeliest_may_be_told() -> None:
    three = np.array([[0.2, 0.7, 0.1], [0.5, 0.2, 0.3]])
    text = prepared(Text(np.array([0, 1, 2], dtype=np.int32), ("b", "c", "d")), "multiclass")
    matrix = ((0.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 9.0))

    assert expected._decisions(text, three, None, matrix) == ["d", "d"]
    assert expected._of_decided(three, matrix).tolist() == [0.1, 0.3]


@pytest.mark.parametrize("to", ["person", "baseline"])
def test_answers_that_are_not_the_models_are_expected_as_the_door_gives_them(
    born: Path, to: str
) -> None:
    score = np.arange(5, 100, 5) / 100
    contract = document.read(born / "contract.yaml").contract
    serve = contract.serve.model_copy(update={"abstain": Abstain(between=(0.4, 0.6), to=to)})
    contract = contract.model_copy(update={"serve": serve})
    since = datetime(2024, 1, 1, tzinfo=UTC)
    moments = since.timestamp() * 1e6 + np.arange(19) * 1e6
    given = prepared(np.array([False, True] * 9 + [True]), "binary")._replace(
        columns={"at": moments.astype(np.int64)}
    )
    span = Window(since, since + timedelta(days=1))
    learned = SimpleNamespace(dataset=SimpleNamespace(window=span))

    (window,) = expected.scores(contract, given, learned, score, 0.5).windows

    _, decisions = window.columns
    inside = int(((score >= 0.4) & (score <= 0.6)).sum())
    assert inside == 5
    assert (window.rows, decisions.nulls) == ((19, 5) if to == "person" else (14, 0))
    assert dict(zip(decisions.levels, decisions.counts, strict=True)) == {"false": 7, "true": 7}
