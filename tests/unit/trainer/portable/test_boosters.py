"""LightGBM and XGBoost against their own answers, ordinary rows and hard ones."""

from collections.abc import Callable
from typing import Any

import pytest
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from xgboost import XGBClassifier, XGBRegressor

NUMBERS, TEXT = ["size", "hour", "seen"], ["origin"]
LIGHT = {"n_estimators": 15, "verbose": -1, "random_state": 0, "min_child_samples": 5}
EXTREME = {"n_estimators": 15, "max_depth": 5, "enable_categorical": True}


def after(estimator: Any, *, sparse: bool = False) -> Any:
    hot = OneHotEncoder(handle_unknown="ignore", sparse_output=sparse)
    filled = make_pipeline(SimpleImputer(), StandardScaler())
    numbers = [] if sparse else [(filled, NUMBERS)]
    return make_pipeline(make_column_transformer(*numbers, (hot, TEXT)), estimator)


HELD = {
    "lightgbm": (LGBMClassifier(**LIGHT), "binary"),
    "lightgbm of three": (LGBMClassifier(**LIGHT), "multiclass"),
    "lightgbm of numbers": (LGBMRegressor(**LIGHT), "regression"),
    "lightgbm in a pipeline": (after(LGBMClassifier(**LIGHT)), "binary"),
    "lightgbm of one leaf": (LGBMClassifier(**{**LIGHT, "min_child_samples": 500}), "binary"),
    "xgboost": (XGBClassifier(**EXTREME), "binary"),
    "xgboost of three": (XGBClassifier(**EXTREME), "multiclass"),
    "xgboost of numbers": (XGBRegressor(**EXTREME), "regression"),
    "xgboost in a pipeline": (after(XGBClassifier(**EXTREME)), "binary"),
}
FOREIGN = {
    "lightgbm.LGBMRegressor with objective='poisson'": (
        LGBMRegressor(**LIGHT, objective="poisson"),
        "multiclass",
    ),
    "lightgbm.LGBMClassifier with boosting_type='rf'": (
        LGBMClassifier(**LIGHT, boosting_type="rf", subsample=0.5, subsample_freq=1),
        "binary",
    ),
    "lightgbm.LGBMClassifier with zero_as_missing=True": (
        LGBMClassifier(**LIGHT, zero_as_missing=True),
        "binary",
    ),
    "lightgbm with linear_tree=True": (LGBMClassifier(**LIGHT, linear_tree=True), "binary"),
    "xgboost.XGBClassifier with booster='dart'": (
        XGBClassifier(**EXTREME, booster="dart"),
        "binary",
    ),
    "xgboost.XGBClassifier with missing=-1": (XGBClassifier(**EXTREME, missing=-1), "binary"),
    "xgboost.XGBRegressor with objective='count:poisson'": (
        XGBRegressor(**EXTREME, objective="count:poisson"),
        "multiclass",
    ),
    "xgboost.XGBClassifier of a sparse matrix, whose zeros it takes for missing": (
        after(XGBClassifier(**EXTREME), sparse=True),
        "binary",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HELD)
def test_a_booster_is_held_exactly(name: str, told: Callable[..., Any]) -> None:
    found = told(*HELD[name])

    assert (found.interpreter, found.engine) == (0, 0)
    assert found.rows > 5_000


@pytest.mark.parametrize("why", FOREIGN)
def test_what_is_not_held_is_refused_by_name(why: str, refused: Callable[..., str]) -> None:
    said = refused(*FOREIGN[why])

    assert said == f"the portable form does not hold {why}"
