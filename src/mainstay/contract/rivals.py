"""Whom a version is held against beside its goals, and what may go wrong around it."""

from collections.abc import Mapping
from typing import Annotated

from annotated_types import Ge

from mainstay.contract.clauses import Clause, Section
from mainstay.contract.metrics import Metric
from mainstay.contract.terms import Name, Names, Number

Worse = Annotated[Number, Ge(0)]


class Champion(Section):
    """By how much a candidate may be worse than the version that is live, on the same rows."""

    metric: Annotated[
        Metric | None, Clause("what is compared; without it, the first goal", ("bench",))
    ] = None
    worse_by: Annotated[
        Worse | None,
        Clause(
            "the most it may be worse; without it 0.02 where 1 is the best, else a twentieth",
            ("bench",),
        ),
    ] = None
    slices_worse_by: Annotated[
        Worse | None,
        Clause("the same on each slice; without it, five times as much", ("bench",)),
    ] = None
    life_worse_by: Annotated[
        Worse | None,
        Clause(
            "the same on average over the life of its certificate; without it, only shown",
            ("bench",),
        ),
    ] = None


class Simplest(Section):
    """How much better than something simpler a model must be."""

    margin: Annotated[
        Worse | None,
        Clause("the least gain over a simpler model; without it, only shown", ("bench",)),
    ] = None


class Robust(Section):
    """What an error of the inputs may cost that nothing notices."""

    harm: Annotated[
        Worse | None,
        Clause("the most that the first goal may lose; without it, only shown", ("bench",)),
    ] = None
    systems: Annotated[
        Mapping[Name, Names] | None,
        Clause(
            "columns of the decisions that come from one system, and stay away together", ("bench",)
        ),
    ] = None
