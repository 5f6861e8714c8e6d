"""Metrics of decided rows."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import small_project

from mainstay.contract import document
from mainstay.contract.model import Contract
from mainstay.contract.objective import Value
from mainstay.trainer import measures


class Rows(NamedTuple):
    label: np.ndarray
    score: np.ndarray
    decided: np.ndarray
    ruled: np.ndarray
    payoffs: np.ndarray | None = None


ROWS = Rows(
    label=np.array([1.0, 0, 1, 0]),
    score=np.array([0.9, 0.8, 0.3, 0.1]),
    decided=np.array([1.0, 1, 0, 0]),
    ruled=np.array([0.0, 1, 0, 0]),
)


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    return document.read(small_project.written(tmp_path / "p") / "contract.yaml").contract


def test_money_over_the_baseline_is_counted_per_thousand(contract: Contract) -> None:
    measure, unit = measures.statistic("value_over_baseline_per_1000", ROWS, contract)

    assert (measure(np.ones(4)), unit) == (1000 * (10 - 2 + 2) / 4, "EUR")


def test_the_matrix_holds_what_decisions_are_worth(contract: Contract) -> None:
    assert tuple(measures.worth(contract)) == (10, -2, 0, 0)


def test_money_that_hangs_on_the_row_is_counted_row_by_row(contract: Contract) -> None:
    payoffs = np.array([[5.0, -1, 0, -100], [5, -1, 0, -100], [5, -1, 0, -300], [5, -1, 2, -300]])

    measure, _ = measures.statistic("value_per_1000", ROWS._replace(payoffs=payoffs), contract)

    assert measure(np.ones(4)) == 1000 * (5 - 1 - 300 + 2) / 4


def test_columns_that_nobody_handed_over_are_no_money(tmp_path: Path) -> None:
    path = small_project.written(tmp_path / "q") / "contract.yaml"
    path.write_text(path.read_text().replace("true_positive: 10", "true_positive: {column: wait}"))
    stated = document.read(path).contract

    with pytest.raises(AssertionError, match="hangs on columns"):
        measures.statistic("value_per_1000", ROWS, stated)


def test_a_metric_of_scores_takes_scores_and_one_of_decisions_decisions(contract: Contract) -> None:
    ranked, _ = measures.statistic("roc_auc", ROWS, contract)
    right, _ = measures.statistic("accuracy", ROWS, contract)

    assert (ranked(np.ones(4)), right(np.ones(4))) == (0.75, 0.5)


def test_calibration_of_several_classes_is_that_of_the_likeliest(contract: Contract) -> None:
    several = ROWS._replace(score=np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]))

    measure, _ = measures.statistic("calibration_error", several, contract)

    assert measure(np.ones(4)) == pytest.approx(0)


def test_money_of_several_classes_is_that_of_the_pair(contract: Contract) -> None:
    matrix = {"a": {"a": 1, "b": -1}, "b": {"a": -2, "b": 3}}
    value = Value(currency="EUR", matrix=matrix)
    change = {"task": "multiclass", "value": value}
    stated = contract.model_copy(update={"objective": contract.objective.model_copy(update=change)})

    measure, unit = measures.statistic("value_over_baseline_per_1000", ROWS, stated)
    strange = ROWS._replace(label=np.array([1.0, 0, -1, 0]))
    open_, _ = measures.statistic("value_per_1000", strange, stated)

    assert (measure(np.ones(4)), unit) == (1000 * (3 - 1 - 2 + 1 - (-2 - 1 - 2 + 1)) / 4, "EUR")
    assert np.isnan(open_(np.ones(4)))


def test_several_classes_without_a_matrix_earn_nothing(contract: Contract) -> None:
    change = {"task": "multiclass", "value": Value(currency="EUR", per_retrain=-3)}
    stated = contract.model_copy(update={"objective": contract.objective.model_copy(update=change)})

    assert measures.earned(stated, ROWS.label, ROWS.decided).tolist() == [0] * 4
