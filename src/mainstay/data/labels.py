"""What became of earlier decisions: labels as they arrive, late, twice, corrected, contradicting.

What is kept is the set of rows ever said (key, label, known_at), as Parquet by digest; which of
these files count is for the caller to know, so that a file put beside them is nothing. All that is
known follows from the set alone, so neither the order in which rows arrive nor their repetition
changes it. Where one key has two labels known at the same time neither counts: it has none from
then on, until a later known_at decides.
"""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends import BaseBackend

from mainstay.contract.model import Contract
from mainstay.core import nearest
from mainstay.core.errors import Mistake
from mainstay.core.nouns import Column
from mainstay.core.typed import FLAG, INTEGER, NUMBER, TEXT, TIME
from mainstay.data import dialect, rows, schema, snapshot, source
from mainstay.data.expression import constant
from mainstay.data.snapshot import ARROW
from mainstay.data.source import Reader
from mainstay.data.times import moments

KNOWN_AT = "known_at"
_OLD, _BEFORE, _AFTER = (f"mainstay_{one}" for one in ("old", "before", "after"))
SAYS = "mainstay_says"
NEW, REPEATED, CORRECTED, CONTRADICTED = "new", "repeated", "corrected", "contradicted"
_LABELS, _OTHER = "mainstay_labels", "mainstay_other"


class Kept(NamedTuple):
    """The labels received so far: their folder, and the digests of the files that count."""

    folder: Path
    files: tuple[str, ...]


class Shape(NamedTuple):
    """What a label is here: key and label as the rows trained on have them."""

    contract: Contract
    key: Column
    label: Column

    @property
    def columns(self) -> tuple[Column, ...]:
        return (self.key, self.label, Column(KNOWN_AT, TIME))


class Said(NamedTuple):
    """Rows of a file. timed: whether it says when each was known; else all of it is known now."""

    table: ir.Table
    timed: bool


class Received(NamedTuple):
    """rows = new + repeated + corrected; contradicting: keys among them with two labels at once.

    digest: of the file now kept, "" where nothing was new.
    """

    digest: str
    rows: int
    new: int
    repeated: int
    corrected: int
    contradicting: int = 0


def shape(contract: Contract, columns: tuple[Column, ...]) -> Shape:
    """columns: of the decisions trained on. Raises Mistake where key or label is not among them."""
    known = {column.name: column for column in columns}
    for name in (contract.data.decisions.key, contract.data.label.column):
        if name not in known:
            raise Mistake(f"the decisions have no column {name}", nearest.hint(name, known))
    label = known[contract.data.label.column]
    if contract.objective.task == "regression":
        label = Column(label.name, NUMBER)
    return Shape(contract, known[contract.data.decisions.key], label)


def opened(reader: Reader, address: str, shape: Shape, now: datetime) -> Said:
    """Key, label and known_at of a file, where everything in it is as it must be.

    Without a column known_at all of it is known now. Raises Mistake: columns, types, a null, a
    known_at after now.
    """
    texts = tuple(one.name for one in (shape.key, shape.label) if one.type == TEXT)
    found = source.opened(reader, address, (), (*texts, KNOWN_AT)).table
    _check_columns(found, shape, address)
    timed = KNOWN_AT in found.columns
    table = moments(found, KNOWN_AT) if timed else found.mutate(**{KNOWN_AT: _moment(now)})
    _check_types(table, shape, address)
    _check_values(table, shape, now)
    label = _as(table[shape.label.name], shape.label.type)
    return Said(_typed(table.mutate(**{shape.label.name: label}), shape), timed)


def received(said: Said, engine: BaseBackend, shape: Shape, kept: Kept) -> Received:
    """Keeps the rows of `opened` that were never said before.

    Counted as repeated: the very same row again, and the same label by another time, which is kept,
    as a correction known in between may still come; where a file says no times it is dropped.
    """
    cached = _compared(said.table, engine, shape, kept).cache()
    fresh = cached.filter(~cached[_OLD])
    counts = _counts(fresh)
    rows = int(said.table.count().to_pyarrow().as_py())
    new, corrected = counts.get(NEW, 0), counts.get(CORRECTED, 0)
    found = Received(
        "", rows, new, rows - new - corrected, corrected, _contradicting(cached, shape)
    )
    kept_rows = fresh if said.timed else fresh.filter(fresh[SAYS] != REPEATED)
    if not int(kept_rows.count().to_pyarrow().as_py()):
        return found
    names = [one.name for one in shape.columns]
    order = (shape.key.name, KNOWN_AT, shape.label.name)
    made = snapshot.written(kept_rows.select(names), kept.folder, order, KNOWN_AT)
    return found._replace(digest=made.digest)


def visible(engine: BaseBackend, shape: Shape, kept: Kept, now: datetime) -> ir.Table:
    """One row per key that has one label now: it, and since when.

    Since when: the first of the rows known last that agree, without another between. Raises
    Missing for a lost file.
    """
    key, label, known_at = (one.name for one in shape.columns)
    every = _moments(_seen(engine, shape, kept, now), shape)
    by = ibis.window(group_by=key)
    last = ibis.window(group_by=key, order_by=every[known_at].desc())
    newest = every.mutate(**{_AFTER: every[label].first().over(last)})
    same = (newest[_LABELS] == 1) & (newest[label] == newest[_AFTER])
    other = ibis.ifelse(same, ibis.null(TIME), newest[known_at]).max().over(by)
    marked = newest.mutate(**{_OTHER: other})
    since = marked[_OTHER].isnull() | (marked[known_at] > marked[_OTHER])
    run = ibis.ifelse(since, marked[known_at], ibis.null(TIME))
    found = marked.group_by(key).aggregate(
        **{
            label: marked[_AFTER].max(),
            known_at: run.min(),
            _LABELS: marked[_LABELS].argmax(marked[known_at]),
        }
    )
    return found.filter(found[_LABELS] == 1).drop(_LABELS)


def said(engine: BaseBackend, shape: Shape, kept: Kept, now: datetime) -> ir.Table:
    """One row per key and moment by now: SAYS is NEW, REPEATED, CORRECTED or CONTRADICTED.

    What it says of its key beside the moment before; CONTRADICTED where it says two things at
    once, NEW where the moment before did.
    """
    key, label = shape.key.name, shape.label.name
    every = _moments(_seen(engine, shape, kept, now), shape)
    by = ibis.window(group_by=key, order_by=every[KNOWN_AT])
    one = ibis.ifelse(every[_LABELS] == 1, every[label], ibis.null(shape.label.type))
    before = every.mutate(**{_BEFORE: one.lag().over(by)})
    says = ibis.cases(
        (before[_LABELS] > 1, CONTRADICTED),
        (before[_BEFORE].isnull(), NEW),
        (before[label] == before[_BEFORE], REPEATED),
        else_=CORRECTED,
    )
    return before.select(key, KNOWN_AT, **{SAYS: says})


def _seen(engine: BaseBackend, shape: Shape, kept: Kept, now: datetime) -> ir.Table:
    table = _everything(engine, shape, kept)
    return table.filter(table[KNOWN_AT] <= _moment(now))


def _moments(table: ir.Table, shape: Shape) -> ir.Table:
    """One row per key and moment: how many labels it has then, and one of them."""
    key, label = shape.key.name, shape.label.name
    asked = {_LABELS: table[label].nunique(), label: table[label].min()}
    return table.group_by([key, KNOWN_AT]).aggregate(**asked)


def _counts(fresh: ir.Table) -> dict[str, int]:
    counted = fresh.group_by(SAYS).aggregate(rows=ibis._.count()).to_pyarrow().to_pylist()
    return {one[SAYS]: one["rows"] for one in counted}


def _contradicting(compared: ir.Table, shape: Shape) -> int:
    """Keys to which the file adds a second label by the same time."""
    wrong = compared.filter(~compared[_OLD], compared[_LABELS] > 1)
    counted: int = wrong[shape.key.name].nunique().to_pyarrow().as_py()
    return counted


def _everything(engine: BaseBackend, shape: Shape, kept: Kept) -> ir.Table:
    if kept.files:
        return _typed(snapshot.together(engine, kept.files, kept.folder), shape)
    empty = pa.schema([(one.name, ARROW[one.type]) for one in shape.columns]).empty_table()
    return _typed(ibis.memtable(empty), shape)


def _typed(table: ir.Table, shape: Shape) -> ir.Table:
    """Its three columns, each exactly of its type."""
    return table.select(**{one.name: table[one.name].cast(one.type) for one in shape.columns})


def _check_columns(table: ir.Table, shape: Shape, address: str) -> None:
    known = [one.name for one in shape.columns]
    unknown = [name for name in table.columns if name not in known]
    missing = [name for name in known[:2] if name not in table.columns]
    if missing:
        beside = nearest.hint(missing[0], table.columns)
        raise Mistake(f"{address} has no column {missing[0]}", beside)
    if unknown:
        raise Mistake(
            f"{address} has a column {unknown[0]}, which is none of labels",
            nearest.hint(unknown[0], known),
        )


def _check_types(table: ir.Table, shape: Shape, address: str) -> None:
    rows.check_label(table, shape.contract, address)
    exact = [shape.key]
    exact += [shape.label] if shape.contract.objective.task == "multiclass" else []
    for column in exact:
        kind = schema.neutral(table[column.name].type())
        if kind != column.type:
            raise Mistake(
                f"{column.name} is {kind} in {address} and {column.type} in the decisions"
            )


def _check_values(table: ir.Table, shape: Shape, now: datetime) -> None:
    names = [one.name for one in shape.columns]
    nulls = {name: table[name].isnull().sum() for name in names}
    late = table[KNOWN_AT] > _moment(now)
    found = table.aggregate(
        mainstay_rows=table.count(), mainstay_late=late.sum(), mainstay_last=table[KNOWN_AT].max(),
        **nulls,
    ).to_pyarrow().to_pylist()[0]  # fmt: skip
    for name in names:
        if found[name]:
            raise Mistake(f"{found[name]:,} of {found['mainstay_rows']:,} labels have no {name}")
    if found["mainstay_late"]:
        raise Mistake(
            f"{found['mainstay_late']:,} labels are known only after now, {now:%Y-%m-%d %H:%M} UTC,"
            f" for example at {found['mainstay_last']:%Y-%m-%d %H:%M}",
            f"{KNOWN_AT} says when the outcome was known; UTC where it names no zone",
        )


def _compared(table: ir.Table, engine: BaseBackend, shape: Shape, kept: Kept) -> ir.Table:
    """The rows that arrive, each once and not those said before, beside the old ones of their keys;

    each with what it says and how many labels its key has by its time.
    """
    key, label = shape.key.name, shape.label.name
    before = _everything(engine, shape, kept)
    arrive = table.distinct().anti_join(before, [key, label, KNOWN_AT])
    old = before.semi_join(table, key).mutate(**{_OLD: constant(value=True, kind=FLAG)})
    both = ibis.union(old, arrive.mutate(**{_OLD: constant(value=False, kind=FLAG)}))
    by = ibis.window(
        group_by=key, order_by=[both[KNOWN_AT], both[_OLD].desc(), dialect.ordered(both[label])]
    )
    beside = both.mutate(
        **{
            _BEFORE: both[label].lag().over(by),
            _AFTER: both[label].lead().over(by),
            SAYS: both[_OLD].max().over(group_by=key),
            _LABELS: ibis.dense_rank().over(group_by=[key, KNOWN_AT], order_by=both[label]),
        }
    )
    labels = beside[_LABELS].max().over(group_by=[key, KNOWN_AT]) + 1
    same = beside[label] == beside[_BEFORE]
    first = beside[_BEFORE].isnull()
    says = ibis.cases(
        (same, REPEATED),
        (first & beside[SAYS] & (beside[label] == beside[_AFTER]), REPEATED),
        (first & ~beside[SAYS], NEW),
        else_=CORRECTED,
    )
    return beside.mutate(**{SAYS: says, _LABELS: labels})


def _as(value: ir.Value, kind: str) -> ir.Value:
    """A label in the type of those trained on; only yes and no are written in two ways."""
    if kind == FLAG and value.type().is_integer():
        return value == constant(1, INTEGER)
    if kind == INTEGER and value.type().is_boolean():
        return ibis.ifelse(value, constant(1, INTEGER), constant(0, INTEGER))
    return value.cast(kind) if schema.neutral(value.type()) != kind else value


def _moment(time: datetime) -> ir.TimestampScalar:
    return constant(time.isoformat(), TIME)
