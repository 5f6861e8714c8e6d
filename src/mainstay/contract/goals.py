"""A bound on a metric, as good_enough and slices state it."""

import math
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from mainstay.contract.clauses import Clause, Section
from mainstay.contract.metrics import MEASURES, Measure, Metric
from mainstay.contract.terms import Number, Share, wrong
from mainstay.core.nouns import Limit


def within_reach(bound: float | None, info: ValidationInfo) -> float | None:
    """The bound, if its metric can lie on both sides of it."""
    metric = info.data.get("metric", "")
    measure = MEASURES.get(metric)
    if bound is not None and measure and not measure.low <= bound <= measure.high:
        says = f"is {bound:g}, but {metric} lies in {measure.range}"
        raise wrong(says, _reachable(bound, measure))
    return bound


def one_bound(at_most: float | None, info: ValidationInfo) -> float | None:
    """Runs last: exactly one bound, on the side that matters."""
    if "at_least" not in info.data:
        return at_most
    bounds = {"at_least": info.data["at_least"], "at_most": at_most}
    stated = {side: bound for side, bound in bounds.items() if bound is not None}
    if len(stated) > 1:
        raise wrong("states both at_least and at_most", "keep one of them", up=1)
    if not stated:
        raise wrong("needs at_least or at_most", "for example at_least: 0.75", up=1)
    ((side, bound),) = stated.items()
    metric = info.data.get("metric", "")
    measure = MEASURES.get(metric)
    if measure and side != measure.side:
        says = f"is {bound:g}, but of {metric} {measure.better} is better"
        raise wrong(says, f"write {measure.side}: {bound:g}", at=(side,), up=1)
    return at_most


def limit(at_least: float | None, at_most: float | None) -> Limit:
    """The one that is stated."""
    if at_least is not None:
        return Limit("at_least", at_least)
    return Limit("at_most", math.inf if at_most is None else at_most)


AtLeast = Annotated[
    Number | None,
    AfterValidator(within_reach),
    Clause("the least that is good enough", ("bench", "field")),
]
AtMost = Annotated[
    Number | None,
    AfterValidator(within_reach),
    AfterValidator(one_bound),
    Field(validate_default=True),
    Clause("the most that is good enough", ("bench", "field")),
]


class Goal(Section):
    """How good is good enough, by one metric."""

    metric: Annotated[Metric, Clause("what is measured", ("bench", "field"))]
    at_least: AtLeast = None
    at_most: AtMost = None

    @property
    def limit(self) -> Limit:
        return limit(self.at_least, self.at_most)


class Ceiling(Section):
    """A share that may not be passed."""

    at_most: Annotated[Share, Clause("the most that is good enough", ("bench",))]

    @property
    def limit(self) -> Limit:
        return Limit("at_most", self.at_most)


def _reachable(bound: float, measure: Measure) -> str:
    if (measure.low, measure.high) == (0, 1) and 2 <= bound <= 100:
        return f"write {bound / 100:g} for {bound:g} %"
    return (
        'write 0.75 for "at least 0.75"' if measure.high == 1 else f"write {measure.low:g} or more"
    )
