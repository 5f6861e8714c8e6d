"""Bitmaps of rows say what LightGBM says, bit for bit, or there are none."""

from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mixed_rows import INPUTS, Matrix, drawn, frame, signal

from mainstay.bundle import leaves, lightgbm_leaves, places
from mainstay.bundle.leaves import MANY
from mainstay.bundle.lightgbm import Booster

LIBRARY = next(Path(str(lightgbm.__file__)).parent.rglob("lib_lightgbm.*"))
SIZE: dict[str, Any] = {"n_estimators": 30, "num_leaves": 31, "verbose": -1, "n_jobs": 1}
ROWS = drawn(6_000)
TEXTS = [at for at, one in enumerate(INPUTS) if one.kind == "text"]
ODD = st.sampled_from([
    0.0, -0.0, 1e-35, -1e-35, places.NOTHING, -places.NOTHING, 1e-34, -0.5, 0.5, 1.0, 2.0, -1.0,
    7.9, 1e9, float("nan"),
])  # fmt: skip


def fitted(**changes: Any) -> str:
    """The text of a classifier."""
    model = lightgbm.LGBMClassifier(**{**SIZE, **changes})
    return str(model.fit(frame(ROWS), signal(ROWS) > 4).booster_.model_to_string())


@pytest.fixture(scope="module")
def text() -> str:
    return fitted()


@pytest.fixture(scope="module")
def booster(text: str, tmp_path_factory: pytest.TempPathFactory) -> Booster:
    return Booster(saved(text, tmp_path_factory.mktemp("leaves")), LIBRARY)


def saved(text: str, folder: Path) -> Path:
    (folder / "model.txt").write_text(text)
    return folder / "model.txt"


def one_by_one(booster: Booster, rows: Matrix) -> Matrix:
    return np.array([booster.score(row) for row in rows.tolist()])


def test_rows_on_and_beside_every_kind_of_threshold_score_the_same(
    text: str, booster: Booster
) -> None:
    tables = lightgbm_leaves.of_lightgbm(text)
    assert tables
    rows = np.vstack([ROWS[:2_000], tables.leaves.drawn(6_000, len(INPUTS))])

    assert np.array_equal(tables.scores(rows), one_by_one(booster, rows))


@given(values=st.lists(st.lists(ODD, min_size=len(INPUTS), max_size=len(INPUTS)), max_size=9))
def test_odd_values_score_the_same_in_a_batch_and_alone(
    booster: Booster, values: list[list[float]]
) -> None:
    rows = np.vstack([ROWS[:MANY], *([values] if values else [])])

    assert booster._leaves
    assert np.array_equal(booster.scores(rows), one_by_one(booster, rows))


@pytest.mark.parametrize("value", [np.inf, -np.inf, 2.0**31, -(2.0**40)])
def test_values_that_are_no_category_go_to_the_library(booster: Booster, value: float) -> None:
    rows = ROWS[: 2 * MANY].copy()
    rows[3, TEXTS[0]] = value

    assert booster._leaves
    assert not booster._leaves.hold(rows)
    assert np.array_equal(booster.scores(rows), one_by_one(booster, rows))


@pytest.mark.parametrize(
    "changes",
    [
        {"num_leaves": 2}, {"max_depth": 3}, {"use_missing": False}, {"cat_smooth": 1.0},
        {"num_leaves": 32, "min_child_samples": 1}, {"boosting_type": "dart"},
        {"num_leaves": 256, "min_child_samples": 1, "n_estimators": 5},
        {"n_estimators": 1, "min_child_samples": 5_000},
    ],
)  # fmt: skip
def test_trees_of_other_shapes_score_the_same(changes: dict[str, Any], tmp_path: Path) -> None:
    text = fitted(**changes)
    tables = lightgbm_leaves._held(text, worth=False)
    assert tables
    rows = np.vstack([ROWS[:500], tables.leaves.drawn(500, len(INPUTS))])

    booster = Booster(saved(text, tmp_path), LIBRARY)
    assert np.array_equal(tables.scores(rows), one_by_one(booster, rows))


def test_a_regression_scores_the_same(tmp_path: Path) -> None:
    model = lightgbm.LGBMRegressor(**SIZE).fit(frame(ROWS), signal(ROWS))
    booster = Booster(saved(str(model.booster_.model_to_string()), tmp_path), LIBRARY)

    assert booster._leaves
    assert np.array_equal(booster.scores(ROWS), one_by_one(booster, ROWS))


@pytest.mark.parametrize(
    "changes",
    [
        {"num_leaves": 257, "min_child_samples": 1}, {"zero_as_missing": True},
        {"boosting_type": "rf", "bagging_freq": 1, "subsample": 0.5},
        {"objective": "cross_entropy"},
    ],
)  # fmt: skip
def test_models_of_another_kind_have_no_tables(changes: dict[str, Any], tmp_path: Path) -> None:
    text = fitted(**changes)

    assert lightgbm_leaves.of_lightgbm(text) is None
    assert np.isfinite(Booster(saved(text, tmp_path), LIBRARY).scores(ROWS)).all()


def test_several_classes_and_linear_leaves_have_no_tables() -> None:
    classes = np.digitize(signal(ROWS), [3.0, 5.0])
    several = lightgbm.LGBMClassifier(**SIZE).fit(frame(ROWS), classes)
    linear = lightgbm.LGBMRegressor(**SIZE, linear_tree=True).fit(ROWS[:, 1:3], signal(ROWS))

    for model in (several, linear):
        assert lightgbm_leaves.of_lightgbm(str(model.booster_.model_to_string())) is None


def test_large_tables_and_those_that_are_not_faster_are_not_made(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("MOST_BYTES", "LEVEL"):
        with monkeypatch.context() as tight:
            tight.setattr(leaves, limit, 0)
            assert lightgbm_leaves.of_lightgbm(text) is None
    assert lightgbm_leaves.of_lightgbm(text)


@pytest.mark.parametrize("planted", ["threshold", "leaf_value"])
def test_tables_that_say_anything_else_are_not_used(
    text: str, planted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = lightgbm_leaves._tree

    def off(lines: Any) -> Any:
        values = lines[planted].split()
        values[0] = repr(np.nextafter(float(values[0]), np.inf))
        return kept({**lines, planted: " ".join(values)})

    monkeypatch.setattr(lightgbm_leaves, "_tree", off)
    booster = Booster(saved(text, tmp_path), LIBRARY)

    assert booster._leaves is None
    assert np.array_equal(booster.scores(ROWS[:200]), one_by_one(booster, ROWS[:200]))
