"""What a model's answers look like, in counts: its score, and the share of each decision."""

import ibis
import ibis.expr.types as ir
import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mainstay.core.nouns import Window
from mainstay.core.typed import TEXT
from mainstay.data import live
from mainstay.data import profile as profiling
from mainstay.data.expression import constant
from mainstay.data.profile import Bins, Profile, Texts
from mainstay.data.records import DECISION, OUTCOME, SCORE, VERSION

_TIME = "mainstay_time"


class Answered(msgspec.Struct, frozen=True):
    """Answers about rows that a model did not learn from, by windows of so many seconds.

    models: how many gave them, each the answers of a stretch of its own. Each window holds SCORE
    and, where a decision is no number, DECISION as the journal writes it.
    """

    seconds: float
    models: int
    windows: tuple[Profile, ...]

    @property
    def bins(self) -> Bins:
        """Of the columns; none without windows."""
        columns = self.windows[0].columns if self.windows else ()
        return Bins(
            {one.name: one.edges for one in columns if not isinstance(one, Texts)},
            {one.name: one.levels for one in columns if isinstance(one, Texts)},
        )


def answered(
    moments: NDArray[np.int64],
    score: NDArray[np.float64],
    decision: list[str | None] | None,
    windows: tuple[Window, ...],
    models: int,
) -> Answered:
    """moments: microseconds since 1970, UTC; score, decision: one for each; windows: all alike.

    A decision is None where none was made.
    """
    columns = {
        _TIME: pa.array(moments).cast(pa.timestamp("us", "UTC")),
        SCORE: pa.array(score, from_pandas=True),
        **({} if decision is None else {DECISION: pa.array(decision, pa.string())}),
    }
    table = ibis.memtable(pa.table(columns))
    bins = profiling.bins(table, tuple(columns)[1:])
    found = live.profiles(table, _TIME, windows, bins)
    width = windows[0].until - windows[0].since
    return Answered(width.total_seconds(), models, tuple(one for one in found if one.rows))


def theirs(table: ir.Table, version: str) -> ir.BooleanValue:
    """Whether the model of a version scored a row of a journal, whoever decided on its score."""
    by_model = table[OUTCOME].isin(["model", live.PERSON])
    return by_model & (table[VERSION] == constant(version, TEXT))
