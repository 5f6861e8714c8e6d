"""Context as doors look it up: for each value of `on`, what is known since when.

The answers of a context change at few moments only: when a row is true and seen, and, of an
aggregate, when a row leaves it. The very joins that training rows are made by are asked at these
moments, so a view means what they mean, ties, late rows and corrections included.
"""

import operator
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import reduce
from typing import Any, NamedTuple

import ibis
import ibis.expr.types as ir
import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute

from mainstay.contract.model import Contract
from mainstay.contract.sources import DECISIONS
from mainstay.core import digest
from mainstay.core.typed import NUMBER, TEXT, TIME
from mainstay.data import context, schema
from mainstay.data.context import Context, Decisions, Taken
from mainstay.data.expression import constant
from mainstay.data.snapshot import ARROW

REACH = timedelta(days=1)
"""How far before the cut requests may be decided: for earlier ones nothing is known."""
ASKED, ID = "mainstay_asked", "mainstay_id"
SINCE, AS_OF, SEEN = "mainstay_since", "mainstay_of", "mainstay_seen"
MEMBERS = "mainstay_members"
NONE = -(2**63)
"""The time of what has none: before all others."""
_INSTANT = timedelta(microseconds=1)
_PART = 200_000  # points that are in Python's hands at a time
_IDENTITY = 16  # letters of a digest
_CLAUSES = {
    "source", "on", "as_of", "available_at", "over", "known_after", "format", "zone", "take",
}  # fmt: skip


class Keyed(NamedTuple):
    """Some keys of a view with all their points, in the order of both.

    on: the values of each key. starts: where its points begin, and behind all where they end. since
    when each point is known, and of when it is: microseconds since 1970, NONE where the context has
    no time. members: what it brings, as it stands in JSON, one behind the other; offsets: where
    each begins, and the end.
    """

    on: list[tuple[Any, ...]]
    starts: NDArray[np.int64]
    since: NDArray[np.int64]
    as_of: NDArray[np.int64]
    offsets: NDArray[np.int64]
    members: bytes


def identity(contract: Contract, name: str, columns: tuple[str, ...]) -> str:
    """The name of a view, the same for the same rows; within and freshness are the door's."""
    clause, decisions = contract.data.context[name], contract.data.decisions
    said = clause.model_dump(mode="json", include=_CLAUSES)
    own = [decisions.source, decisions.time, decisions.format, decisions.zone]
    theirs = own if clause.source == DECISIONS else []
    return digest.of_value([name, said, theirs, columns])[:_IDENTITY]


def keyed(one: Context, columns: tuple[str, ...], cut: datetime) -> Iterator[Keyed]:
    """All keys, as they are known at a cut. Raises what context.joined raises."""
    found, width = _ordered(one, columns, cut).to_pyarrow(), len(one.on)
    begin = 0
    while begin < len(found):
        part = found.slice(begin, _PART)
        while True:
            firsts = _firsts(part, width)
            whole = begin + len(part) == len(found)
            if whole or len(firsts) > 1:
                break
            part = found.slice(begin, 2 * len(part))  # a key of more points than a part has
        end = len(part) if whole else int(firsts[-1])
        yield _keyed(part.slice(0, end), firsts if whole else firsts[:-1], width)
        begin += end


def _firsts(part: Any, width: int) -> NDArray[np.int64]:
    """Where keys begin in rows that are in their order."""
    fresh = np.zeros(len(part), dtype=bool)
    fresh[0] = True
    for place in range(width):
        column = part.column(place).combine_chunks()
        other = compute.not_equal(column[1:], column[:-1])
        fresh[1:] |= other.to_numpy(zero_copy_only=False)
    return np.flatnonzero(fresh)


def _keyed(part: Any, firsts: NDArray[np.int64], width: int) -> Keyed:
    on = part.select(range(width)).take(pa.array(firsts))
    since, as_of = (_moments(part.column(name)) for name in (SINCE, AS_OF))
    text = part.column(MEMBERS).combine_chunks().cast(pa.large_binary())
    _, places, content = text.buffers()
    offsets = np.frombuffer(places, np.int64)[text.offset : text.offset + len(text) + 1]
    return Keyed(
        list(zip(*(column.to_pylist() for column in on.columns), strict=True)),
        np.append(firsts, len(part)),
        since,
        as_of,
        offsets - offsets[0],
        content.to_pybytes()[offsets[0] : offsets[-1]],
    )


def _moments(column: Any) -> NDArray[np.int64]:
    times = column.cast(ARROW[TIME]).cast(pa.int64())
    found: NDArray[np.int64] = compute.fill_null(times, NONE).to_numpy()
    return found


def newest(one: Context, cut: datetime) -> datetime | None:
    """Of when the newest row is that is known at a cut; None without a time, or without a row."""
    if not one.as_of:
        return None
    known = _known(one, cut)
    found: datetime | None = known[one.as_of].max().to_pyarrow().as_py()
    return found


def is_whole(one: Context, cut: datetime) -> bool:
    """Whether no row is of after the cut: until the source changes it says the same later on."""
    later = [one.table[name] > _moment(cut) for name in (one.as_of, one.available_at) if name]
    return not any(one.table.filter(each).count().to_pyarrow().as_py() for each in later)


def _ordered(one: Context, columns: tuple[str, ...], cut: datetime) -> ir.Table:
    """Columns: those of `on`, SINCE, AS_OF, MEMBERS."""
    made = _aggregated(one, one.over, cut) if one.over else _rows(one, cut)
    names = [f"mainstay_on_{place}" for place in range(len(one.on))]
    on = dict(zip(names, (made[name] for name in one.on), strict=True))
    wanted = made.select(**on, **{name: made[name] for name in (SINCE, AS_OF, *columns)})
    once = wanted.distinct() if one.available_at else wanted
    said = once.select(*names, SINCE, AS_OF, **{MEMBERS: _members(once, columns)})
    return said.order_by([*names, SINCE])


def _members(rows: ir.Table, columns: tuple[str, ...]) -> ir.Value:
    """Columns as they stand in a record of JSON, without its braces, as the door reads them.

    The engine writes JSON much faster than text is put together, but no infinity.
    """
    said = {name: _said(schema.plain(rows[name])) for name in columns}
    numbers = [one for one in said.values() if one.type().is_floating()]
    beyond = [(one.isinf() | one.isnan()).fill_null(ibis.literal(value=False)) for one in numbers]
    plain = _written(said)
    if not beyond:
        return plain
    parts = [_exactly(name, value) for name, value in said.items()]
    apart = reduce(lambda text, part: text + "," + part, parts)
    return ibis.ifelse(reduce(operator.or_, beyond), apart, plain)


def _written(said: dict[str, ir.Value]) -> ir.Value:
    whole = ibis.struct(said).cast("json").cast(TEXT)
    return whole.substr(1, whole.length() - 2)


def _said(value: ir.Value) -> ir.Value:
    kind = schema.neutral(value.type())
    return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if kind == TIME else value


def _exactly(name: str, value: ir.Value) -> ir.Value:
    """One member; 1e999 is what the door reads for an infinity."""
    if not value.type().is_floating():
        return _written({name: value})
    beyond = ibis.ifelse(value > constant(0.0, NUMBER), "1e999", "-1e999")
    exact = ibis.ifelse(value.isinf(), beyond, value.cast(TEXT))
    said = ibis.ifelse(value.isnan(), ibis.null(TEXT), exact).coalesce("null")
    return ibis.literal(f"{msgspec.json.encode(name).decode()}:") + said


def _rows(one: Context, cut: datetime) -> ir.Table:
    """The newest row, wherever it becomes another one; a static row once."""
    known = _known(one, cut)
    times = [name for name in (one.as_of, one.available_at) if name]
    if not times:
        made = _joined(one, known.select(*one.on, **{ASKED: _moment(cut)}), cut)
        none = ibis.null(TIME)
        return made.mutate(**{SINCE: none, AS_OF: none})
    moment = reduce(ibis.greatest, (known[name] for name in times))
    asked = known.select(*one.on, **{ASKED: ibis.greatest(moment, _moment(cut - REACH))})
    brought = dict(zip((AS_OF, SEEN), times, strict=False))
    taken = tuple(Taken(name, column) for name, column in brought.items())
    made = _joined(one._replace(within=None, take=(*one.take, *taken)), asked, cut)
    return made.mutate(**{SINCE: reduce(ibis.greatest, (made[name] for name in brought))})


def _aggregated(one: Context, over: timedelta, cut: datetime) -> ir.Table:
    """The value, wherever a row comes to it or leaves it."""
    floor, known = cut - REACH, _known(one, cut)
    recent = known.filter(known[one.as_of] >= _moment(floor - over))
    of = recent[one.as_of]
    comes = ibis.greatest(of + _interval(max(one.known_after, _INSTANT)), _moment(floor))
    leaves = of + _interval(over + _INSTANT)
    both = (recent.select(*one.on, **{ASKED: time.cast(TIME)}) for time in (comes, leaves))
    made = _joined(one, ibis.union(*both), cut)
    return made.mutate(**{SINCE: made[ASKED], AS_OF: made[ASKED]})


def _joined(one: Context, asked: ir.Table, cut: datetime) -> ir.Table:
    """What the context says when asked at these moments, each once."""
    once = asked.mutate(**{ASKED: asked[ASKED].cast(TIME)}).distinct()
    order = [once[name] for name in (*one.on, ASKED)]
    numbered = once.mutate(**{ID: ibis.row_number().over(order_by=order)})
    return context.joined(Decisions(numbered, ID, ASKED), (one,), cut)


def _known(one: Context, cut: datetime) -> ir.Table:
    """The rows that exist at a cut and can be found."""
    table = one.table.filter([one.table[name].notnull() for name in one.on])
    for name in filter(None, (one.as_of, one.available_at)):
        table = table.filter(table[name] <= _moment(cut))
    return table


def _moment(time: datetime) -> ir.TimestampScalar:
    return constant(time.isoformat(), TIME)


def _interval(length: timedelta) -> ir.IntervalScalar:
    return ibis.interval(microseconds=length // _INSTANT)
