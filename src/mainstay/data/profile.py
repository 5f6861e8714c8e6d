"""What the rows of a table look like, in counts: one pass, and parts of it add up."""

from typing import Any, NamedTuple

import ibis
import ibis.expr.types as ir
import msgspec
import numpy as np
import pyarrow as pa
from pyarrow import compute

from mainstay.core.errors import Mistake
from mainstay.core.typed import FLAG, INTEGER, NUMBER, TEXT
from mainstay.data import dialect, masks, portable, schema
from mainstay.data.expression import constant
from mainstay.data.portable import Facts, Places
from mainstay.data.stream import Asked, Batch
from mainstay.stats import tallies
from mainstay.stats.tallies import Share, Whole

BINS = 20
_SHARES = [share / BINS for share in range(1, BINS)]
_LEVELS = 200  # the most frequent texts of a column; all others are counted together


class Bins(msgspec.Struct, frozen=True):
    """Where counts are taken: inner edges of numbers, levels of texts and booleans, by column."""

    edges: dict[str, tuple[float, ...]]
    levels: dict[str, tuple[str, ...]]


NOTHING = Bins({}, {})


class Moments(msgspec.Struct, frozen=True):
    """Of n > 0 finite values; squares: the sum of squared deviations from the mean."""

    n: int
    mean: float
    squares: float
    low: float
    high: float


class Numbers(msgspec.Struct, frozen=True, tag="numbers"):
    """A column of numbers; counts: one more than edges.

    Bin i holds edges[i-1] <= value < edges[i]; the outer two are open and hold the infinities.
    """

    name: str
    nulls: int
    infinite: int
    moments: Moments | None
    edges: tuple[float, ...]
    counts: tuple[int, ...]


class Texts(msgspec.Struct, frozen=True, tag="texts"):
    """A column of text, or of booleans as "false" and "true"; other: values that are no level."""

    name: str
    nulls: int
    levels: tuple[str, ...]
    counts: tuple[int, ...]
    other: int


class Selection(NamedTuple):
    """What to count: columns in bins, over all rows or those where a column is true."""

    bins: Bins
    where: str = ""


class Profile(msgspec.Struct, frozen=True):
    """Counts of every column over the same rows."""

    rows: int
    columns: tuple[Numbers | Texts, ...]


def bins(table: ir.Table, names: tuple[str, ...]) -> Bins:
    """Edges at the exact 5 % quantiles of these rows, and their most frequent levels.

    Dates and times have no bins and are passed over. Raises Mistake for a missing column.
    """
    rows = schema.widened(table)
    kinds = {name: schema.neutral(schema.column(rows, name, "the table").type()) for name in names}
    numbers = [name for name in names if kinds[name] in (INTEGER, NUMBER)]
    texts = [name for name in names if kinds[name] in (TEXT, FLAG)]
    return Bins(_edges(rows, numbers), {name: _levels(rows, name) for name in texts})


def bins_of(made: Profile, names: frozenset[str]) -> Bins:
    """Those in which some columns were counted."""
    kept = [one for one in made.columns if one.name in names]
    return Bins(
        {one.name: one.edges for one in kept if not isinstance(one, Texts)},
        {one.name: one.levels for one in kept if isinstance(one, Texts)},
    )


def profile(table: ir.Table, bins: Bins) -> Profile:
    """The counts of a table in given bins. Raises Mistake for a column that is not there."""
    (made,) = grouped(table, bins, constant(0, INTEGER), 1)
    return made


def grouped(
    table: ir.Table, bins: Bins, group: ir.IntegerValue, groups: int
) -> tuple[Profile, ...]:
    """One profile for each group of rows, 0 to groups - 1; one of no group is in none.

    Raises Mistake for a column that is not there.
    """
    (made,) = selected(table, (Selection(bins),), group, groups)
    return made


def selected(
    table: ir.Table, selections: tuple[Selection, ...], group: ir.IntegerValue, groups: int
) -> tuple[tuple[Profile, ...], ...]:
    """For each selection one profile for each group.

    One question and one pass, however many selections, groups and columns. Raises Mistake.
    """
    if schema.engine(table) != schema.DUCKDB:
        return tuple(_elsewhere(table, one, group, groups) for one in selections)
    asked = Asked(table)
    place = asked.of(group.fill_null(-1))
    counting = tuple(_Counting(asked, one, groups) for one in selections)
    for batch in asked.batches():
        found = batch.wholes(place)
        share = Share.of(found, (found >= 0) & (found < groups))
        for one in counting:
            one.add(batch, share)
        del batch, found, share  # or two of them are held at a time
    return tuple(one.profiles() for one in counting)


def _elsewhere(
    table: ir.Table, selection: Selection, group: ir.IntegerValue, groups: int
) -> tuple[Profile, ...]:
    """The same on an engine whose rows do not stream past this process."""
    marked = table.mutate(**{portable.GROUP: group})
    marked = marked.filter(marked[selection.where]) if selection.where else marked
    rows = schema.widened(marked).filter(ibis._[portable.GROUP].between(0, groups - 1))
    bins = selection.bins
    places: list[tuple[str, Places]] = [*bins.edges.items(), *bins.levels.items()]
    values = [schema.column(rows, name, "the table") for name, _ in places]
    ready = [_text(value) if value.type().is_boolean() else value for value in values]
    found = portable.facts(rows, ready, [one for _, one in places])
    nothing = (0, tuple(Facts(0, (0,) * (len(one) + 1)) for _, one in places))
    return tuple(_stated(places, values, *found.get(one, nothing)) for one in range(groups))


def _stated(
    places: list[tuple[str, Places]], values: list[ir.Value], rows: int, facts: tuple[Facts, ...]
) -> Profile:
    columns = (
        (_numbers_of if value.type().is_numeric() else _texts_of)(name, one, rows, found)
        for (name, one), value, found in zip(places, values, facts, strict=True)
    )
    return Profile(rows, tuple(columns))


def _texts_of(name: str, places: Places, rows: int, found: Facts) -> Texts:
    *counts, other = found.counts
    return Texts(name, rows - found.known, tuple(map(str, places)), tuple(counts), other)


def _numbers_of(name: str, places: Places, rows: int, found: Facts) -> Numbers:
    edges = tuple(map(float, places))
    moments = None
    if found.n:
        squares = (found.variance or 0.0) * found.n
        moments = Moments(found.n, found.mean or 0.0, squares, found.low or 0.0, found.high or 0.0)
    infinite = found.known - found.n
    return Numbers(name, rows - found.known, infinite, moments, edges, found.counts)


def merged(left: Profile, right: Profile) -> Profile:
    """The profile of both parts together; counts are exact. Raises Mistake for other bins."""
    pairs = zip(left.columns, right.columns, strict=True)
    return Profile(left.rows + right.rows, tuple(_both(one, other) for one, other in pairs))


def _edges(rows: ir.Table, names: list[str]) -> dict[str, tuple[float, ...]]:
    if not names:
        return {}
    asked = {
        f"{at}": rows[name].cast(NUMBER).quantile(_SHARES, where=_finite(rows[name]))
        for at, name in enumerate(names)
    }
    found = rows.aggregate(**asked).to_pyarrow().to_pylist()[0]
    return {name: tuple(sorted(set(found[f"{at}"] or ()))) for at, name in enumerate(names)}


def _levels(rows: ir.Table, name: str) -> tuple[str, ...]:
    levels = rows.select(level=_text(rows[name]))
    counted = levels.filter(levels.level.notnull()).group_by("level").aggregate(rows=ibis._.count())
    often = counted.order_by(ibis.desc("rows"), dialect.ordered(counted.level)).limit(_LEVELS)
    return tuple(sorted(often.to_pyarrow()["level"].to_pylist()))


def _finite(value: ir.Value) -> ir.BooleanValue:
    known = value.notnull()
    return known & dialect.finite(value) if value.type().is_floating() else known


def _text(value: ir.Value) -> ir.StringValue:
    if not value.type().is_boolean():
        return value.cast(TEXT)
    return ibis.cases((value, "true"), (~value, "false"))


class _Counting:
    """A selection while its rows stream by."""

    def __init__(self, asked: Asked, selection: Selection, groups: int) -> None:
        self._rows = np.zeros(groups, dtype=np.int64)
        where = selection.where
        self._holds = masks.mask(asked, asked.table[where]) if where else None
        self._columns: list[_CountedNumbers | _CountedTexts] = []
        for name, edges in selection.bins.edges.items():
            place = asked.number(schema.column(asked.table, name, "the table"))
            self._columns.append(_CountedNumbers(name, edges, groups, place))
        for name, levels in selection.bins.levels.items():
            value = schema.column(asked.table, name, "the table")
            place = asked.code(value, tuple(map(str, levels)))
            self._columns.append(_CountedTexts(name, levels, groups, place))

    def add(self, batch: Batch, share: Share) -> None:
        """share: the rows of the batch that are of a group."""
        if self._holds:
            share = share.where(self._holds(batch))
        if share.group.size:
            self._rows += np.bincount(share.group, minlength=self._rows.size)
            for one in self._columns:
                one.add(batch, share)

    def profiles(self) -> tuple[Profile, ...]:
        """Of each group."""
        made = [one.columns(self._rows) for one in self._columns]
        columns = list(zip(*made, strict=True)) if made else [()] * self._rows.size
        rows = self._rows.tolist()
        return tuple(Profile(count, tuple(one)) for count, one in zip(rows, columns, strict=True))


class Passing:
    """The profile of rows that pass by as they came."""

    def __init__(self, bins: Bins, places: dict[str, str]) -> None:
        """places: the name under which batches hold each column."""
        self._rows, self._bins, self._places = 0, bins, places
        self._columns: list[_CountedNumbers | _CountedTexts] = [
            *(_CountedNumbers(*one, 1, one[0]) for one in bins.edges.items()),
            *(_CountedTexts(*one, 1, one[0]) for one in bins.levels.items()),
        ]

    def add(self, batch: Batch) -> None:
        """The next rows."""
        if not batch.rows:
            return
        came = {name: batch.column(place) for name, place in self._places.items()}
        made = {name: came[name].cast(pa.float64(), safe=False) for name in self._bins.edges}
        made |= {name: _codes(came[name], levels) for name, levels in self._bins.levels.items()}
        some = Batch(pa.RecordBatch.from_pydict(made))
        share = Share(None, np.zeros(batch.rows, dtype=np.int64))
        self._rows += batch.rows
        for one in self._columns:
            one.add(some, share)

    @property
    def profile(self) -> Profile:
        """Of all so far."""
        rows = np.array([self._rows])
        return Profile(self._rows, tuple(one.columns(rows)[0] for one in self._columns))


def _codes(column: Any, levels: tuple[str, ...]) -> Any:
    """As stream.Asked.code has them."""
    places = pa.array([*map(str, levels), None], pa.string())
    found = compute.index_in(column.cast(pa.string()), value_set=places)
    return compute.fill_null(compute.add(found, 1), 0)


class _CountedNumbers:
    """A column of numbers while it streams by; place: its name in batches, as doubles."""

    def __init__(self, name: str, edges: tuple[float, ...], groups: int, place: str) -> None:
        self._name, self._edges, self._place = name, edges, place
        self._tally = tallies.Numbers(edges, groups)

    def add(self, batch: Batch, share: Share) -> None:
        if not share.whole:
            self._tally.add(share.taken(batch.numbers(self._place)), share.group)
            return
        values, span = batch.known(self._place), batch.ends(self._place)
        self._tally.add(values, share.group[: values.size], span)

    def columns(self, rows: Whole) -> list[Numbers]:
        """Of each group, of so many rows."""
        counts, moments = self._tally.counts, self._tally.moments()
        known = counts.sum(axis=1)
        facts = zip(rows - known, known - moments.n, counts.tolist(), *moments, strict=True)
        return [
            Numbers(
                self._name,
                int(nulls),
                int(infinite),
                Moments(int(n), *map(float, rest)) if n else None,
                self._edges,
                tuple(bins),
            )
            for nulls, infinite, bins, n, *rest in facts
        ]


class _CountedTexts:
    """A column of texts or booleans while it streams by; place: its name in batches, as codes."""

    def __init__(self, name: str, levels: tuple[str, ...], groups: int, place: str) -> None:
        self._name, self._levels, self._place = name, tuple(map(str, levels)), place
        self._tally = tallies.Codes(len(levels) + 2, groups)

    def add(self, batch: Batch, share: Share) -> None:
        self._tally.add(share.taken(batch.wholes(self._place)), share.group)

    def columns(self, rows: Whole) -> list[Texts]:
        """Of each group, of so many rows."""
        known = self._tally.counts[:, :-1]
        nulls = (rows - known.sum(axis=1)).tolist()
        return [
            Texts(self._name, missing, self._levels, tuple(some), other)
            for missing, (other, *some) in zip(nulls, known.tolist(), strict=True)
        ]


def _both(left: Numbers | Texts, right: Numbers | Texts) -> Numbers | Texts:
    nulls = left.nulls + right.nulls
    match left, right:
        case Texts(), Texts() if (left.name, left.levels) == (right.name, right.levels):
            other = left.other + right.other
            return Texts(left.name, nulls, left.levels, _sums(left.counts, right.counts), other)
        case Numbers(), Numbers() if (left.name, left.edges) == (right.name, right.edges):
            infinite, moments = left.infinite + right.infinite, _pooled(left.moments, right.moments)
            counts = _sums(left.counts, right.counts)
            return Numbers(left.name, nulls, infinite, moments, left.edges, counts)
    raise Mistake(f"the profiles of {left.name} and {right.name} have other bins")


def _pooled(left: Moments | None, right: Moments | None) -> Moments | None:
    """Source: Chan, Golub, LeVeque (1983), Algorithms for computing the sample variance."""
    if left is None or right is None:
        return left or right
    n, apart = left.n + right.n, right.mean - left.mean
    return Moments(
        n=n,
        mean=left.mean + apart * right.n / n,
        squares=left.squares + right.squares + apart**2 * left.n * right.n / n,
        low=min(left.low, right.low),
        high=max(left.high, right.high),
    )


def _sums(left: tuple[int, ...], right: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(one + other for one, other in zip(left, right, strict=True))
