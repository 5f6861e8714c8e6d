import numpy as np
import planted_lines
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.bundle import form, interpret, stepping
from mainstay.bundle.form import Feature, Linear, Member, Step, table
from mainstay.bundle.terms import Sum


@given(st.lists(planted_lines.STEPS, max_size=4), planted_lines.VALUES)
def test_one_number_goes_through_steps_as_a_column_does(steps: list[Step], value: float) -> None:
    feature, body = Feature(0, tuple(steps)), Linear(table(np.array([[1.0]]), "f8"), (0.0,))

    said = stepping.compiled(Sum(Member((feature,), body, "none"), body))([value])

    (meant,) = interpret.stepped(np.array([value]), tuple(steps))
    assert said == meant or (np.isnan(said) and np.isnan(meant))


@pytest.mark.parametrize("value", [0.0, 1.0, np.nan])
def test_a_text_is_looked_up(value: float) -> None:
    lookup = form.Lookup((5.0, 7.0), 9.0)
    body = Linear(table(np.array([[2.0]]), "f8"), (1.0,))
    alone = stepping.compiled(Sum(Member((Feature(0, (lookup,)),), body, "none"), body))

    said = alone([value])

    assert said == {0.0: 11.0, 1.0: 15.0}.get(value, 19.0)
