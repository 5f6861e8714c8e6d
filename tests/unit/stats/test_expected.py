"""Metrics from chances alone, against labels drawn from those chances."""

from collections.abc import Callable

import numpy as np
import pytest

from mainstay.stats import expected, metrics
from mainstay.stats.expected import Expected

ROWS = 3000
Case = tuple[np.ndarray, np.ndarray, np.ndarray]


@pytest.fixture
def rows() -> Case:
    """Chances of no and yes, scores with ties, decisions."""
    random = np.random.default_rng(0)
    score = random.random(ROWS).round(2)
    yes = np.clip(0.05 + 0.8 * score**1.3, 0, 1)
    return np.column_stack([1 - yes, yes]), score, (score >= 0.4).astype(float)


def positives(decided: np.ndarray) -> np.ndarray:
    return np.column_stack([np.zeros(len(decided)), decided])


WAYS: dict[str, Callable[[Case], Expected]] = {
    "roc_auc": lambda rows: expected.roc_auc(rows[0], rows[1]),
    "average_precision": lambda rows: expected.average_precision(rows[0], rows[1]),
    "accuracy": lambda rows: expected.mean(rows[0], np.column_stack([1 - rows[2], rows[2]])),
    "f1": lambda rows: expected.ratio(
        rows[0], positives(rows[2]), (np.array([0.0, 1.0]) + rows[2][:, None]) / 2
    ),
}


@pytest.mark.parametrize("name", WAYS)
def test_a_metric_is_what_drawn_labels_come_to_and_its_influence_says_where_they_differ(
    name: str, rows: Case
) -> None:
    chance, score, decided = rows
    said = decided if metrics.METRICS[name].takes == "decision" else score
    random, found = np.random.default_rng(1), WAYS[name](rows)
    draws = [(random.random(ROWS) < chance[:, 1]).astype(int) for _ in range(150)]
    drawn = np.array([metrics.measured(name, label, said) for label in draws])
    open_ = np.einsum("ij,ij->i", chance, found.influence)
    linear = np.array([np.mean(found.influence[np.arange(ROWS), one] - open_) for one in draws])

    error = np.sqrt(expected.variance(chance, found.influence).sum()) / ROWS
    assert abs(found.value - drawn.mean()) < 4 * drawn.std() / np.sqrt(len(drawn))
    assert error == pytest.approx(drawn.std(), rel=0.2)
    assert np.corrcoef(linear, drawn)[0, 1] > 0.99


@pytest.mark.parametrize("name", ["roc_auc", "average_precision", "f1"])
def test_known_outcomes_give_the_metric_itself(name: str, rows: Case) -> None:
    chance, score, decided = rows
    label = (np.random.default_rng(2).random(ROWS) < chance[:, 1]).astype(int)
    said = decided if metrics.METRICS[name].takes == "decision" else score

    found = WAYS[name]((np.eye(2)[label], score, decided))

    assert found.value == pytest.approx(metrics.measured(name, label, said), abs=1e-12)


def test_r2_and_rmse_of_known_errors_are_those_of_the_metrics() -> None:
    random = np.random.default_rng(3)
    said, label = random.normal(0, 2, 500), random.normal(0, 2, 500)
    one, off = np.ones((500, 1)), (label - said)[:, None]

    found = expected.explained(one, off**2, label[:, None], label[:, None] ** 2)

    assert found.value == pytest.approx(metrics.measured("r2", label, said))
    root = expected.root(one, off**2).value
    assert root == pytest.approx(metrics.measured("rmse", label, said))


def test_what_nothing_is_below_is_not_known() -> None:
    nobody = np.column_stack([np.ones(5), np.zeros(5)])
    score = np.linspace(0, 1, 5)

    found = [expected.roc_auc(nobody, score), expected.average_precision(nobody, score)]
    found.append(expected.ratio(nobody, np.zeros((5, 2)), np.zeros((5, 2))))
    found.append(expected.explained(nobody, *[np.ones((5, 2))] * 3))

    assert all(np.isnan(one.value) and not one.influence.any() for one in found)


def test_calibration_error_is_the_mean_gap_over_bins() -> None:
    chance = np.column_stack([np.full(6, 0.8), np.full(6, 0.2)])
    score, place = np.array([0.1, 0.1, 0.1, 0.5, 0.5, 0.5]), np.array([0, 0, 0, 1, 1, 1])

    found = expected.calibration_error(chance, score, place)

    assert found.value == pytest.approx((0.1 + 0.3) / 2)
    assert found.influence[[0, 5], 1].tolist() == [1, -1]
