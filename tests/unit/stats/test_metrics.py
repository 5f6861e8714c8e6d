import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn import metrics as reference

from mainstay.stats import metrics
from mainstay.stats.metrics import METRICS

ROWS = 400
GENERATOR = np.random.default_rng(1)
LABEL = GENERATOR.integers(0, 2, ROWS)
SCORE = np.round(np.clip(LABEL * 0.2 + GENERATOR.random(ROWS) * 0.8, 0, 1), 2)  # with ties
DECISION = (SCORE > 0.5).astype(int)
NUMBER = GENERATOR.normal(3, 2, ROWS)
SAID = NUMBER + GENERATOR.normal(0.2, 1, ROWS)
WEIGHT = GENERATOR.integers(0, 4, ROWS).astype(float)
REFERENCES = {
    "roc_auc": (reference.roc_auc_score, LABEL, SCORE),
    "average_precision": (reference.average_precision_score, LABEL, SCORE),
    "log_loss": (reference.log_loss, LABEL, SCORE),
    "brier": (reference.brier_score_loss, LABEL, SCORE),
    "accuracy": (reference.accuracy_score, LABEL, DECISION),
    "precision": (reference.precision_score, LABEL, DECISION),
    "recall": (reference.recall_score, LABEL, DECISION),
    "f1": (reference.f1_score, LABEL, DECISION),
    "mae": (reference.mean_absolute_error, NUMBER, SAID),
    "rmse": (reference.root_mean_squared_error, NUMBER, SAID),
    "r2": (reference.r2_score, NUMBER, SAID),
}


def test_every_metric_is_compared_with_scikit_learn():
    assert REFERENCES.keys() == METRICS.keys()


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_agrees_with_scikit_learn(name):
    function, label, said = REFERENCES[name]

    assert metrics.measured(name, label, said) == pytest.approx(function(label, said), rel=1e-12)


@pytest.mark.parametrize("name", METRICS)
def test_a_weighted_metric_agrees_with_scikit_learn(name):
    function, label, said = REFERENCES[name]
    expected = function(label, said, sample_weight=WEIGHT)

    assert metrics.measured(name, label, said, WEIGHT) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("name", METRICS)
def test_a_weight_of_two_is_the_row_twice(name):
    _, label, said = REFERENCES[name]
    often = WEIGHT.astype(int)
    expected = metrics.measured(name, np.repeat(label, often), np.repeat(said, often))

    assert metrics.measured(name, label, said, WEIGHT) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_lies_in_its_range_and_is_undefined_without_weight(name):
    metric = METRICS[name]
    _, label, said = REFERENCES[name]

    assert metric.low <= metrics.measured(name, label, said) <= metric.high
    assert math.isnan(metrics.measured(name, label, said, np.zeros(ROWS)))


def test_several_classes_are_scored_by_the_probability_of_what_happened():
    label, score = (
        np.array([0, 2, 1]),
        np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8], [0.3, 0.3, 0.4]]),
    )

    found = metrics.measured("log_loss", label, score)

    assert found == pytest.approx(reference.log_loss(label, score))


def test_a_class_that_was_never_learned_was_given_no_probability():
    found = metrics.measured("log_loss", np.array([-1]), np.array([[0.1, 0.9]]))

    assert found == pytest.approx(-np.log(np.finfo(float).eps))


def test_ties_count_half():
    assert metrics.measured("roc_auc", np.array([0, 1]), np.array([0.5, 0.5])) == 0.5


def test_one_class_alone_has_no_roc_auc():
    assert math.isnan(metrics.measured("roc_auc", np.ones(3), np.array([0.1, 0.2, 0.3])))


def test_a_rare_positive_that_is_never_found_has_no_precision():
    assert math.isnan(metrics.measured("precision", LABEL, np.zeros(ROWS)))


def test_a_certain_score_that_is_wrong_has_a_finite_log_loss():
    found = metrics.measured("log_loss", np.array([1.0]), np.array([0.0]))

    assert found == pytest.approx(-np.log(np.finfo(float).eps))


@pytest.mark.parametrize("name", METRICS)
def test_rows_that_do_not_match_are_refused(name):
    with pytest.raises(ValueError, match="2 labels, 3 answers"):
        metrics.measured(name, np.zeros(2), np.zeros(3))


@pytest.mark.parametrize("name", METRICS)
def test_answers_that_are_not_finite_are_refused(name):
    with pytest.raises(ValueError, match="not finite"):
        metrics.measured(name, np.zeros(2), np.array([0.5, np.nan]))


def test_the_weighted_mean_and_ratio_are_what_they_say():
    weight = np.array([1.0, 3.0])

    assert metrics.mean(np.array([1, 5]))(weight) == 4
    assert metrics.ratio(np.array([1, 1]), np.array([0, 2]))(weight) == pytest.approx(4 / 6)


@given(
    score=arrays.arrays(float, 12, elements=st.sampled_from([0.1, 0.2, 0.3])),
    label=arrays.arrays(int, 12, elements=st.integers(0, 1)),
    weight=arrays.arrays(float, 12, elements=st.sampled_from([0.0, 1.0, 2.5])),
)
def test_roc_auc_is_the_share_of_pairs_in_the_right_order(score, label, weight):
    wins = (score[:, None] > score) + 0.5 * (score[:, None] == score)
    pairs = np.outer(weight * (label == 1), weight * (label == 0))
    expected = (wins * pairs).sum() / pairs.sum() if pairs.sum() else math.nan

    found = metrics.measured("roc_auc", label, score, weight)

    assert found == pytest.approx(expected, nan_ok=True)
