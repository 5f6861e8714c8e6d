import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mainstay.stats import value
from mainstay.stats.value import Matrix

FLIGHTS = Matrix(true_positive=40, false_positive=-12)
LABEL = np.array([1, 0, 1, 0, 1])
SCORE = np.array([0.9, 0.8, 0.6, 0.4, 0.2])


def test_each_kind_of_decision_earns_its_own_money():
    matrix = Matrix(1, 2, 3, 4)

    found = value.per_row(np.array([1, 0, 0, 1]), np.array([1, 1, 0, 0]), matrix)

    assert found.tolist() == [1, 2, 3, 4]


def test_money_is_per_thousand_decisions():
    found = value.per_thousand(LABEL, np.array([1, 1, 0, 0, 0]), FLIGHTS)

    assert found == pytest.approx(1000 * (40 - 12) / 5)


def test_money_counts_rows_by_their_weight():
    weight = np.array([2.0, 0, 0, 0, 2.0])

    found = value.per_thousand(LABEL, np.array([1, 1, 0, 0, 0]), FLIGHTS, weight)

    assert found == pytest.approx(1000 * 80 / 4)


def test_the_best_threshold_lies_half_way_between_the_scores_it_parts():
    assert (
        value.best_threshold(np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.6, 0.9]), FLIGHTS) == 0.4
    )


def test_of_equal_thresholds_the_one_that_acts_least_is_best():
    found = value.best_threshold(np.array([1, 0, 1]), np.array([0.9, 0.5, 0.1]), Matrix(1, -1))

    assert found == 0.7


def test_where_acting_never_pays_no_score_reaches_the_threshold():
    found = value.best_threshold(np.zeros(3), np.array([0.1, 0.5, 0.7]), FLIGHTS)

    assert found > 1


def test_where_acting_always_pays_every_score_reaches_the_threshold():
    found = value.best_threshold(np.ones(3), np.array([0.1, 0.5, 0.7]), FLIGHTS)

    assert found == 0


def test_neighbouring_floats_are_still_parted():
    upper = np.nextafter(0.5, 1)

    found = value.best_threshold(np.array([0, 1]), np.array([0.5, upper]), FLIGHTS)

    assert found == upper


@given(
    score=arrays.arrays(float, 9, elements=st.sampled_from([0.1, 0.3, 0.5, 0.7])),
    label=arrays.arrays(int, 9, elements=st.integers(0, 1)),
)
def test_no_other_threshold_earns_more(score, label):
    best = value.best_threshold(label, score, FLIGHTS)
    earned = [
        value.per_thousand(label, score >= at, FLIGHTS) for at in (0, 0.2, 0.3, 0.4, 0.6, 0.9)
    ]

    assert value.per_thousand(label, score >= best, FLIGHTS) >= max(earned) - 1e-9


def test_thresholds_of_a_curve_ascend_and_contain_the_one_chosen():
    found = value.thresholds(np.random.default_rng(1).random(500), 0.333, count=11)

    assert len(found) == 12
    assert 0.333 in found
    assert (np.diff(found) > 0).all()


def test_the_curve_is_the_money_at_each_threshold():
    generator = np.random.default_rng(1)
    label, score, day = generator.integers(0, 2, 300), generator.random(300), np.arange(300) % 20
    at = np.array([0.2, 0.5, 0.8])

    found = value.curve(label, score, FLIGHTS, (day,), at=at, seed=1)

    expected = [value.per_thousand(label, score >= one, FLIGHTS) for one in at]
    assert found.threshold == (0.2, 0.5, 0.8)
    assert found.money == pytest.approx(expected)
    assert all(np.less(found.low, found.money))
    assert all(np.less(found.money, found.high))


def test_a_score_on_the_threshold_is_acted_on():
    found = value.curve(LABEL, SCORE, FLIGHTS, (np.arange(5),), at=np.array([0.6]), seed=1)

    assert found.money == pytest.approx((1000 * (80 - 12) / 5,))


def test_a_curve_over_too_few_days_has_no_band():
    found = value.curve(LABEL, SCORE, FLIGHTS, (np.arange(5),), at=np.array([0.6]), seed=1)

    assert found.low == found.high == ()


@pytest.mark.parametrize(
    ("label", "best"),
    [([0, 0, 0, 0], "never"), ([1, 1, 1, 1], "always"), ([1, 0, 0, 0], "baseline")],
)
def test_the_best_rival_is_chosen_by_what_it_earns(label, best):
    assert value.best_of(np.array(label), np.array([1, 0, 0, 0]), FLIGHTS) == best


def test_of_rivals_that_earn_the_same_the_simplest_is_chosen():
    assert value.best_of(np.array([0, 0]), np.array([0, 0]), FLIGHTS) == "never"


@pytest.mark.parametrize(("best", "rival"), [("never", 0), ("always", 44), ("baseline", 40)])
def test_the_model_is_measured_above_the_rival_chosen_before(best, rival):
    decision, baseline = np.array([1, 0, 1, 0, 0]), np.array([1, 0, 0, 0, 0])

    found = value.over_best_of(LABEL, decision, FLIGHTS, best=best, baseline=baseline)

    expected = 1000 * (80 - {"never": 0, "always": 96, "baseline": 40}[best]) / 5
    assert found(np.ones(5)) == pytest.approx(expected)


def test_running_the_model_is_taken_off_its_money():
    free, paid = (
        value.over_best_of(
            LABEL, LABEL, FLIGHTS, best="never", baseline=np.zeros(5), running=running
        )(np.ones(5))
        for running in (0.0, -0.05)
    )

    assert paid == pytest.approx(free - 0.05)


def test_without_weight_there_is_no_money():
    found = value.over_best_of(LABEL, LABEL, FLIGHTS, best="never", baseline=LABEL)

    assert math.isnan(found(np.zeros(5)))


def test_a_sum_has_the_interval_of_its_rows() -> None:
    found = value.summed(np.array([1.0, 3.0, 5.0]), "EUR")

    assert (found.value, found.n, found.unit) == (9, 3, "EUR")
    assert found.high - found.value == pytest.approx(4.302652729911275 * 3**0.5 * 2)
    assert np.isnan(value.summed(np.array([1.0])).low)


def test_being_off_costs_by_the_unit_and_by_the_side():
    label, said = np.array([10.0, 10.0, 10.0]), np.array([12.0, 7.0, 10.0])

    assert value.missed(label, said, -2.0, -5.0).tolist() == [-4, -15, 0]
    assert value.missed(label, said, np.array([-1.0, 0, 0]), np.array([0, -2.0, 0])).tolist() == [
        -2, -6, 0,
    ]  # fmt: skip


def test_the_cheapest_shift_is_the_quantile_that_costs_ask_for():
    random = np.random.default_rng(0)
    label, ones = random.normal(size=20_001), np.ones(20_001)

    shift = value.cheapest_shift(label, np.zeros(20_001), ones, 4 * ones)

    assert shift == np.quantile(label, 0.8, method="inverted_cdf")
    assert value.cheapest_shift(label, label, 0 * ones, 0 * ones) == 0


def test_money_of_a_class_is_that_of_the_pair_and_open_where_it_was_never_learned() -> None:
    matrix = np.array([[1.0, -1.0], [-2.0, 3.0]])

    found = value.by_class(np.array([0.0, 1, -1, 1]), np.array([1.0, 1, 0, 0]), matrix)

    assert found[[0, 1, 3]].tolist() == [-1, 3, -2]
    assert np.isnan(found[2])


def test_the_best_class_for_all_rows_is_not_the_commonest_where_mistakes_are_dear() -> None:
    label = np.array([0.0, 0, 0, 1])

    assert value.best_class(label, np.array([[1.0, -1.0], [-2.0, 30.0]])) == 1
    assert value.best_class(label, np.eye(2)) == 0
    assert value.best_class(label, np.zeros((2, 2))) == 0
