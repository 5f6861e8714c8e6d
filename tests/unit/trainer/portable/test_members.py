import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.tree import DecisionTreeRegressor

from mainstay.trainer.portable.members import assembled, many
from mainstay.trainer.portable.parts import Block, Column, Foreign

ROWS, LABEL = np.arange(8.0).reshape(8, 1), np.arange(8.0)
BLOCK = Block((Column(0),))


def test_what_an_estimator_refuses_is_found_by_asking_it() -> None:
    linear = LinearRegression().fit(ROWS, LABEL)
    tree = DecisionTreeRegressor().fit(ROWS, LABEL)

    strict, lenient = (assembled(one, BLOCK, {}, "none") for one in (linear, tree))

    plain = [{"input": 0, "steps": []}]
    assert (strict["numbers"], strict["finite"]) == (plain, [])
    assert (lenient["numbers"], lenient["finite"]) == ([], plain)


def test_a_narrow_estimator_sees_float32() -> None:
    made = assembled(DecisionTreeRegressor().fit(ROWS, LABEL), BLOCK, {}, "none", narrow=True)

    assert made["features"] == [{"input": 0, "steps": [{"type": "Cast"}]}]


def test_text_left_over_is_refused() -> None:
    block = Block((Column(0, texts=("a",)),))

    with pytest.raises(Foreign, match=r"sklearn.LinearRegression of a column of text"):
        assembled(LinearRegression().fit(ROWS, LABEL), block, {}, "none")


def test_two_classes_are_not_many() -> None:
    class Fitted:
        classes_ = (False, True)

    assert not many(Fitted())
