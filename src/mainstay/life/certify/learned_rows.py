"""Training rows beside the held-out ones: as the version learned them, and as it would have said.

Out of fold, each row was scored by a model that did not see it: what training promised of new rows.
"""

from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import numpy as np

from mainstay.bundle.runtime import Runtime
from mainstay.contract.model import Contract
from mainstay.core.columns import Columns
from mainstay.core.inputs import matrix
from mainstay.life.certify.gates import Asked
from mainstay.life.certify.held_out import HeldOut
from mainstay.trainer.scored import Floats, abstained, decided, scored

ROWS = 20_000
"""Training rows that are looked at, evenly over those scored out of fold."""
_PLACE = "mainstay_place"


class LearnedRows(NamedTuple):
    """The same rows twice. seen: by the version, which learned from them; unseen: out of fold.

    columns: of the names of held-out columns; inputs: the matrix that the model sees. in_all: how
    many rows were scored out of fold.
    """

    seen: HeldOut
    unseen: HeldOut
    columns: Columns
    inputs: Floats
    in_all: int


def learned_rows(asked: Asked, opened: Runtime, table: ir.Table, promised: Floats) -> LearnedRows:
    """table: the training rows; promised: scores out of fold of the newest, in order of time."""
    step = -(-len(promised) // ROWS)
    made = scored(newest(asked.contract, table, len(promised), step), asked.contract, opened)
    stated, score = opened.manifest, promised[::step]
    away = [abstained(stated.abstain, one) for one in (made.score, score)]
    seen, unseen = (
        asked.held._replace(
            label=made.label,
            ruled=made.ruled,
            day=made.day,
            entity=made.entity,
            payoffs=made.payoffs,
            leaning=None,
            score=said,
            decided=np.where(left, made.ruled, decided(stated, said, made.columns)),
            abstained=left,
        )
        for said, left in zip((made.score, score), away, strict=True)
    )
    known = {**made.columns, **made.seen}
    columns = {name: known[name] for name in asked.held.columns if name in known}
    return LearnedRows(seen, unseen, columns, matrix(made.seen, stated.inputs), len(promised))


def newest(contract: Contract, table: ir.Table, count: int, step: int = 1) -> ir.Table:
    """Every so many of the newest rows, in the order of time that they were scored in."""
    decisions = contract.data.decisions
    order = [table[decisions.time], table[decisions.key]]
    placed = table.mutate(**{_PLACE: ibis.row_number().over(ibis.window(order_by=order))})
    first = placed.count().as_scalar() - count
    chosen = placed.filter(
        placed[_PLACE] >= first, ((placed[_PLACE] - first) % step).cast("int64") == 0
    )
    return chosen.order_by(_PLACE).drop(_PLACE)
