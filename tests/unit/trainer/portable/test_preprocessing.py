"""Every transformer against scikit-learn's own answers, ordinary rows and hard ones."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.compose import make_column_transformer
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    RobustScaler,
    StandardScaler,
)
from sklearn.tree import DecisionTreeClassifier

NUMBERS, TEXT = ["size", "hour", "seen"], ["origin"]
FILLED = (SimpleImputer(), NUMBERS)


def tree(*parts: Any, **parameters: Any) -> Any:
    made = make_column_transformer(*parts, **parameters)
    return make_pipeline(made, DecisionTreeClassifier(max_depth=6, random_state=0))


def linear(*parts: Any, **parameters: Any) -> Any:
    made = make_column_transformer(*parts, **parameters)
    return make_pipeline(made, LogisticRegression())


def filled(*steps: Any) -> tuple[Any, list[str]]:
    return make_pipeline(SimpleImputer(strategy="median"), *steps), NUMBERS


ORDINAL = {"handle_unknown": "use_encoded_value", "unknown_value": -1}
HELD = {
    "impute": tree(FILLED),
    "indicate": tree((SimpleImputer(strategy="mean", add_indicator=True), NUMBERS)),
    "standard": tree(filled(StandardScaler())),
    "standard without mean": tree(filled(StandardScaler(with_mean=False))),
    "robust": tree(filled(RobustScaler())),
    "range": tree(filled(MinMaxScaler())),
    "range clipped": linear(filled(MinMaxScaler(clip=True))),
    "largest": linear(filled(MaxAbsScaler())),
    "ordinal": tree(FILLED, (OrdinalEncoder(**ORDINAL), TEXT)),
    "ordinal missing": tree(FILLED, (OrdinalEncoder(**ORDINAL, encoded_missing_value=7), TEXT)),
    "ordinal strict": tree(FILLED, (OrdinalEncoder(), ["hour", "wet"])),
    "hot": tree(FILLED, (OneHotEncoder(handle_unknown="ignore", sparse_output=False), TEXT)),
    "hot sparse": linear((OneHotEncoder(handle_unknown="ignore"), [*TEXT, "hour"])),
    "hot first dropped": tree(FILLED, (OneHotEncoder(drop="first", sparse_output=False), TEXT)),
    "hot strict": tree((OneHotEncoder(sparse_output=False), ["hour"]), FILLED),
    "hot or rare": tree((OneHotEncoder(handle_unknown="infrequent_if_exist"), ["wet"]), FILLED),
    "text filled": tree(
        FILLED,
        (
            make_pipeline(
                SimpleImputer(strategy="constant", fill_value="none"),
                OneHotEncoder(handle_unknown="ignore", sparse_output=False),
            ),
            TEXT,
        ),
    ),
    "text filled by the frequent": tree(
        FILLED,
        (
            make_pipeline(SimpleImputer(strategy="most_frequent"), OrdinalEncoder(**ORDINAL)),
            TEXT,
        ),
    ),
    "bins": tree(filled(KBinsDiscretizer(5, encode="ordinal", strategy="uniform"))),
    "bins hot": linear(filled(KBinsDiscretizer(5, encode="onehot-dense", strategy="uniform"))),
    "bins sparse": linear(filled(KBinsDiscretizer(5, strategy="uniform"))),
    "rest passes": tree(FILLED, ("drop", TEXT), remainder="passthrough"),
    "untouched": tree((make_pipeline(SimpleImputer(), FunctionTransformer()), NUMBERS)),
    "nested": make_pipeline(
        make_column_transformer(FILLED, verbose_feature_names_out=False),
        make_column_transformer((StandardScaler(), [0, 2]), remainder="passthrough"),
        DecisionTreeClassifier(max_depth=5, random_state=0),
    ),
}
RARE = OneHotEncoder(min_frequency=0.3, handle_unknown="infrequent_if_exist", sparse_output=False)
FOREIGN = {
    "sklearn.FunctionTransformer with func='log1p'": tree(
        (make_pipeline(SimpleImputer(), FunctionTransformer(np.log1p)), NUMBERS)
    ),
    "sklearn.PCA": tree((make_pipeline(SimpleImputer(), PCA(2)), NUMBERS)),
    "sklearn.OneHotEncoder with infrequent categories": tree(FILLED, (RARE, TEXT)),
    "sklearn.OneHotEncoder with dtype=<class 'numpy.float32'>": tree(
        FILLED, (OneHotEncoder(dtype=np.float32, sparse_output=False), TEXT)
    ),
    "sklearn.StandardScaler of a sparse matrix": make_pipeline(
        make_column_transformer((OneHotEncoder(handle_unknown="ignore"), TEXT)),
        StandardScaler(with_mean=False),
        LogisticRegression(),
    ),
    "sklearn.ColumnTransformer with transformer_weights={'simpleimputer': 2.0}": make_pipeline(
        make_column_transformer(FILLED).set_params(transformer_weights={"simpleimputer": 2.0}),
        LogisticRegression(),
    ),
    "sklearn.FeatureUnion": tree(
        (make_pipeline(SimpleImputer(), FeatureUnion([("s", StandardScaler())])), NUMBERS)
    ),
    "sklearn.SimpleImputer with missing_values=-1": tree(
        (make_pipeline(SimpleImputer(), SimpleImputer(missing_values=-1)), NUMBERS)
    ),
}


@pytest.mark.parametrize("name", HELD)
def test_a_transformer_is_held_exactly(name: str, told: Callable[..., Any]) -> None:
    found = told(HELD[name])

    assert (found.interpreter, found.engine) == (0, 0)
    assert found.rows > 5_000


@pytest.mark.parametrize("why", FOREIGN)
def test_what_is_not_held_is_refused_by_name(why: str, refused: Callable[..., str]) -> None:
    said = refused(FOREIGN[why])

    assert said == f"the portable form does not hold {why}"
