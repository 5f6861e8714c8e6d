import numpy as np
import pytest

from mainstay.stats.mislabelled import at_most

ROWS, DAYS = 20_000, 80


def world(
    seed: int, wrongly_yes: float, wrongly_no: float, clear: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels, scores, days; the score is the true log odds, so far apart as `clear`."""
    draw = np.random.default_rng(seed)
    score = clear * draw.normal(size=ROWS)
    true = draw.random(ROWS) < 1 / (1 + np.exp(-score))
    flipped = draw.random(ROWS) < np.where(true, wrongly_no, wrongly_yes)
    return (true ^ flipped).astype(np.float64), score, draw.integers(0, DAYS, ROWS)


def test_of_clear_cases_the_rate_of_errors_is_found() -> None:
    label, score, day = world(1, 0.1, 0.02, clear=8)

    yes, no = at_most(label, score, day), at_most(1 - label, -score, day)

    assert yes.value == pytest.approx(0.1, abs=0.03)
    assert no.value == pytest.approx(0.02, abs=0.015)
    assert yes.low == no.low == 0


def test_of_unclear_cases_only_a_bound_is_known() -> None:
    label, score, day = world(2, 0.0, 0.0, clear=0.5)

    found = at_most(label, score, day)

    assert found.low == 0  # nothing proves an error where there is none
    assert found.high > 0.1


def test_too_few_rows_say_nothing() -> None:
    label, score, day = (one[:60] for one in world(3, 0.1, 0.1, clear=2))

    assert at_most(label, score, day) is None
