"""Every estimator of scikit-learn against its own answers, ordinary rows and hard ones."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.compose import make_column_transformer
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import (
    ElasticNet,
    Lasso,
    LinearRegression,
    LogisticRegression,
    Ridge,
    SGDClassifier,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

NUMBERS, TEXT = ["size", "hour", "seen"], ["origin"]
SMALL = {"n_estimators": 12, "random_state": 0}
GROWN = {"n_estimators": 12, "max_depth": 6, "random_state": 0}


def after(estimator: Any, *steps: Any) -> Any:
    hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    filled = make_pipeline(SimpleImputer(), *(steps or (StandardScaler(),)))
    return make_pipeline(make_column_transformer((filled, NUMBERS), (hot, TEXT)), estimator)


def raw(estimator: Any) -> Any:
    """Missing values reach the estimator itself."""
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
    parts = make_column_transformer((codes, TEXT), ("passthrough", NUMBERS))
    return make_pipeline(parts, estimator)


def binned(kind: Any, **parameters: Any) -> Any:
    return kind(max_iter=12, random_state=0, **parameters)


HELD = {
    "logistic": (after(LogisticRegression()), "binary"),
    "logistic of three": (after(LogisticRegression()), "multiclass"),
    "logistic liblinear": (after(LogisticRegression(solver="liblinear")), "binary"),
    "descent": (after(SGDClassifier(loss="log_loss", random_state=0)), "binary"),
    "descent of three": (after(SGDClassifier(loss="log_loss", random_state=0)), "multiclass"),
    "least squares": (after(LinearRegression()), "regression"),
    "ridge": (after(Ridge()), "regression"),
    "lasso": (after(Lasso(0.01)), "regression"),
    "elastic net": (after(ElasticNet(0.01)), "regression"),
    "tree": (after(DecisionTreeClassifier(max_depth=7, random_state=0)), "binary"),
    "tree of one leaf": (after(DecisionTreeRegressor(min_samples_leaf=400)), "regression"),
    "tree of missing": (raw(DecisionTreeRegressor(max_depth=7, random_state=0)), "regression"),
    "forest": (after(RandomForestClassifier(**GROWN)), "binary"),
    "forest of three": (after(RandomForestClassifier(**GROWN)), "multiclass"),
    "forest of numbers": (after(RandomForestRegressor(**GROWN)), "regression"),
    "extra trees": (after(ExtraTreesClassifier(**GROWN)), "binary"),
    "extra trees of numbers": (after(ExtraTreesRegressor(**GROWN)), "regression"),
    "boosting": (after(GradientBoostingClassifier(**SMALL)), "binary"),
    "boosting of three": (after(GradientBoostingClassifier(**SMALL)), "multiclass"),
    "boosting of numbers": (after(GradientBoostingRegressor(**SMALL)), "regression"),
    "boosting from zero": (after(GradientBoostingClassifier(**SMALL, init="zero")), "binary"),
    "bins": (raw(binned(HistGradientBoostingClassifier)), "binary"),
    "bins of three": (raw(binned(HistGradientBoostingClassifier)), "multiclass"),
    "bins of numbers": (after(binned(HistGradientBoostingRegressor)), "regression"),
    "bins of categories": (
        raw(binned(HistGradientBoostingClassifier, categorical_features=[0])),
        "binary",
    ),
    "bins by type": (
        binned(HistGradientBoostingClassifier, categorical_features="from_dtype"),
        "binary",
    ),
}
FOREIGN = {
    "sklearn.GaussianNB": (after(GaussianNB()), "binary"),
    "sklearn.SGDClassifier with loss='modified_huber'": (
        after(SGDClassifier(loss="modified_huber")),
        "binary",
    ),
    "sklearn.GradientBoostingClassifier with loss='exponential'": (
        after(GradientBoostingClassifier(**SMALL, loss="exponential")),
        "binary",
    ),
    "sklearn.GradientBoostingClassifier with init=sklearn.DummyClassifier": (
        after(GradientBoostingClassifier(**SMALL, init=DummyClassifier())),
        "binary",
    ),
    "sklearn.HistGradientBoostingRegressor with loss='poisson'": (
        make_pipeline(
            make_column_transformer(("passthrough", NUMBERS)),
            binned(HistGradientBoostingRegressor, loss="poisson"),
        ),
        "multiclass",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HELD)
def test_an_estimator_is_held_exactly(name: str, told: Callable[..., Any]) -> None:
    found = told(*HELD[name])

    assert (found.interpreter, found.engine) == (0, 0)
    assert found.rows > 5_000


@pytest.mark.parametrize("why", FOREIGN)
def test_what_is_not_held_is_refused_by_name(why: str, refused: Callable[..., str]) -> None:
    said = refused(*FOREIGN[why])

    assert said == f"the portable form does not hold {why}"
