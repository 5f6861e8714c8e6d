"""Reason codes: which inputs moved one answer, how far, and from where."""

import math
from collections.abc import Sequence

import msgspec

from mainstay.bundle.contributions import Contributions
from mainstay.core.inputs import Input

Value = bool | int | float | str | None


class Reason(msgspec.Struct, frozen=True):
    """One input. value: as the model saw it, None where missing or unknown to it."""

    input: str
    value: Value
    contribution: float


class Reasons(msgspec.Struct, frozen=True):
    """The largest first, by absolute contribution. base and all contributions make the margin."""

    reasons: tuple[Reason, ...]
    base: float
    margin: float


def reasons(
    inputs: Sequence[Input], row: Sequence[float], found: Contributions, most: int
) -> Reasons:
    """At most so many; an input that adds nothing is none."""
    every = [
        Reason(one.name, _value(one, number), contribution)
        for one, number, contribution in zip(inputs, row, found.of.tolist(), strict=True)
        if contribution
    ]
    every.sort(key=lambda one: -abs(one.contribution))
    return Reasons(tuple(every[:most]), found.base, found.margin)


def _value(one: Input, number: float) -> Value:
    if math.isnan(number):
        return None
    match one.kind:
        case "text":
            return one.levels[int(number)]
        case "integer":
            return int(number)
        case "boolean":
            return bool(number)
        case "number":
            return number if math.isfinite(number) else None
