"""Rows of a table as a version decides them, and the blocks that resampling draws."""

from collections.abc import Callable
from typing import NamedTuple

import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from mainstay.bundle import baseline, stakes
from mainstay.bundle.manifest import Abstain, Manifest
from mainstay.bundle.runtime import Runtime
from mainstay.contract.model import Contract
from mainstay.core.columns import Columns, Numbers, Text
from mainstay.core.inputs import matrix
from mainstay.data import columns as memory
from mainstay.data import features
from mainstay.data import rules as data_rules
from mainstay.trainer import payoffs

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Abstained = NDArray[np.bool_]
MICROSECONDS_A_DAY = 86_400_000_000
_CAME = "mainstay_came "


class Scored(NamedTuple):
    """Decisions with known labels, in the order of the table.

    label: as number, shape (rows,); score: (rows,), multiclass (rows, classes); decided and ruled:
    what the model and the baseline decide; day and entity: block codes from 0; columns: the rows
    as they came; seen: the model's inputs; payoffs: of each row, see trainer.payoffs.
    """

    label: Floats
    score: Floats
    decided: Floats
    ruled: Floats
    day: Codes
    entity: Codes
    columns: Columns
    seen: Columns
    payoffs: Floats | None = None

    @property
    def blocks(self) -> tuple[Codes, ...]:
        """What the bootstrap draws: days, and entities."""
        return self.day, self.entity


def scored(table: ir.Table, contract: Contract, runtime: Runtime) -> Scored:
    """Every row by a version; order the table where rows are compared. Raises Unavailable."""
    stated = runtime.manifest
    return told(table, contract, stated, lambda seen: runtime.scores(matrix(seen, stated.inputs)))


def told(
    table: ir.Table, contract: Contract, stated: Manifest, said: Callable[[Columns], Floats]
) -> Scored:
    """Every row by what is said of the model's inputs, in the order of the table."""
    label = contract.data.label.column
    table = data_rules.imputed(table, stated.rules)
    columns, seen = read(table, stated, label, tuple(table.columns))
    score = said(seen)
    return Scored(
        label=numbers(columns[label]),
        score=score,
        decided=decided(stated, score, columns),
        ruled=ruled(stated, columns),
        day=days(columns[contract.data.decisions.time]),
        entity=entities(contract, columns),
        columns=columns,
        seen=seen,
        payoffs=payoffs.by_row(contract, columns),
    )


def read(
    table: ir.Table, stated: Manifest, label: str, names: tuple[str, ...]
) -> tuple[Columns, Columns]:
    """Some columns of the rows as they came, and what the model sees of them.

    In one question, so row by row. A label among them is as `placed` gives it.
    """
    came = {f"{_CAME}{name}": table[name] for name in names}
    both = features.inputs(table.mutate(**came), stated.outputs, tuple(came))
    found = memory.fetched(both, {f"{_CAME}{label}": tuple(map(str, stated.classes))})
    columns = {name: found.pop(f"{_CAME}{name}") for name in names}
    if label in columns:
        columns[label] = placed(columns[label], stated)
    return columns, found


def placed(label: Numbers | Text, stated: Manifest) -> Numbers | Text:
    """A label by the places of the classes that a version learned, -1 for any other.

    Text is read so; it stays as it is, and so does the label of the other tasks.
    """
    if stated.task != "multiclass" or isinstance(label, Text):
        return label
    known = np.array(stated.classes, dtype=np.float64)
    found = np.searchsorted(known, label).clip(max=len(known) - 1)
    codes = np.where(known[found] == label, found, -1)
    return Text(codes.astype(np.int32), tuple(map(str, stated.classes)))


def decided(stated: Manifest, score: Floats, columns: Columns) -> Floats:
    """What a version decides at these scores: 1 or 0, the code of the class, the value.

    columns: the rows as they came; what is at stake may hang on them.
    """
    if stated.task == "multiclass":
        return stakes.likeliest(score, stated.matrix).astype(np.float64)
    if stated.threshold is None:
        return score
    return (leaning(stated, score, columns) >= stated.threshold).astype(np.float64)


def leaning(stated: Manifest, score: Floats, columns: Columns) -> Floats:
    """What is held against a threshold: the score, or how far it leans to yes by the stakes."""
    if stated.stakes is None:
        return score
    return stakes.leanings(score, stakes.money(stated.stakes.payoffs, columns))


def band(contract: Contract) -> Abstain | None:
    """Where a version of this contract abstains, as its bundle says it."""
    stated = contract.serve.abstain
    if stated is None:
        return None
    low, high = stated.between
    return Abstain(low, high, stated.to)


def abstained(band: Abstain | None, score: Floats) -> Abstained:
    """Of which of these scores a version decides nothing, shape (rows,)."""
    if band is None:
        return np.zeros(len(score), dtype=np.bool_)
    inside: Abstained = (score >= band.low) & (score <= band.high)
    return inside


def ruled(stated: Manifest, columns: Columns) -> Floats:
    """What the baseline decides of these rows."""
    said = baseline.rates(stated.baseline, columns)
    yes = stated.baseline_threshold
    return said if yes is None else (leaning(stated, said, columns) >= yes).astype(np.float64)


def numbers(values: Numbers | Text) -> Floats:
    """A label as numbers: 0 and 1, the value, or the code of the class; NaN where missing."""
    return (values.codes if isinstance(values, Text) else values).astype(np.float64)


def days(time: Numbers | Text) -> Codes:
    """Codes of the days of microseconds since 1970, UTC."""
    microseconds = numbers(time).astype(np.int64)
    return np.unique(microseconds // MICROSECONDS_A_DAY, return_inverse=True)[1]


def entities(contract: Contract, columns: Columns) -> Codes:
    """Codes of the entities; a decision without one is an entity of its own."""
    key = columns[contract.data.decisions.key]
    alone = np.arange(len(key.codes if isinstance(key, Text) else key))
    name = contract.data.decisions.entity
    if name is None:
        return alone
    codes = numbers(columns[name])
    missing = (codes < 0) if isinstance(columns[name], Text) else np.isnan(codes)
    return np.unique(np.where(missing, -1.0 - alone, codes), return_inverse=True)[1]
