"""What a change of a source would do to a version, before anybody makes it.

What hangs on the column is followed by lineage; what stops because of it is found by types and by
joining; how far answers move is found by giving recent decisions again, through the guard and the
runtime that serve, with the change and without it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple, get_args

import ibis
import ibis.expr.types as ir
import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mainstay.bundle.outcomes import Outcome, Outcomes, outcomes
from mainstay.bundle.runtime import Runtime
from mainstay.contract.model import Contract
from mainstay.contract.sources import DECISIONS
from mainstay.core.columns import Columns
from mainstay.core.errors import Missing, Mistake
from mainstay.core.expressions import Expression, columns
from mainstay.core.nouns import Estimate, Verdict, Window, known
from mainstay.core.rules import RowRule
from mainstay.core.typed import TIME, typed
from mainstay.data import becoming, dialect, drawn, lineage, rows, schema
from mainstay.data import columns as memory
from mainstay.data.becoming import Becoming
from mainstay.data.expression import constant
from mainstay.data.lineage import Born
from mainstay.data.rows import Sources
from mainstay.data.source import Reader
from mainstay.stats import bootstrap, proportion
from mainstay.stats.blocks import Blocks, Floats
from mainstay.stats.metrics import mean
from mainstay.trainer import measures, payoffs, scored

REPEATS = 1000
_BY_MODEL: tuple[Outcome, ...] = ("flagged", "unnoticed")


class Asked(NamedTuple):
    """Whose rows are given again: at most so many, drawn from the newest days there are."""

    contract: Contract
    reader: Reader
    runtime: Runtime
    born: Born
    now: datetime
    rows: int
    days: int
    seed: int


class Replayed(msgspec.Struct, frozen=True):
    """Decisions of a window given again. before, after: how many met which outcome.

    moved: mean absolute difference of the scores; flipped: share of decisions that are others;
    money: per 1,000 labelled decisions, after less before. Each of those answered both times, None
    where it is not known.
    """

    rows: int
    window: Window
    before: dict[str, int]
    after: dict[str, int]
    moved: Estimate | None
    flipped: Estimate | None
    money: Estimate | None

    @property
    def stopped(self) -> int:
        """How many fewer the model answers."""
        return sum(each[one] * sign for each, sign in ((self.after, 1), (self.before, -1))
                   for one in ("rejected", "fallback"))  # fmt: skip


class Impact(msgspec.Struct, frozen=True):
    """read: whether anything is made of the column. inputs: those it ends up in.

    breaks: what stops, each in half a sentence. replayed: None where rows cannot be given again,
    and why: the reason.
    """

    read: bool
    inputs: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()
    replayed: Replayed | None = None
    why: str = ""


def impact(asked: Asked, source: str, change: Becoming) -> Impact:
    """Of one version, by its source's own name. Raises what reading the sources raises."""
    contract, born, name = asked.contract, asked.born, change.column
    if name not in lineage.used(contract, born, source):
        return Impact(read=False)
    inputs = lineage.inputs(contract, born, source, (name,))
    stops = tuple(_stops(asked, source, change))
    if source == DECISIONS and name in (naming := _naming(contract)):
        why = f"{name} {naming[name]}"
        broken = stops if name == contract.data.label.column else (*stops, why)
        return Impact(read=True, inputs=inputs, breaks=broken, why=why)
    try:
        again = _replayed(asked, source, change)
    except Mistake as error:
        broken = (*stops, f"joining stops: {error}")
        return Impact(read=True, inputs=inputs, breaks=broken, why=str(error))
    broken = (*stops, *_stopped(contract, again))
    return Impact(read=True, inputs=inputs, breaks=broken, replayed=again)


def _stopped(contract: Contract, again: Replayed) -> Iterator[str]:
    """What the guard keeps from the model, where it is surely more than the contract lets pass."""
    share = proportion.clopper_pearson(max(again.stopped, 0), again.rows)
    if contract.certify.stopped.limit.judge(share) is Verdict.FAIL:
        yield f"the guard stops {again.stopped:,} of {again.rows:,} decisions more than before"


def _naming(contract: Contract) -> dict[str, str]:
    """Of the decisions, columns that no replay can follow, and what each would do instead."""
    decisions, label = contract.data.decisions, contract.data.label.column
    return {
        label: "is the label: answers stay until a version learns from it; what goals and gates"
        " then say is not known before a build",
        decisions.time: "says when a decision was: context is joined and windows are cut by it, so"
        " that no row of now can be found again",
        decisions.key: "says which row is which: labels and answers are found by it, so that no"
        " row of now can be found again",
    }


def _stops(asked: Asked, source: str, change: Becoming) -> Iterator[str]:
    """What the change of a type, or of there being a column, breaks by itself."""
    types = {one.name: one.type for one in asked.runtime.manifest.request}
    before = schema.types(rows.named(asked.contract, asked.reader, source).table)
    if change.type == before[change.column]:
        return
    now = f"is {change.type}" if change.type else "is gone"
    was = f"{change.column} was {before[change.column]} and {now}"
    yield f"{was}: build, score and promotion refuse {source}"
    names = lineage.called(asked.contract, source, change.column)
    others = {name: kind for name, kind in types.items() if name not in names}
    after = {**others, **dict.fromkeys(names, change.type)} if change.type else others
    for what, expression in _made(asked.runtime):
        if set(names) & set(columns(expression)) and (error := _untyped(expression, after)):
            yield f"{what}: {error}"


def _made(runtime: Runtime) -> Iterator[tuple[str, Expression]]:
    """All that is computed of a row, with what people call it."""
    for one in runtime.manifest.outputs:
        yield f"the input {one.name} cannot be made", one.expression
    for rule in runtime.manifest.rules:
        if isinstance(rule, RowRule):
            yield f"the rule {rule.text} cannot be judged", rule.condition


def _untyped(expression: Expression, types: dict[str, str]) -> str:
    """Why it has no value of these types, "" where it has."""
    try:
        typed(expression, types)
    except Mistake as error:
        return str(error)
    return ""


class _Pair(NamedTuple):
    """The same decisions without the change and with it, in the order of the key."""

    before: pa.Table
    after: pa.Table


def _replayed(asked: Asked, source: str, change: Becoming) -> Replayed:
    """Raises Mistake where the changed sources cannot be joined, Missing without a decision."""
    sources = rows.opened(asked.contract, asked.reader)
    window = _recent(asked, sources)
    pair = _pair(asked, sources, window, source, change)
    before, after = (_outcomes(asked.runtime, one) for one in pair)
    return _measured(asked, pair.before, window, before, after)


def _recent(asked: Asked, sources: Sources) -> Window:
    """The newest days of decisions."""
    table, time = sources.decisions.table, asked.contract.data.decisions.time
    seen = table.filter(table[time] <= constant(asked.now.isoformat(), TIME))
    last = seen[time].max().to_pyarrow().as_py()
    if last is None:
        raise Missing("the sources hold no decision", hint="see data.decisions.from")
    return Window(last - timedelta(days=asked.days), last + timedelta(microseconds=1))


def _pair(asked: Asked, sources: Sources, window: Window, source: str, change: Becoming) -> _Pair:
    key = asked.contract.data.decisions.key
    done = becoming.emptied(change) if change.what == "missing" else change
    table = becoming.applied(sources.tables[source], done)
    other = _joined(asked, sources.with_table(source, table), window)
    some, _ = drawn.drawn(_joined(asked, sources, window), key, most=asked.rows, seed=asked.seed)
    before = some.to_pyarrow()
    keys = ibis.memtable(before.select([key]))
    after = other.semi_join(keys, key)
    return _Pair(before, after.order_by(dialect.ordered(after[key])).to_pyarrow())


def _joined(asked: Asked, sources: Sources, window: Window) -> ir.Table:
    found = rows.joined(
        asked.contract, sources, since=window.since, until=window.until, now=asked.now
    )
    return found.table


def _outcomes(opened: Runtime, table: pa.Table) -> Outcomes:
    records = {
        name: table[name].to_pylist() if name in table.column_names else [None] * table.num_rows
        for name in opened.guard.types
    }
    return outcomes(opened, records)


def _measured(
    asked: Asked, table: pa.Table, window: Window, before: Outcomes, after: Outcomes
) -> Replayed:
    contract = asked.contract
    classes = tuple(map(str, asked.runtime.manifest.classes))
    found = memory.fetched(ibis.memtable(table), {contract.data.label.column: classes})
    time = found[contract.data.decisions.time]
    blocks = (scored.days(time), scored.entities(contract, found))
    model = before.are(*_BY_MODEL) & after.are(*_BY_MODEL)
    decided = np.isfinite(before.decided - after.decided)
    flips = (before.decided != after.decided).astype(np.float64)
    yes_no = contract.objective.task != "regression"
    return Replayed(
        rows=table.num_rows,
        window=window,
        before=_counts(before),
        after=_counts(after),
        moved=_mean(asked, np.abs(after.score - before.score), model, blocks),
        flipped=_mean(asked, flips, decided, blocks) if yes_no else None,
        money=gained(asked, found, (before, after), blocks),
    )


def gained(
    asked: Asked, found: Columns, said: tuple[Outcomes, Outcomes], blocks: tuple[Blocks, ...]
) -> Estimate | None:
    """Per 1,000 decisions whose label is known; None where money is not stated."""
    contract, value = asked.contract, asked.contract.objective.value
    classes = contract.objective.task == "multiclass"
    if value is None or (classes and not payoffs.by_class(contract)):
        return None
    label = scored.placed(found[contract.data.label.column], asked.runtime.manifest)
    known_, by_row = scored.numbers(label), payoffs.by_row(contract, found)
    decided = np.stack([one.decided for one in said])
    before, after = (
        measures.earned(contract, known_, np.nan_to_num(one), by_row) for one in decided
    )
    more = 1000 * (after - before)
    some = np.isfinite(known_ + decided.sum(axis=0) + more)
    return _mean(asked, more, some, blocks, value.currency)


def _counts(said: Outcomes) -> dict[str, int]:
    return {one: said.outcome.count(one) for one in get_args(Outcome)}


def _mean(
    asked: Asked,
    values: Floats,
    some: NDArray[np.bool_],
    blocks: tuple[Blocks, ...],
    unit: str = "",
) -> Estimate | None:
    """Of some rows, days and entities drawn as blocks; exactly 0 where none moves at all."""
    kept = values[some]
    if not len(kept):
        return None
    if not kept.any():
        return Estimate(0.0, 0.0, 0.0, len(kept), unit)
    ours = tuple(one[some] for one in blocks)
    found = bootstrap.estimate(mean(kept), ours, seed=asked.seed, repeats=REPEATS, unit=unit)
    return known(found)
