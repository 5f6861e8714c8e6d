"""The bound on wrong labels holds over many made-up worlds, whatever the model knows."""

import numpy as np
import pytest
from scipy import stats

from mainstay.stats.mislabelled import at_most

WORLDS, ROWS, DAYS = 150, 4_000, 60


@pytest.mark.parametrize("clear", [1.0, 3.0, 8.0])
@pytest.mark.parametrize("wrong", [0.0, 0.05, 0.2])
def test_the_share_of_wrong_labels_is_below_its_bound(clear: float, wrong: float) -> None:
    """97.5 % is promised; tolerance as far as chance takes so many worlds once in 1,000."""
    held = 0
    for seed in range(WORLDS):
        draw = np.random.default_rng(seed)
        odds, day = clear * draw.normal(size=ROWS), draw.integers(0, DAYS, ROWS)
        true = draw.random(ROWS) < 1 / (1 + np.exp(-odds))
        label = np.where(true, draw.random(ROWS) >= 0.1, draw.random(ROWS) < wrong)
        seen = odds + draw.normal(size=ROWS)  # the model knows less than there is to know
        found = at_most(label.astype(np.float64), seen, day)
        held += found.low <= wrong <= found.high

    assert held >= stats.binom.ppf(0.001, WORLDS, 0.965)
