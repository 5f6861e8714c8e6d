import numpy as np
import planted_forms
from planted_forms import ROWS

from mainstay.bundle import interpret
from mainstay.bundle.tolerance import beyond

GROWN, LINE = planted_forms.grown(), planted_forms.line()
SINGLE = planted_forms.grown(precision="float32")


def moved(scores: np.ndarray, ulp: int, kind: type = np.float64) -> np.ndarray:
    return (scores.astype(kind) + kind(ulp) * np.spacing(scores.astype(kind))).astype(np.float64)


def test_a_few_units_pass_and_one_more_does_not() -> None:
    scores = interpret.scores(GROWN, ROWS)

    assert beyond(GROWN, ROWS, scores, moved(scores, 4), 4) == 0
    assert beyond(GROWN, ROWS, scores, moved(scores, 5), 4) == len(ROWS)


def test_single_precision_has_larger_units() -> None:
    scores = interpret.scores(SINGLE, ROWS)

    assert beyond(SINGLE, ROWS, scores, moved(scores, 4, np.float32), 4) == 0
    assert beyond(SINGLE, ROWS, scores, moved(scores, 5, np.float32), 4) == len(ROWS)


def test_what_cancels_is_judged_by_what_was_added() -> None:
    """2 * -0.5 + 1 is 0: its own unit would be 5e-324."""
    rows = np.array([[-0.5, 0.0]])

    assert beyond(LINE, rows, np.array([0.0]), np.array([1e-15]), 4) == 0
    assert beyond(LINE, rows, np.array([0.0]), np.array([4e-15]), 4) == 1


def test_one_side_without_a_number_is_beyond_and_both_are_not() -> None:
    scores = interpret.scores(GROWN, ROWS)
    none = np.full(len(ROWS), np.nan)

    assert beyond(GROWN, ROWS, scores, none, 4) == beyond(GROWN, ROWS, none, scores, 4) == len(ROWS)
    assert beyond(GROWN, ROWS, none, none, 4) == 0
