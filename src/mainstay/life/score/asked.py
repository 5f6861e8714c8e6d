"""What a version needs to know of each row: asked of the engine at once, and read from batches."""

from typing import NamedTuple

import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from mainstay.bundle.manifest import Manifest
from mainstay.core.inputs import Input
from mainstay.core.rules import FieldRule, Rule
from mainstay.core.typed import FLAG, NUMBER, TEXT
from mainstay.data import rules as data_rules
from mainstay.data import schema
from mainstay.data.expression import to_ibis
from mainstay.data.masks import Mask, mask
from mainstay.data.stream import Asked, Batch, Flags

Matrix = NDArray[np.float64]


class Ruled(NamedTuple):
    """A rule and what finds who broke it; required: where a null alone breaks it."""

    rule: Rule
    broken: Mask
    required: bool


class Asks(NamedTuple):
    """Where the values of a row stand in batches.

    came: request columns as they came; seen: as the model sees them, imputed; values: what
    features() gives, as it is; inputs: what the model takes, text as text; finite: columns
    without a rule that must be finite all the same, as whoever writes JSON has it.
    """

    asked: Asked
    came: dict[str, str]
    seen: dict[str, str]
    values: dict[str, str]
    inputs: tuple[tuple[Input, str], ...]
    rules: tuple[Ruled, ...]
    finite: tuple[str, ...]


def asks(rows: ir.Table, stated: Manifest, slices: tuple[str, ...] = ()) -> Asks:
    """Of the rows of a table that holds the columns of a request, and perhaps others.

    slices: of what features() gives, that whose values are needed beside the inputs.
    """
    came = schema.widened(rows.select(list(stated.columns)))
    made = data_rules.marked(came, stated.rules)
    asked = Asked(made.table)
    outputs = {one.name: one.expression for one in stated.outputs}
    rules = zip(stated.rules, made.broken, strict=True)
    seen = {name: _of(asked, made.table[name]) for name in stated.columns}
    imputed = _imputed(stated)
    return Asks(
        asked,
        {name: _of(asked, came[name]) if name in imputed else seen[name] for name in seen},
        seen,
        {
            name: _of(asked, to_ibis(made.table, outputs[name]))
            for name in slices
            if name in outputs
        },
        tuple(
            (one, _input(asked, to_ibis(made.table, outputs[one.name]))) for one in stated.inputs
        ),
        tuple(Ruled(rule, mask(asked, made.table[mark]), _required(rule)) for rule, mark in rules),
        _unruled(stated, seen),
    )


def matrix(batch: Batch, inputs: tuple[tuple[Input, str], ...]) -> Matrix:
    """Shape (rows, inputs), as bundle.encoder makes them of requests."""
    made = np.empty((batch.rows, len(inputs)))
    for place, (one, name) in enumerate(inputs):
        made[:, place] = _codes(batch, name, one) if one.kind == "text" else batch.numbers(name)
    return made


def infinite(batch: Batch, asks: Asks) -> dict[str, Flags]:
    """Of columns where that is no value, who holds an infinite one; only those with any."""
    found = {name: np.isinf(batch.numbers(asks.came[name])) for name in asks.finite}
    return {name: some for name, some in found.items() if some.any()}


def _of(asked: Asked, value: ir.Value) -> str:
    """A number may hold NaN for what is missing."""
    return asked.number(value) if value.type().is_floating() else asked.of(value)


def _input(asked: Asked, value: ir.Value) -> str:
    kind = schema.neutral(value.type())
    if kind in (TEXT, NUMBER):
        return _of(asked, value)
    return asked.number(value.ifelse(1, 0) if kind == FLAG else value)


def _codes(batch: Batch, name: str, one: Input) -> Matrix:
    """Places among the levels; null and unseen NaN."""
    coded = batch.coded(name)
    places = {level: float(place) for place, level in enumerate(one.levels)}
    known = np.array([*(places.get(text, np.nan) for text in coded.levels), np.nan])
    found: Matrix = known[coded.codes]  # -1, the last, is a null
    return found


def _imputed(stated: Manifest) -> frozenset[str]:
    some = (one for one in stated.rules if isinstance(one, FieldRule))
    return frozenset(one.name for one in some if one.on_breach == "impute")


def _required(rule: Rule) -> bool:
    return isinstance(rule, FieldRule) and not rule.nullable and rule.on_breach != "impute"


def _unruled(stated: Manifest, names: dict[str, str]) -> tuple[str, ...]:
    ruled = {one.name for one in stated.rules if isinstance(one, FieldRule)}
    kinds = {one.name: one.type for one in stated.request}
    return tuple(name for name in names if kinds[name] == NUMBER and name not in ruled)
