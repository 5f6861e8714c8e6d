import numpy as np

from mainstay.bundle.contributions import Contributions
from mainstay.bundle.reasons import Reason, reasons
from mainstay.core.inputs import Input

INPUTS = (
    Input("origin", "text", ("EWR", "JFK")),
    Input("hour", "integer"),
    Input("wet", "boolean"),
    Input("temp", "number"),
    Input("unused", "number"),
)
FOUND = Contributions(np.array([0.5, -2.0, 0.25, -0.5, 0.0]), 1.0, -0.75)
ROW = [1.0, 7.0, 1.0, 20.5, 3.0]


def test_the_largest_come_first_with_the_values_that_the_model_saw() -> None:
    found = reasons(INPUTS, ROW, FOUND, 9)

    assert found.reasons == (
        Reason("hour", 7, -2.0), Reason("origin", "JFK", 0.5), Reason("temp", 20.5, -0.5),
        Reason("wet", value=True, contribution=0.25),
    )  # fmt: skip
    assert found.base + sum(one.contribution for one in found.reasons) == found.margin == -0.75


def test_as_many_as_are_wanted_are_told() -> None:
    assert [one.input for one in reasons(INPUTS, ROW, FOUND, 2).reasons] == ["hour", "origin"]


def test_what_was_missing_unknown_or_infinite_has_no_value() -> None:
    found = reasons(INPUTS, [np.nan, np.nan, 0.0, np.inf, 0.0], FOUND, 9)

    assert {one.input: one.value for one in found.reasons} == {
        "hour": None, "origin": None, "temp": None, "wet": False,
    }  # fmt: skip
