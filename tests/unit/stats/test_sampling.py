"""Rows drawn with chances that are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.stats import metrics, sampling


@given(
    st.lists(st.floats(0.1, 50), min_size=1, max_size=60), st.floats(0.01, 1), st.integers(0, 99)
)
def test_chances_sum_to_what_is_asked_for_and_as_many_are_drawn(
    values: list[float], share: float, seed: int
) -> None:
    value, count = np.array(values), share * len(values)
    rate = sampling.rate(value, count)
    chance = np.ones(len(value)) if np.isinf(rate) else np.minimum(rate * value, 1)

    found = sampling.drawn(chance, np.random.default_rng(seed))

    assert chance.sum() == pytest.approx(count)
    assert abs(len(found) - count) < 1 + 1e-6
    assert len(set(found.tolist())) == len(found)
    sure = np.flatnonzero(chance == 1)
    assert set(sure.tolist()) <= set(found.tolist())


def test_each_row_is_drawn_with_its_chance() -> None:
    chance = np.array([0.1, 0.3, 0.3, 0.5, 0.8, 1.0])
    random = np.random.default_rng(1)

    hits = sum(
        np.bincount(sampling.drawn(chance, random), minlength=6) for _ in range(20_000)
    )  # fmt: skip

    np.testing.assert_allclose(hits / 20_000, chance, atol=0.015)


def test_two_draws_that_know_nothing_of_each_other() -> None:
    found = sampling.either(np.array([0.5, 0.0, 1.0]), np.array([0.5, 0.2, 0.3]))

    np.testing.assert_allclose(found, [0.75, 0.2, 1.0])


def test_rows_of_one_weight_are_worth_themselves_and_of_others_less() -> None:
    assert sampling.worth(np.full(7, 3.0)) == pytest.approx(7)
    assert sampling.worth(np.array([1.0, 1.0, 10.0])) < 1.5
    assert sampling.worth(np.zeros(0)) == 0


def test_a_row_that_is_worth_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="never drawn"):
        sampling.rate(np.array([1.0, 0.0]), 1)


def test_a_weighed_statistic_counts_rows_as_often_as_they_stand_for() -> None:
    label, decision = np.array([1, 0, 1]), np.array([1, 1, 0])
    weight = np.array([3.0, 1.0, 2.0])

    one = sampling.Weighed(metrics.accuracy(label, decision), weight)(np.ones(3))

    rows = np.repeat(np.arange(3), [3, 1, 2])
    assert one == pytest.approx(metrics.measured("accuracy", label[rows], decision[rows]))
