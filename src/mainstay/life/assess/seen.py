"""The rows an assessment looks at: decided before the hold-out, their label known."""

from typing import NamedTuple

import ibis.expr.types as ir
import numpy as np

from mainstay.contract.metrics import Task
from mainstay.contract.model import Contract
from mainstay.core.columns import Columns, Numbers, Text
from mainstay.core.expressions import Output
from mainstay.core.typed import TIME
from mainstay.data import columns, dialect, features, schema
from mainstay.life.assess.alone import Codes, Floats, folds
from mainstay.life.assess.sample import sampled
from mainstay.life.assess.telling import outcomes

MOST = 100_000  # rows in memory: intervals are made of days, more rows hardly narrow them
DAY = 24 * 3600 * 1_000_000  # microseconds
KEPT, WHEN = "mainstay_kept_", "mainstay_when"  # apart from what features() names


class Counts(NamedTuple):
    """How many decisions there are, and how many of them have a known label."""

    rows: int
    known: int


class Seen(NamedTuple):
    """Rows of a window with a known label, all of them or a part chosen by the hash of the key.

    counts: of the whole window. The rest by row, in the order of time: outcome is that of
    `telling.outcomes`, inputs what features() returns, beside the label, the entity, what the
    baseline reads and what money hangs on, when microseconds since 1970, day a code from 0, fold
    that of `alone.folds`.
    """

    counts: Counts
    label: Numbers | Text
    outcome: tuple[Floats, ...]
    inputs: Columns
    beside: Columns
    when: Codes
    day: Codes
    fold: Codes


def counted(rows: ir.Table, label: str) -> Counts:
    """Of all rows, not of a part of them."""
    found = rows.aggregate(rows=rows.count(), known=rows[label].count()).to_pyarrow().to_pylist()
    return Counts(**found[0])


def seen(contract: Contract, rows: ir.Table, outputs: tuple[Output, ...], counts: Counts) -> Seen:
    """Reads rows of decision and context columns; outputs: what features() makes of them.

    At least one label is known. Raises Mistake for a baseline column the rows lack.
    """
    decisions, label = contract.data.decisions, contract.data.label.column
    known = rows.filter(rows[label].notnull())
    part = sampled(known, decisions.key, rows=counts.known, most=MOST)
    ordered = part.order_by([decisions.time, dialect.ordered(part[decisions.key])])
    names = tuple(dict.fromkeys((label, *_beside(contract))))
    kept = {f"{KEPT}{name}": schema.column(ordered, name, "the table") for name in names}
    when = {WHEN: ordered[decisions.time].cast(TIME)}
    made = features.inputs(ordered.mutate(**kept, **when), outputs, (WHEN, *kept))
    found = columns.fetched(made)
    beside = {name: found.pop(f"{KEPT}{name}") for name in names}
    return _seen(counts, contract.objective.task, label, beside, found)


def _seen(counts: Counts, task: Task, label: str, beside: Columns, found: Columns) -> Seen:
    when = np.asarray(found.pop(WHEN), dtype=np.int64)
    day = np.unique(when // DAY, return_inverse=True)[1]
    told = outcomes(task, beside[label])
    return Seen(counts, beside[label], told, found, beside, when, day, folds(when))


def _beside(contract: Contract) -> tuple[str, ...]:
    return (*ruled_by(contract), *named(contract), *contract.objective.amounts)


def named(contract: Contract) -> tuple[str, ...]:
    """The column of whom a decision is about, where one decision is not all there is of it."""
    stated = contract.data.decisions
    return (stated.entity,) if stated.entity and stated.entity != stated.key else ()


def ruled_by(contract: Contract) -> tuple[str, ...]:
    """The columns the baseline reads."""
    rule = contract.objective.baseline
    return rule.rate_by or ((rule.column,) if rule.column else ())
