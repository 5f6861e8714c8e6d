"""Models that anybody can read, against scikit-learn where that has the same."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import roc_auc_score
from sklearn.tree import DecisionTreeRegressor

from mainstay.core.inputs import Input
from mainstay.life.certify import rungs

INPUTS = (Input("a", "number"), Input("b", "integer"), Input("town", "text", ("n", "s", "w")))


def world(count: int = 4000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    rows = np.column_stack(
        [
            random.normal(size=count),
            random.integers(0, 20, count) * 1.0,
            random.integers(0, 3, count) * 1.0,
        ]
    )
    margin = rows[:, 0] + 0.1 * rows[:, 1] + np.array([0.0, -1.0, 1.5])[rows[:, 2].astype(int)] - 1
    return rows, (random.random(count) < 1 / (1 + np.exp(-margin))) * 1.0


def one_hot(rows: np.ndarray) -> np.ndarray:
    z = (rows[:, :2] - rows[:, :2].mean(axis=0)) / rows[:, :2].std(axis=0)
    return np.column_stack([z, *(rows[:, 2] == code for code in (0, 1, 2))])


def test_the_logistic_model_is_that_of_scikit_learn() -> None:
    rows, label = world()
    theirs = LogisticRegression(C=1.0, tol=1e-8, max_iter=1000).fit(one_hot(rows), label)

    ours = rungs.linear(rows, label, INPUTS, binary=True)

    np.testing.assert_allclose(
        ours.says(rows), theirs.predict_proba(one_hot(rows))[:, 1], atol=2e-4
    )
    assert ours.numbers == 6


def test_least_squares_are_those_of_scikit_learn() -> None:
    rows, _ = world()
    label = rows[:, 0] - rows[:, 2]

    ours = rungs.linear(rows, label, INPUTS, binary=False).says(rows)

    theirs = Ridge(alpha=1.0).fit(one_hot(rows), label).predict(one_hot(rows))
    np.testing.assert_allclose(ours, theirs, atol=1e-3)


def test_the_tree_is_about_as_good_as_that_of_scikit_learn() -> None:
    rows, label = world(8000)
    later, true = world(8000, seed=1)
    theirs = DecisionTreeRegressor(max_depth=3, min_samples_leaf=50).fit(one_hot(rows), label)

    ours = rungs.tree(rows, label, INPUTS)

    scores = (
        roc_auc_score(true, ours.says(later)),
        roc_auc_score(true, theirs.predict(one_hot(later))),
    )
    assert scores[0] > scores[1] - 0.02
    assert 3 <= ours.numbers <= 2 * 7 + 8


def test_a_tree_of_noise_has_no_small_leaf() -> None:
    rows, label = world(120)

    said = rungs.tree(rows, label, INPUTS).says(rows)

    assert np.unique(said, return_counts=True)[1].min() >= rungs.LEAF


@pytest.mark.parametrize("kind", ["linear", "tree"])
def test_what_is_missing_or_unseen_has_an_answer(kind: str) -> None:
    rows, label = world()
    holes = rows.copy()
    holes[::5, 0] = np.nan
    holes[::7, 2] = np.nan
    made = (
        rungs.linear(holes, label, INPUTS, binary=True)
        if kind == "linear"
        else rungs.tree(holes, label, INPUTS)
    )

    said = made.says(np.array([[np.nan, np.nan, np.nan], [1e300, -1e300, 1.0]]))

    assert np.isfinite(said).all()
    assert ((said >= 0) & (said <= 1)).all()


def test_a_constant_and_an_empty_column_do_no_harm() -> None:
    rows, label = world()
    rows[:, 0], rows[:, 1] = np.nan, 3.0

    assert np.isfinite(rungs.linear(rows, label, INPUTS, binary=True).says(rows)).all()
    assert np.isfinite(rungs.tree(rows, label, INPUTS).says(rows)).all()
