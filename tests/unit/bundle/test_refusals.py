"""Rows that a model refuses beside rows that it scores."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.bundle.refusals import answers
from mainstay.core.errors import Mistake, Unavailable

asked: list[int] = []


def tenfold(rows: np.ndarray) -> np.ndarray:
    asked.append(len(rows))
    if (rows < 0).any():
        raise Mistake("nothing negative")
    return rows[:, 0] * 10


@given(st.lists(st.integers(-2, 9), min_size=1, max_size=40))
def test_every_row_that_is_not_refused_has_its_score_and_order_stays(numbers: list[int]) -> None:
    scores, refused = answers(tenfold, np.array(numbers, dtype=float).reshape(-1, 1), 1000)

    assert np.array_equal(scores, [n * 10 if n >= 0 else np.nan for n in numbers], equal_nan=True)
    assert (refused is not None) == any(n < 0 for n in numbers)


def test_without_a_refusal_the_model_is_asked_once() -> None:
    asked.clear()

    answers(tenfold, np.ones((1000, 1)), 20)

    assert asked == [1000]


def test_after_so_many_refusals_whole_stretches_count_as_refused() -> None:
    asked.clear()

    scores, refused = answers(tenfold, np.full((4096, 1), -1.0), 20)

    assert np.isnan(scores).all()
    assert str(refused) == "nothing negative"
    assert len(asked) < 70


@pytest.mark.parametrize("refusing", [True, False])
def test_of_classes_a_refused_row_has_none(*, refusing: bool) -> None:
    rows = np.array([[1.0], [-1.0 if refusing else 3.0]])

    scores, _ = answers(lambda some: np.column_stack([tenfold(some)] * 3), rows, 20)

    assert scores.shape == (2, 3)
    assert np.isnan(scores[1]).all() == refusing


def test_a_model_that_does_not_answer_is_another_matter() -> None:
    def gone(_: np.ndarray) -> np.ndarray:
        raise Unavailable("gone")

    with pytest.raises(Unavailable):
        answers(gone, np.ones((4, 1)), 20)
