"""What became of earlier decisions: labels as they arrive, late, twice or corrected.

What is kept are the rows that said something new, as Parquet by digest; which of these files count
is for the caller to know, so that a file put beside them is nothing.
"""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend

from mainstay.contract.model import Contract
from mainstay.core import nearest
from mainstay.core.errors import Mistake
from mainstay.core.nouns import Column
from mainstay.core.typed import FLAG, INTEGER, NUMBER, TEXT, TIME
from mainstay.data import rows, schema, snapshot, source
from mainstay.data.engine import moments
from mainstay.data.expression import constant
from mainstay.data.snapshot import ARROW
from mainstay.data.source import Reader

KNOWN_AT = "known_at"
_OLD, _BEFORE, _AFTER, _SAYS = (f"mainstay_{one}" for one in ("old", "before", "after", "says"))
_NEW, _REPEATED, _CORRECTED = "new", "repeated", "corrected"


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


class Received(NamedTuple):
    """rows = new + repeated + corrected. digest: of the file now kept, "" where nothing was new."""

    digest: str
    rows: int
    new: int
    repeated: int
    corrected: int


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


def opened(reader: Reader, address: str, shape: Shape, now: datetime) -> ir.Table:
    """Key, label and known_at of a file, where everything in it is as it must be.

    Without a column known_at all of it is known now. Raises Mistake: columns, types, a null, a
    known_at after now.
    """
    texts = tuple(one.name for one in (shape.key, shape.label) if one.type == TEXT)
    found = source.opened(reader, address, (), (*texts, KNOWN_AT)).table
    _check_columns(found, shape, address)
    if KNOWN_AT in found.columns:
        table = moments(found, KNOWN_AT)
    else:
        table = found.mutate(**{KNOWN_AT: _moment(now)})
    _check_types(table, shape, address)
    _check_values(table, shape, now)
    label = _as(table[shape.label.name], shape.label.type)
    return _typed(table.mutate(**{shape.label.name: label}), shape)


def received(table: ir.Table, engine: Backend, shape: Shape, kept: Kept) -> Received:
    """Keeps the rows of `opened` that say something new.

    The same label of a key again is repeated and not kept; another label by another time is kept as
    a correction. Raises Mistake for two labels of one key by the same time.
    """
    cached = _compared(table, engine, shape, kept).cache()
    _refuse_both(cached, shape)
    fresh = cached.filter(~cached[_OLD])
    counted = fresh.group_by(_SAYS).aggregate(rows=ibis._.count()).to_pyarrow().to_pylist()
    counts = {one[_SAYS]: one["rows"] for one in counted}
    new, corrected = counts.get(_NEW, 0), counts.get(_CORRECTED, 0)
    found = Received("", sum(counts.values()), new, counts.get(_REPEATED, 0), corrected)
    if not new + corrected:
        return found
    kept_rows = fresh.filter(fresh[_SAYS] != _REPEATED).select([one.name for one in shape.columns])
    made = snapshot.written(kept_rows, kept.folder, (shape.key.name, KNOWN_AT), KNOWN_AT)
    return found._replace(digest=made.digest)


def visible(engine: Backend, shape: Shape, kept: Kept, now: datetime) -> ir.Table:
    """One row per key: its label as known now, and since when. Raises Missing for a lost file."""
    key, label, known_at = (one.name for one in shape.columns)
    table = _everything(engine, shape, kept)
    seen = table.filter(table[KNOWN_AT] <= _moment(now))
    return seen.group_by(key).aggregate(
        **{label: seen[label].argmax(seen[KNOWN_AT]), known_at: seen[KNOWN_AT].max()}
    )


def _everything(engine: Backend, shape: Shape, kept: Kept) -> ir.Table:
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


def _compared(table: ir.Table, engine: Backend, shape: Shape, kept: Kept) -> ir.Table:
    """The rows that arrive and the old ones of their keys, each with what it says: new or not."""
    key, label = shape.key.name, shape.label.name
    before = _everything(engine, shape, kept)
    old = before.semi_join(table, key).mutate(**{_OLD: constant(value=True, kind=FLAG)})
    both = ibis.union(old, table.mutate(**{_OLD: constant(value=False, kind=FLAG)}))
    by = ibis.window(group_by=key, order_by=[both[KNOWN_AT], both[_OLD].desc()])
    beside = both.mutate(
        **{
            _BEFORE: both[label].lag().over(by),
            _AFTER: both[label].lead().over(by),
            _SAYS: both[_OLD].max().over(group_by=key),
        }
    )
    same = beside[label] == beside[_BEFORE]
    first = beside[_BEFORE].isnull()
    says = ibis.cases(
        (same, _REPEATED),
        (first & beside[_SAYS] & (beside[label] == beside[_AFTER]), _REPEATED),
        (first & ~beside[_SAYS], _NEW),
        else_=_CORRECTED,
    )
    return beside.mutate(**{_SAYS: says})


def _refuse_both(compared: ir.Table, shape: Shape) -> None:
    key, label = shape.key.name, shape.label.name
    several = compared.group_by(key, KNOWN_AT).aggregate(mainstay_labels=compared[label].nunique())
    wrong = several.filter(several.mainstay_labels > 1)
    asked = {"keys": wrong.count(), "example": wrong[key].min()}
    found = wrong.aggregate(**asked).to_pyarrow().to_pylist()[0]
    if found["keys"]:
        raise Mistake(
            f"{found['keys']:,} keys have two labels known at the same time,"
            f" for example {found['example']}",
            f"a correction has a later {KNOWN_AT}",
        )


def _as(value: ir.Value, kind: str) -> ir.Value:
    """A label in the type of those trained on; only yes and no are written in two ways."""
    if kind == FLAG and value.type().is_integer():
        return value == constant(1, INTEGER)
    if kind == INTEGER and value.type().is_boolean():
        return ibis.ifelse(value, constant(1, INTEGER), constant(0, INTEGER))
    return value.cast(kind) if schema.neutral(value.type()) != kind else value


def _moment(time: datetime) -> ir.TimestampScalar:
    return constant(time.isoformat(), TIME)
