"""Money of one decision: a number, or by a column of the decision that says how much."""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import ValidatorFunctionWrapHandler, WrapValidator

from mainstay.contract.clauses import Clause, Place, Section
from mainstay.contract.terms import Name, Number, wrong
from mainstay.contract.wording import shown

_EVERYWHERE: tuple[Place, ...] = ("bench", "door", "field")
_FORMS = "write a number, or {column: amount, times: -1}"


class ByColumn(Section):
    """`plus` and `times` the column of each decision."""

    column: Annotated[
        Name,
        Clause("the column that says how much, known when the answer is asked for", _EVERYWHERE),
    ]
    times: Annotated[Number, Clause("money per unit of it; a cost is negative", _EVERYWHERE)] = 1
    plus: Annotated[Number, Clause("money beside it, however much it is", _EVERYWHERE)] = 0
    missing: Annotated[
        Number | None,
        Clause("how much it is where it is null; without it, never null", _EVERYWHERE),
    ] = None


def ordered(matrix: Mapping[str, Mapping[str, float]]) -> tuple[str, ...]:
    """The classes that a matrix names anywhere: numbers by size, text by its letters."""
    named = {*matrix, *(said for row in matrix.values() for said in row)}
    if all(re.fullmatch(r"-?[0-9]+", one) for one in named):
        return tuple(sorted(named, key=int))
    return tuple(sorted(named))


def _payoff(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """One of both, so that a mistake is told of the one that was meant."""
    if isinstance(value, ByColumn):
        return value
    if isinstance(value, Mapping):
        return ByColumn.model_validate(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong(f"is {shown(value)}, but money is wanted", _FORMS)
    return handler(value)


Payoff = Annotated[Number | ByColumn, WrapValidator(_payoff)]
BINARY = ("true_positive", "false_positive", "true_negative", "false_negative")
REGRESSION = ("per_unit_over", "per_unit_under")
