import math
from collections.abc import Callable

import ibis.expr.types as ir
import pytest

from mainstay.core.errors import Broken
from mainstay.core.rules import FieldRule
from mainstay.data import learnt

Stored = Callable[..., ir.Table]


@pytest.mark.parametrize(
    ("kind", "values", "how", "imputed"),
    [
        ("float64", [3.0, 1.0, 2.5, None, math.nan, 900.0], "median", 2.5),
        ("float64", [1.0, 2.0, 3.0, 4.0], "median", 2.0),
        ("int64", [7, 5, 900], "median", 5),
        ("int64", [7, 7, 5, 5, 900, 900, 900], "most_frequent", 5),
        ("string", ["UA", "AA", "UA", None], "most_frequent", "UA"),
        ("boolean", [True, None, None, True, False], "most_frequent", True),
    ],
)
def test_a_value_is_learnt_from_the_rows_that_keep_the_rule(
    stored: Stored, kind: str, values: list[object], how: str, imputed: object
) -> None:
    types = {"int64": "integer", "float64": "number", "string": "string", "boolean": "boolean"}
    high = 500 if kind in ("int64", "float64") else None
    rule = FieldRule("x", types[kind], nullable=False, on_breach="impute", high=high)  # type: ignore[arg-type]  # field types

    (found,) = learnt.filled(stored({"x": kind}, x=values), (rule,), {"x": how})

    assert isinstance(found, FieldRule)
    assert (found.imputed, found.on_breach) == (imputed, "impute")


def test_other_rules_stay_as_they_are(stored: Stored) -> None:
    rule = FieldRule("x", "number", nullable=False, on_breach="impute", imputed=3)

    assert learnt.filled(stored({"x": "float64"}, x=[1.0]), (rule,), {}) == (rule,)


def test_nothing_is_learnt_from_rows_that_all_break_the_rule(stored: Stored) -> None:
    rule = FieldRule("x", "number", nullable=False, on_breach="impute", high=5)

    with pytest.raises(Broken, match="no row of the training period has a x that keeps its rule"):
        learnt.filled(stored({"x": "float64"}, x=[6.0, None]), (rule,), {"x": "median"})
