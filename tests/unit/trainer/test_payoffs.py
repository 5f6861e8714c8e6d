"""Money of each row by the columns it hangs on."""

from pathlib import Path

import numpy as np
import pytest
import small_project

from mainstay.contract import document
from mainstay.contract.model import Contract
from mainstay.core.errors import Mistake
from mainstay.trainer import payoffs

BY_WAIT = "true_positive: {column: wait, times: 2, plus: 1}"


def contract(tmp_path: Path, *pairs: tuple[str, str]) -> Contract:
    path = small_project.written(tmp_path / "p") / "contract.yaml"
    text = path.read_text()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    return document.read(path).contract


def test_the_same_for_all_rows_is_nothing_by_row(tmp_path: Path) -> None:
    stated = contract(tmp_path)

    assert payoffs.by_row(stated, {}) is None
    assert payoffs.at_stake(stated) is None


def test_each_row_has_its_money_by_kind(tmp_path: Path) -> None:
    stated = contract(tmp_path, ("true_positive: 10", BY_WAIT))

    found = payoffs.by_row(stated, {"wait": np.array([3, 40])})

    assert found is not None
    assert found.tolist() == [[7, -2, 0, 0], [81, -2, 0, 0]]
    assert payoffs.at_stake(stated).columns == ("wait",)


def test_regression_decides_nothing_by_what_is_at_stake(tmp_path: Path) -> None:
    stated = contract(
        tmp_path,
        ("task: binary", "task: regression"),
        (
            "true_positive: 10, false_positive: -2",
            "per_unit_over: -1, per_unit_under: {column: wait, times: -1}",
        ),
        ("  calibration_error: {at_most: 0.15}\n", ""),
        ("roc_auc, at_least: 0.6", "mae, at_most: 3"),
        ("roc_auc, at_least: 0.4", "mae, at_most: 5"),
    )

    found = payoffs.by_row(stated, {"wait": np.array([3])})

    assert found is not None
    assert found.tolist() == [[-1, -3]]
    assert payoffs.at_stake(stated) is None


@pytest.mark.parametrize(
    ("amounts", "said"), [([1, np.nan, np.nan], "2 null among 3"), ([1.0, -2.0, 3.0], "1 negative")]
)
def test_an_amount_that_nobody_knows_is_a_mistake(
    tmp_path: Path, amounts: list[float], said: str
) -> None:
    stated = contract(tmp_path, ("true_positive: 10", BY_WAIT))

    with pytest.raises(Mistake, match=said):
        payoffs.refuse_unknown(stated, {"wait": np.array(amounts)})


def test_a_null_that_has_a_worth_is_none(tmp_path: Path) -> None:
    stated = contract(tmp_path, ("true_positive: 10", BY_WAIT.replace("plus", "missing: 5, plus")))

    payoffs.refuse_unknown(stated, {"wait": np.array([1, np.nan])})

    found = payoffs.by_row(stated, {"wait": np.array([np.nan])})
    assert found is not None
    assert found[0, 0] == 11


MATRIX = "matrix: {a: {a: 1, b: -1}, b: {a: -2, b: 3}}"


def priced(tmp_path: Path) -> Contract:
    return contract(
        tmp_path,
        ("task: binary", "task: multiclass"),
        ("true_positive: 10, false_positive: -2", MATRIX),
        ("{metric: roc_auc, at_least: 0.6}", "{metric: accuracy, at_least: 0.6}"),
        ("metric: roc_auc, at_least: 0.4", "metric: accuracy, at_least: 0.4"),
        ("{rate_by: [kind]}", "{rate_by: []}"),
    )


def test_classes_have_their_money_by_pairs(tmp_path: Path) -> None:
    assert payoffs.by_class(priced(tmp_path)) == ((1, -1), (-2, 3))
    payoffs.refuse_other_classes(priced(tmp_path / "again"), ("a", "b"))


@pytest.mark.parametrize(
    ("classes", "said"),
    [
        (("a", "b", "c"), "does not name c"),
        (("a",), "names b, which no training row is"),
    ],
)
def test_other_classes_than_those_that_are_priced_are_a_mistake(
    tmp_path: Path, classes: tuple[str, ...], said: str
) -> None:
    with pytest.raises(Mistake, match=said):
        payoffs.refuse_other_classes(priced(tmp_path), classes)


def test_numbers_are_priced_and_numbers_as_text_are_not(tmp_path: Path) -> None:
    path = tmp_path / "p" / "contract.yaml"
    priced(tmp_path)
    path.write_text(
        path.read_text().replace(MATRIX, MATRIX.replace("a:", '"10":').replace("b:", '"9":'))
    )
    read = document.read(path).contract

    payoffs.refuse_other_classes(read, (9, 10))
    with pytest.raises(Mistake, match="numbers as text"):
        payoffs.refuse_other_classes(read, ("10", "9"))
