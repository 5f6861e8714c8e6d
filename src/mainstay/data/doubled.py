"""Rows that aggregates over time count twice, though nobody agreed on it: found unasked.

Files or micro-batches of one source, or two sources, that hold rows alike in every column: that
may be chance where columns are few, so it is told and proposed, and stops nothing.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import combinations

import ibis
import ibis.expr.types as ir

from mainstay.contract.model import Contract
from mainstay.contract.sla import Sla
from mainstay.contract.sources import DECISIONS
from mainstay.contract.sources import Context as Clause
from mainstay.data import promises, rows, schema, sla
from mainstay.data.promises import AND, OVERLAP, Promise
from mainstay.data.rows import Sources
from mainstay.data.sla import Judged
from mainstay.data.source import STRETCH, Reader

_NONE_TWICE = {"property": OVERLAP, "at_most": 0, "on_breach": "warn"}
_OWN = 1  # columns beside those of the key, without which rows alike say nothing


def doubled(
    contract: Contract, reader: Reader, sources: Sources, now: datetime
) -> tuple[Judged, ...]:
    """Of every source that feeds an aggregate, and of every two of them: what is there twice.

    Only what is, of rows that can be seen at `now`. A source that agreed on its overlap is judged
    for that, and not here.
    """
    summed = {
        name: one
        for name, one in contract.data.context.items()
        if one.over and one.source != DECISIONS
    }
    asked = dict([*_within(contract, reader, sources, summed), *_between(sources, summed)])
    questions = promises.asked(tuple(asked), None, now, now)
    judged = sla.judged(questions, {one.table: rows for one, rows in asked.items()}, now)
    return tuple(one for one in judged if one.broken)


def _within(
    contract: Contract, reader: Reader, sources: Sources, summed: Mapping[str, Clause]
) -> Iterator[tuple[Promise, ir.Table]]:
    for name, one in summed.items():
        if any(each.name == OVERLAP and not each.beside for each in one.sla):
            continue
        source = sources.contexts[name]
        parts = rows.by_stretch(contract, reader, name, source)
        if int(parts[STRETCH].nunique().to_pyarrow().as_py()) > 1:
            yield _promise(name, one, source.table.columns), parts


def _between(sources: Sources, summed: Mapping[str, Clause]) -> Iterator[tuple[Promise, ir.Table]]:
    """Two sources at different places whose rows have the same key."""
    for (name, one), (other, two) in combinations(summed.items(), 2):
        tables = [sources.contexts[each].table for each in (name, other)]
        both = [schema.types(table) for table in tables]
        shared = [each for each, kind in both[0].items() if both[1].get(each) == kind]
        key = {*one.on, one.as_of}
        alike = key == {*two.on, two.as_of} and key <= set(shared)
        if one.source == two.source or not alike or len(shared) < len(key) + _OWN:
            continue
        if _agreed(one, other) or _agreed(two, name):
            continue
        parts = [
            table.select(*shared, **{STRETCH: ibis.literal(each)})
            for table, each in zip(tables, (name, other), strict=True)
        ]
        yield _promise(f"{name}{AND}{other}", one, shared), ibis.union(*parts)


def _agreed(one: Clause, other: str) -> bool:
    return any(each.beside == other for each in one.sla)


def _promise(source: str, one: Clause, columns: tuple[str, ...] | list[str]) -> Promise:
    seen = one.available_at if one.available_at in columns else None
    stated = Sla.model_validate(_NONE_TWICE)
    return Promise(source, stated, one.as_of or "", seen or "", tuple(columns))
