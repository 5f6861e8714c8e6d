"""Whether what was learned holds on rows that nobody learned from, now and later."""

from typing import Annotated

from annotated_types import Ge, Le

from mainstay.contract.clauses import Clause, Section
from mainstay.contract.rivals import Worse
from mainstay.contract.terms import Number

Told = Annotated[Number, Ge(0.5), Le(1)]


class Generalises(Section):
    """From training rows to held-out ones; what is not stated is shown and gates nothing."""

    worse_by: Annotated[
        Worse | None,
        Clause(
            "the most that the first goal may lose from unseen training rows to held-out ones",
            ("bench",),
        ),
    ] = None
    room: Annotated[
        Worse | None,
        Clause("the most that a larger model may gain on held-out rows", ("bench",)),
    ] = None
    told: Annotated[
        Told | None,
        Clause(
            "how well training rows may be told from held-out ones, as a ROC AUC from 0.5 to 1",
            ("bench",),
        ),
    ] = None
    new_worse_by: Annotated[
        Worse | None,
        Clause(
            "the most that the first goal may be worse on entities that no training row is about",
            ("bench",),
        ),
    ] = None
