"""What is asked of an importer, and what it says."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

from mainstay.trainer.portable.importing import imported

SIZE = [{"name": "size", "kind": "number", "levels": []}]
BINARY = {"inputs": SIZE, "task": "binary", "classes": [False, True]}
FILLED = (SimpleImputer(), ["size", "hour", "seen"])


def calibrated(estimator: Any, **parameters: Any) -> Any:
    return CalibratedClassifierCV(
        make_pipeline(make_column_transformer(FILLED), estimator), cv=3, **parameters
    )


FOREST = RandomForestClassifier(6, max_depth=4, random_state=0)
BOOSTING = GradientBoostingClassifier(n_estimators=6, random_state=0)
HELD = {
    "sigmoid of margins": calibrated(BOOSTING),
    "isotonic of shares": calibrated(FOREST, method="isotonic"),
    "one for all folds": calibrated(FOREST, ensemble=False),
    "at the end of a pipeline": make_pipeline(
        make_column_transformer(FILLED), CalibratedClassifierCV(FOREST, cv=3)
    ),
}


@pytest.mark.parametrize("name", HELD)
def test_a_calibration_is_held_exactly(name: str, told: Callable[..., Any]) -> None:
    found = told(HELD[name])

    assert (found.interpreter, found.engine) == (0, 0)


def test_a_calibration_of_three_classes_is_refused(refused: Callable[..., str]) -> None:
    said = refused(HELD["isotonic of shares"], "multiclass")

    assert said.endswith("sklearn.CalibratedClassifierCV of more than two classes")


def test_a_class_of_the_user_is_refused_by_its_name() -> None:
    answer, arrays = imported(object(), "pandas", BINARY)

    assert answer == {"why": "the portable form does not hold builtins.object"}
    assert arrays == []


def test_polars_columns_are_refused() -> None:
    answer, _ = imported(object(), "polars", BINARY)

    assert answer["why"] == "the portable form does not hold a model of polars columns"


def test_a_model_that_has_not_seen_every_class_is_refused() -> None:
    fitted = DecisionTreeClassifier().fit(np.arange(6.0).reshape(6, 1), [True] * 6)

    answer, _ = imported(fitted, "numpy", BINARY)

    assert answer["why"].endswith(
        "DecisionTreeClassifier that has not seen every class of the label"
    )


def test_another_release_whose_attributes_moved_is_no_crash(tmp_path: Path) -> None:
    fitted = DecisionTreeClassifier().fit(np.arange(6.0).reshape(6, 1), [False, True] * 3)
    del fitted.tree_

    answer, _ = imported(fitted, "numpy", BINARY)

    assert answer["why"].startswith(
        "the portable form cannot be made of sklearn.DecisionTreeClassifier: AttributeError"
    )
