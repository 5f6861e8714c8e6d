"""Answers with their reasons: which inputs moved each of them, or why there is nothing to say."""

from typing import Any

import msgspec

from mainstay.bundle.baseline import Baseline, Commonest, Constant, OfColumn, Rates
from mainstay.bundle.guard import Judgement
from mainstay.bundle.runtime import given
from mainstay.core.errors import MainstayError
from mainstay.life.serve.served import Answered, Served


def told(one: Served, judgement: Judgement, said: Answered, most: int) -> dict[str, Any]:
    """All that is said of an answer, and `reasons`, `base` and `margin`, null where there are none.

    why_none: then, which rule answered or why the engine does not say; else empty.
    """
    plain = msgspec.structs.asdict(said)
    nothing = {"reasons": None, "base": None, "margin": None}
    if said.decided_by == "baseline":
        rule = _rule(one.held.runtime.manifest.baseline)
        return {**plain, **nothing, "why_none": f"the baseline answered: {rule}"}
    if said.version != one.share.version:
        return {**plain, **nothing, "why_none": f"{said.version} stands in, and gives no reasons"}
    try:
        found = one.held.runtime.reasons(given(judgement), said.decision, most)
    except MainstayError as error:
        return {**plain, **nothing, "why_none": str(error)}
    return {**plain, **msgspec.structs.asdict(found), "why_none": ""}


def _rule(baseline: Baseline) -> str:
    match baseline:
        case Constant(value=value):
            return f"always {value:g}"
        case OfColumn(name=name):
            return f"what column {name} says"
        case Commonest(by=()):
            return "one class for all rows"
        case Commonest(by=by):
            return f"one class by {', '.join(by)}"
        case Rates(by=()):
            return "the mean of the rows trained on"
        case Rates(by=by):
            return f"the mean of the rows trained on, by {', '.join(by)}"
