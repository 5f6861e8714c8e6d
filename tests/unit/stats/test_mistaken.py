import numpy as np
import pytest

from mainstay.stats import mistaken

DRAW = np.random.default_rng(7)
DAYS = np.repeat(np.arange(30), 40)
LABEL = DRAW.integers(0, 3, len(DAYS)).astype(float)
DECIDED = np.where(DRAW.random(len(DAYS)) < 0.8, LABEL, 0.0)
WORTH = np.array([[5.0, -1.0, -2.0], [-3.0, 6.0, -4.0], [-5.0, -6.0, 7.0]])


def test_every_pair_that_happened_is_counted_with_its_interval() -> None:
    found = mistaken.cells(LABEL, DECIDED, 3, WORTH, (DAYS,), seed=1)

    assert {(one.actual, one.decided) for one in found} == {(0, 0), (1, 0), (1, 1), (2, 0), (2, 2)}
    assert sum(one.often.value for one in found) == pytest.approx(1000)
    for one in found:
        share = np.mean((one.actual == LABEL) & (one.decided == DECIDED))
        assert one.often.value == pytest.approx(1000 * share)
        assert one.often.low < one.often.value < one.often.high
        assert one.worth == WORTH[one.actual, one.decided]


def test_a_class_that_was_never_learned_has_no_worth() -> None:
    label = np.where(np.arange(len(LABEL)) % 50 == 0, -1.0, LABEL)

    found = mistaken.cells(label, DECIDED, 3, WORTH, (DAYS,), seed=1)

    strange = [one for one in found if one.actual == -1]
    assert sum(one.often.value for one in strange) == pytest.approx(20)
    assert all(one.worth is None for one in strange)


def test_too_high_and_too_low_are_told_apart() -> None:
    off = DRAW.normal(1.0, 2.0, len(DAYS))
    money = np.where(off > 0, -2 * off, 5 * off)

    over, under, either = mistaken.sides(
        np.zeros(len(DAYS)), off, money, (DAYS,), seed=1, unit="EUR"
    )

    assert over.share.value == pytest.approx(np.mean(off > 0))
    assert over.by.value == pytest.approx(off[off > 0].mean())
    assert under.by.value == pytest.approx(-off[off < 0].mean())
    assert either.cost.value == pytest.approx(over.cost.value + under.cost.value)
    assert either.cost.value == pytest.approx(1000 * money.mean())
    assert under.cost.low < under.cost.value < under.cost.high
    assert under.cost.unit == "EUR"


def test_without_money_nothing_is_said_to_cost() -> None:
    found = mistaken.sides(LABEL, DECIDED, None, (DAYS,), seed=1)

    assert [one.cost for one in found] == [None] * 3


def test_too_few_days_tell_no_interval() -> None:
    days = DAYS % 3

    assert all(
        one.often is None for one in mistaken.cells(LABEL, DECIDED, 3, None, (days,), seed=1)
    )
    assert mistaken.sides(LABEL, DECIDED, None, (days,), seed=1)[0].share is None
