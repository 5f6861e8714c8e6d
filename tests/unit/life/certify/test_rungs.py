"""Models that anybody can read, against scikit-learn where that has the same."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import roc_auc_score
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

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


def kinds(count: int = 4000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Three classes that numbers and a text tell apart."""
    rows, _ = world(count, seed)
    town = np.array([[0.0, 1.0, -1.0], [1.5, 0.0, 0.0], [0.0, -1.0, 1.0]])[rows[:, 2].astype(int)]
    scores = np.column_stack([rows[:, 0], -rows[:, 0], 0.1 * rows[:, 1]]) + town
    drawn = scores + np.random.default_rng(seed + 9).gumbel(size=scores.shape)
    return rows, drawn.argmax(axis=1) * 1.0


def test_the_model_of_several_classes_is_that_of_scikit_learn() -> None:
    rows, label = kinds()
    theirs = LogisticRegression(C=1.0, tol=1e-8, max_iter=1000).fit(one_hot(rows), label)

    ours = rungs.softmax(rows, label, INPUTS, 3)

    np.testing.assert_allclose(ours.says(rows), theirs.predict_proba(one_hot(rows)), atol=3e-3)
    assert ours.numbers == 18


def test_a_tree_of_several_classes_says_their_shares() -> None:
    rows, label = kinds(8000)
    later, true = kinds(8000, seed=1)
    theirs = DecisionTreeClassifier(max_depth=3, min_samples_leaf=50).fit(one_hot(rows), label)

    said = rungs.tree(rows, label, INPUTS, classes=3).says(later)

    assert said.sum(axis=1) == pytest.approx(1)
    assert said.min() > 0
    right = (said.argmax(axis=1) == true).mean()
    assert right > (theirs.predict(one_hot(later)) == true).mean() - 0.02


def test_rates_are_those_of_rows_that_are_alike_and_of_all_where_nothing_is_known() -> None:
    rows = np.array([[0.0, 1.0]] * 3 + [[np.nan, 1.0]])
    rule = rungs.rates(rows, np.array([0.0, 0.0, 1.0, 1.0]), 2)

    said = rule.says(np.array([[0.0, 1.0], [np.nan, 1.0], [5.0, 5.0]]))

    assert said == pytest.approx(np.array([[2.5 / 4, 1.5 / 4], [0.5 / 2, 1.5 / 2], [0.5, 0.5]]))
    assert rule.numbers == 6


def test_no_leaf_says_that_what_it_never_saw_cannot_be() -> None:
    rows, _ = world(400)
    label = (rows[:, 0] > 0) * 1.0

    said = rungs.tree(rows, label, INPUTS, binary=True).says(rows)

    assert 0 < said.min() < 0.05
    assert 0.95 < said.max() < 1
