import sys

import numpy as np
import pytest

from mainstay.bundle import parity
from mainstay.bundle.parity import Hard, Parity, Tried
from mainstay.bundle.trees import LEAF, Forest, Tree
from mainstay.core.errors import Broken, Mistake
from mainstay.core.inputs import Input

INPUTS = (
    Input("origin", "text", ("EWR", "JFK")),
    Input("hour", "integer"),
    Input("wet", "boolean"),
    Input("temp", "number"),
)
ROWS = np.array([[0.0, 6.0, 1.0, 20.5], [1.0, 7.0, 0.0, 21.5]])
FOREST = Forest((Tree([3, 3, LEAF], [20.25, -1.5, 0.0], [1, 2], [2, 2], {}),))


def test_the_same_bits_are_exact() -> None:
    scores = np.array([0.1, np.nan, -0.0])

    assert parity.compared(scores, scores.copy()) == Parity(3, 0, 0, 0.0)
    assert parity.compared(scores, scores.copy()).exact


def test_nothing_compared_proves_nothing() -> None:
    assert not parity.compared(np.array([]), np.array([])).exact


def test_distances_are_told_in_units_of_the_last_place() -> None:
    left = np.array([1.0, 0.5, 2.0])
    right = np.array([np.nextafter(1.0, 2), 0.5, 2.0 + 4 * np.spacing(2.0)])

    assert parity.compared(left, right) == Parity(3, 2, 4, 4 * np.spacing(2.0))


def test_a_number_against_no_number_is_infinitely_far() -> None:
    assert parity.compared(np.array([np.nan]), np.array([1.0])).max_difference == np.inf


def test_the_sign_of_zero_counts() -> None:
    assert parity.compared(np.array([0.0]), np.array([-0.0])) == Parity(1, 1, 1, 0.0)


def test_of_classes_a_row_counts_once() -> None:
    left = np.array([[0.5, 0.5], [0.25, 0.75]])

    made = parity.compared(left, left + np.array([[0.0, 0.0], [0.25, -0.25]]))

    assert (made.rows, made.differ, made.max_difference) == (2, 1, 0.25)


def test_scores_of_two_shapes_cannot_be_compared() -> None:
    with pytest.raises(Broken, match="shape"):
        parity.compared(np.zeros(3), np.zeros((3, 2)))


def test_every_split_is_met_exactly_and_from_both_sides() -> None:
    made = set(parity.adversarial(ROWS, INPUTS, FOREST).rows[:, 3].tolist())

    for split in (20.25, -1.5):
        assert {split, np.nextafter(split, -np.inf), np.nextafter(split, np.inf)} <= made


def test_whole_numbers_stay_whole_text_stays_a_code_and_truth_stays_truth() -> None:
    made = parity.adversarial(ROWS, INPUTS, FOREST).rows

    origin, hour, wet = (set(column[~np.isnan(column)].tolist()) for column in made.T[:3])
    assert origin == {0.0, 1.0}
    assert wet == {0.0, 1.0}
    assert {-1.0, 1.0, 2.0**53, -(2.0**53)} <= hour
    assert all(value.is_integer() for value in hour)


def test_missing_values_and_the_ends_of_the_numbers_are_there() -> None:
    made = parity.adversarial(ROWS, INPUTS).rows

    temp = made[:, 3]
    assert np.isnan(made).any(axis=0).all()
    assert np.isnan(made[-1]).all()
    assert {sys.float_info.max, -sys.float_info.max, 5e-324} <= set(temp.tolist())
    assert (np.signbit(temp) & (temp == 0)).any()
    assert not np.isinf(made).any()


def test_there_are_enough_hard_rows_even_for_a_small_model_and_always_the_same() -> None:
    made, again = (parity.adversarial(ROWS, INPUTS, seed=3).rows for _ in range(2))

    assert len(made) > parity.HARD
    assert np.array_equal(made, again, equal_nan=True)


def test_adversarial_rows_are_counted_by_kind_and_splits_as_met() -> None:
    made = parity.adversarial(ROWS, INPUTS, FOREST)

    assert sum(made.kinds.values()) == len(made.rows)
    assert all(made.kinds[name] for name in parity.KINDS)
    assert (made.splits, made.met, made.kinds["beside splits"]) == (2, 2, 8)


def test_a_proof_keeps_ordinary_and_adversarial_rows_apart() -> None:
    rows, hard = np.arange(6000.0).reshape(-1, 1), of(np.array([[-1.0], [1.0]]))

    proof = parity.proof(lambda given: given[:, 0], lambda given: abs(given[:, 0]), rows, hard)

    assert (proof.ordinary.rows, proof.ordinary.differ) == (6000, 0)
    assert (proof.adversarial.rows, proof.adversarial.differ) == (2, 1)
    assert proof.tried == Tried(6000, {"extreme": 2}, 3, 2)
    assert not proof.exact


def test_of_very_many_rows_an_even_part_is_scored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parity, "ORDINARY", 3)
    seen: list[float] = []

    def original(given: np.ndarray) -> np.ndarray:
        seen.extend(given[:, 0])
        return given[:, 0]

    proof = parity.proof(
        original, lambda given: given[:, 0], np.arange(9.0).reshape(-1, 1), of(ROWS)
    )

    assert seen[:3] == [0.0, 4.0, 8.0]
    assert (proof.ordinary.rows, proof.tried.in_all) == (3, 9)


@pytest.mark.parametrize("shape", [(), (3,)])
def test_an_engine_may_not_answer_where_the_model_refuses(shape: tuple[int, ...]) -> None:
    rows = np.array([[0.0], [np.nan], [np.nan], [1.0], [2.0]])
    refusing = lambda given: said(given, shape, refuses=True)  # noqa: E731
    engine = lambda given: said(given, shape, refuses=False)  # noqa: E731
    silent = lambda given: engine(given) + 0 * given[:, 0].reshape(-1, *(1 for _ in shape))  # noqa: E731

    bold = parity.proof(refusing, lambda given: np.nan_to_num(engine(given)), rows[3:], of(rows))
    meek = parity.proof(refusing, silent, rows[3:], of(rows))

    assert (bold.adversarial.differ, bold.adversarial.max_difference) == (2, np.inf)
    assert meek.exact


def test_a_model_that_refuses_everywhere_is_asked_a_bounded_number_of_times() -> None:
    asked = []

    def original(given: np.ndarray) -> np.ndarray:
        asked.append(len(given))
        return said(given, (), refuses=True)

    rows = np.ones((1, 1))
    hard = of(np.full((4096, 1), np.nan))
    proof = parity.proof(original, lambda given: given[:, 0], rows, hard)

    assert proof.exact
    assert len(asked) < 3 * parity.REFUSALS


def test_a_model_that_refuses_ordinary_rows_is_a_mistake() -> None:
    with pytest.raises(Mistake, match="no missing"):
        parity.proof(
            lambda given: said(given, (), refuses=True), lambda given: given[:, 0],
            np.full((2, 1), np.nan), of(np.ones((1, 1))),
        )  # fmt: skip


def of(rows: np.ndarray) -> Hard:
    return Hard(rows, {"extreme": len(rows)}, 3, 2)


def said(given: np.ndarray, shape: tuple[int, ...], *, refuses: bool) -> np.ndarray:
    """A score per row, or one per class."""
    if refuses and np.isnan(given).any():
        raise Mistake("no missing values")
    return given[:, 0] if not shape else np.repeat(given, shape[0], axis=1)
