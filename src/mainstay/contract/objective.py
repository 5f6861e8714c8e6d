"""Why the model exists: the decision, what it is worth, how good is good enough."""

import math
import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, PlainValidator, ValidationInfo, WithJsonSchema

from mainstay.contract.clauses import Clause, Place, Section
from mainstay.contract.goals import Goal
from mainstay.contract.metrics import Task
from mainstay.contract.payoffs import BINARY, REGRESSION, ByColumn, Payoff, ordered
from mainstay.contract.terms import Name, Names, Number, Span, Text, wrong
from mainstay.contract.wording import shown

Constant = bool | int | float | str
_EVERYWHERE: tuple[Place, ...] = ("bench", "door", "field")


def _currency(code: str) -> str:
    if not re.fullmatch("[A-Z]{3}", code):
        raise wrong(f"is {shown(code)}", "write a code of three capital letters, for example USD")
    return code


def _constant(value: object) -> Constant | None:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    hint = "a number, or a text that is one of the classes"
    raise wrong(f"is {shown(value)}, but one value is wanted", hint)


def _only_one(column: str | None, info: ValidationInfo) -> str | None:
    stated = [name for name in ("rate_by", "constant") if info.data.get(name) is not None]
    stated += ["column"] if column is not None else []
    if info.data.keys() >= {"rate_by", "constant"} and len(stated) != 1:
        found = f"states {' and '.join(stated)}" if stated else "states nothing"
        raise wrong(found, "keep exactly one of rate_by, constant, column", up=1)
    return column


Currency = Annotated[
    Text,
    AfterValidator(_currency),
    Field(json_schema_extra={"pattern": "^[A-Z]{3}$", "examples": ["USD"]}),
]


class Value(Section):
    """What one decision of each kind is worth, in money; costs are negative."""

    currency: Annotated[Currency, Clause("the money all values are in", ("bench", "field"))]
    true_positive: Annotated[Payoff, Clause("money per positive decided positive", _EVERYWHERE)] = 0
    false_positive: Annotated[
        Payoff, Clause("money per negative decided positive", _EVERYWHERE)
    ] = 0
    true_negative: Annotated[Payoff, Clause("money per negative decided negative", _EVERYWHERE)] = 0
    false_negative: Annotated[
        Payoff, Clause("money per positive decided negative", _EVERYWHERE)
    ] = 0
    per_unit_over: Annotated[
        Payoff, Clause("money per unit by which a value is answered too high", ("bench", "field"))
    ] = 0
    per_unit_under: Annotated[
        Payoff, Clause("money per unit by which a value is answered too low", ("bench", "field"))
    ] = 0
    matrix: Annotated[
        Mapping[Name, Mapping[Name, Number]] | None,
        Clause("of several classes: money by what it was, then by what was decided", _EVERYWHERE),
    ] = None
    unnamed: Annotated[
        Number | None,
        Clause(
            "money of pairs that matrix leaves out; without it, every pair is named", _EVERYWHERE
        ),
    ] = None
    per_retrain: Annotated[
        Number, Clause("money per new version, weighed against ageing", ("bench", "field"))
    ] = 0
    per_label: Annotated[Number, Clause("money per label that becomes known", ("field",))] = 0
    per_1000_predictions: Annotated[
        Number, Clause("money per 1,000 answers", ("bench", "field"))
    ] = 0

    def payoffs(self, task: Task) -> tuple[float | ByColumn, ...]:
        """Of true positives, false positives, true negatives, false negatives, in this order.

        In regression per unit over and per unit under.
        """
        names = REGRESSION if task == "regression" else BINARY
        return tuple(getattr(self, name) for name in names)

    @property
    def classes(self) -> tuple[str, ...]:
        """Those of the matrix, in the order of a label: numbers by size, text by its letters."""
        return ordered(self.matrix or {})

    @property
    def by_class(self) -> tuple[tuple[float, ...], ...]:
        """Money by actual and decided class, in that order; empty without a matrix."""
        stated, beside = self.matrix or {}, self.unnamed or 0.0
        return tuple(
            tuple(float(stated.get(was, {}).get(said, beside)) for said in self.classes)
            for was in self.classes
        )

    def amounts(self, task: Task) -> tuple[str, ...]:
        """The columns that money hangs on, each once."""
        some = (one.column for one in self.payoffs(task) if isinstance(one, ByColumn))
        return tuple(dict.fromkeys(some))


class Baseline(Section):
    """What is done without the model: exactly one of the three."""

    rate_by: Annotated[
        Names | None,
        Clause(
            "the training mean of the label per group, of classes the commonest; [] is one group",
            ("bench", "door"),
        ),
    ] = None
    constant: Annotated[
        Constant | None,
        PlainValidator(_constant),
        WithJsonSchema({"type": ["boolean", "number", "string", "null"]}),
        Clause("the same answer always", ("bench", "door")),
    ] = None
    column: Annotated[
        Name | None,
        AfterValidator(_only_one),
        Field(validate_default=True),
        Clause("a column that holds today's answer", ("bench", "door")),
    ] = None


class Objective(Section):
    """The decision, and the number that makes the model worth having."""

    decision: Annotated[Text, Clause("the decision that the answers improve", ("bench",))]
    why_ml: Annotated[str, Clause("why a rule does not do; assess asks for it", ("bench",))] = ""
    effort: Annotated[
        Span | None,
        Clause("work until a version is live; assess --all ranks by worth for it", ("bench",)),
    ] = None
    task: Annotated[Task, Clause("what is predicted", ("bench", "door", "field"))]
    value: Annotated[
        Value | None,
        Clause("what right and wrong decisions are worth; without it no money is shown"),
    ] = None
    good_enough: Annotated[
        tuple[Goal, ...],
        Clause(
            "the floors of a version; without one assess and certify refuse", ("bench", "field")
        ),
    ] = ()
    baseline: Annotated[
        Baseline,
        Clause("what the model must beat and the door falls back to", ("bench", "door", "field")),
    ] = Baseline(rate_by=())

    @property
    def amounts(self) -> tuple[str, ...]:
        """The columns that money hangs on; none without money."""
        return self.value.amounts(self.task) if self.value else ()
