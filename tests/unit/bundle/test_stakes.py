"""What is at stake in one decision."""

from collections import namedtuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.bundle import stakes
from mainstay.bundle.stakes import Payoff, Stakes
from mainstay.core.columns import Text
from mainstay.core.errors import Mistake

FRAUD = Stakes(
    true_positive=Payoff(-5.0),
    false_positive=Payoff(-20.0, "amount", -0.01),
    true_negative=Payoff(),
    false_negative=Payoff(0.0, "amount", -1.0, missing=50.0),
)
COLUMNS = ("key", "amount")
Row = namedtuple("Row", "c0 c1")  # noqa: PYI024 - as a request row is read


def test_money_is_plus_and_times_the_column():
    beside = Text(np.zeros(3, dtype=np.int32), ("k",))

    found = stakes.money(FRAUD.payoffs, {"key": beside, "amount": np.array([100.0, np.nan, -3.0])})

    assert found.tolist() == [[-5, -21, 0, -100], [-5, -20, 0, -50], [-5, -20, 0, 0]]


def test_a_row_leans_to_yes_where_acting_gains_more_than_it_may_lose():
    money = stakes.money(FRAUD.payoffs, {"amount": np.array([1000.0, 1000.0, 20.0])})
    even = 30 / (30 + 995)  # L / (G + L)

    leans = stakes.leanings(np.array([even + 1e-6, even - 1e-6, 0.5]), money)

    assert leans[0] > 0.5 > leans[1]
    assert leans[2] == pytest.approx(0.5 * 15 / (0.5 * 15 + 0.5 * 20.2))


def test_nothing_at_stake_never_leans_to_yes():
    nothing = np.zeros((2, 4))

    assert stakes.leanings(np.array([0.1, 0.9]), nothing).tolist() == [0, 0]


def test_where_acting_gains_nothing_it_never_pays():
    worse = np.array([[0.0, -1.0, 0.0, 5.0]])  # a yes left is worth more

    assert stakes.leanings(np.array([1.0]), worse)[0] < 0.5


@given(
    score=st.floats(0, 1),
    amount=st.one_of(st.none(), st.floats(-1e3, 1e9)),
)
def test_the_door_leans_bit_for_bit_as_the_bench(score: float, amount: float | None) -> None:
    column = np.array([np.nan if amount is None else amount])

    (bench,) = stakes.leanings(np.array([score]), stakes.money(FRAUD.payoffs, {"amount": column}))
    door = stakes.leaning(FRAUD, COLUMNS)(score, Row("k", amount))

    assert door == bench


def test_text_is_no_amount():
    with pytest.raises(Mistake, match="money hangs on amount, which is text"):
        stakes.money(FRAUD.payoffs, {"amount": Text(np.array([0], dtype=np.int32), ("much",))})


def test_the_columns_are_named_once():
    assert FRAUD.columns == ("amount",)


MATRIX = ((5.0, -1.0, -2.0), (-30.0, 6.0, -4.0), (-5.0, -6.0, 7.0))


def test_the_class_that_earns_most_by_all_chances_is_decided_for():
    chances = np.array([[0.6, 0.3, 0.1], [0.9, 0.05, 0.05], [0.1, 0.2, 0.7]])
    expected = chances @ np.array(MATRIX)

    found = stakes.likeliest(chances, MATRIX)

    assert found.tolist() == expected.argmax(axis=1).tolist() == [1, 0, 2]
    assert stakes.likeliest(chances, ()).tolist() == [0, 0, 2]


def test_of_equal_classes_the_first_is_decided_for():
    assert stakes.likeliest(np.array([[0.5, 0.5]]), ((1.0, 1.0), (1.0, 1.0))).tolist() == [0]


@given(st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_one_row_alone_is_decided_as_among_others(chances: list[float]) -> None:
    """At a tie of expected money a different order of sums would show."""
    money = ((0.1, 0.3, 0.2), (0.3, 0.2, 0.1), (0.2, 0.1, 0.3))
    among = np.vstack([np.full((7, 3), 1 / 3), [chances]])

    alone = stakes.likeliest(np.array([chances]), money)

    assert alone[0] == stakes.likeliest(among, money)[-1]
