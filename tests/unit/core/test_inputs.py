"""What the model sees, as one matrix."""

import numpy as np
import pytest

from mainstay.core.columns import Columns, Text
from mainstay.core.inputs import Input, inputs, matrix


def columns() -> Columns:
    return {
        "temp": np.array([1.5, np.nan]),
        "hour": np.array([5, 6]),
        "late": np.array([True, False]),
        "carrier": Text(np.array([1, -1], dtype=np.int32), ("AA", "UA")),
    }


def test_training_columns_define_the_inputs() -> None:
    kinds = [(one.name, one.kind, one.levels) for one in inputs(columns())]

    assert kinds == [
        ("temp", "number", ()),
        ("hour", "integer", ()),
        ("late", "boolean", ()),
        ("carrier", "text", ("AA", "UA")),
    ]


def test_missing_and_unseen_are_nan() -> None:
    wanted = (Input("carrier", "text", ("UA",)), Input("temp", "number"))

    made = matrix(columns(), wanted)

    np.testing.assert_array_equal(made, [[0.0, 1.5], [np.nan, np.nan]])


def test_an_integer_that_float64_cannot_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="id holds integers beyond"):
        matrix({"id": np.array([2**53 + 1])}, (Input("id", "integer"),))
