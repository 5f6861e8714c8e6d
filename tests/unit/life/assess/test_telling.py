import numpy as np
import pytest
from scipy.stats import spearmanr

from mainstay.core.columns import Text
from mainstay.life.assess.alone import folds
from mainstay.life.assess.telling import (
    TELLING,
    outcomes,
    rank_correlation,
    rarest,
    telling,
)

ROWS = 4000
FOLD = folds(np.arange(ROWS))
ONE = np.ones(ROWS)


def test_a_yes_or_no_is_told_as_it_is() -> None:
    (outcome,) = outcomes("binary", np.array([True, False, False]))

    assert outcome.tolist() == [1, 0, 0]
    assert rarest("binary", (outcome,)) == 1


def test_only_one_answer_has_no_rarer_one() -> None:
    assert rarest("binary", outcomes("binary", np.zeros(5, dtype=bool))) == 0


def test_every_class_is_told_in_turn() -> None:
    found = outcomes("multiclass", Text(np.array([0, 1, 2, 2], dtype=np.int32), ("a", "b", "c")))

    assert [one.tolist() for one in found] == [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 1]]
    assert rarest("multiclass", found) == 1


def test_a_number_is_told_by_its_rank() -> None:
    (outcome,) = outcomes("regression", np.array([1e9, 2.0, 3.0]))

    assert outcome.tolist() == pytest.approx([1, 1 / 3, 2 / 3])
    assert rarest("regression", (outcome,)) == 3


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_the_outcome_itself_passes_the_limit_of_a_leak(task: str) -> None:
    label = np.random.default_rng(0).integers(0, 2 if task == "binary" else 9, ROWS)
    values = label if task != "regression" else np.random.default_rng(1).normal(size=ROWS)
    outcome = outcomes(task, values)

    found = telling(task, values, outcome, FOLD)(ONE)

    assert found > TELLING[task].limit.bound
    assert found <= 1


@pytest.mark.parametrize(("task", "nothing"), [("binary", 0.5), ("multiclass", 0.5)])
def test_noise_tells_nothing(task: str, nothing: float) -> None:
    draw = np.random.default_rng(3)
    outcome = outcomes(task, draw.integers(0, 2 if task == "binary" else 4, ROWS))

    found = telling(task, draw.normal(size=ROWS), outcome, FOLD)(ONE)

    assert found == pytest.approx(nothing, abs=0.03)


def test_every_second_row_measures_about_the_same() -> None:
    draw = np.random.default_rng(4)
    values = draw.normal(size=ROWS)
    outcome = outcomes("binary", values + draw.normal(size=ROWS) > 0)

    whole = telling("binary", values, outcome, FOLD)(ONE)
    half = telling("binary", values, outcome, FOLD, 2)(ONE[::2])

    assert half == pytest.approx(whole, abs=0.02)


def test_rank_correlation_is_spearmans() -> None:
    draw = np.random.default_rng(5)
    one = draw.normal(size=300)
    two = -one + draw.normal(size=300)

    found = rank_correlation(one, two)(np.ones(300))

    assert found == pytest.approx(abs(spearmanr(one, two).statistic))


def test_a_constant_has_no_rank_correlation() -> None:
    assert rank_correlation(np.arange(9.0), np.ones(9))(np.ones(9)) == 0
