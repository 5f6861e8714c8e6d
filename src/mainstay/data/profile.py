"""What the rows of a table look like, in counts: one pass, and parts of it add up."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import ibis
import ibis.expr.types as ir
import msgspec

from mainstay.core.errors import Mistake
from mainstay.core.typed import FLAG, INTEGER, NUMBER, TEXT
from mainstay.data import schema
from mainstay.data.expression import constant

BINS = 20
_SHARES = [share / BINS for share in range(1, BINS)]
_LEVELS = 200  # the most frequent texts of a column; all others are counted together

Places = tuple[float | str, ...]


class Bins(msgspec.Struct, frozen=True):
    """Where counts are taken: inner edges of numbers, levels of texts and booleans, by column."""

    edges: dict[str, tuple[float, ...]]
    levels: dict[str, tuple[str, ...]]


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


def profile(table: ir.Table, bins: Bins) -> Profile:
    """The counts of a table in given bins. Raises Mistake for a column that is not there.

    Two questions: one aggregate for what is known of every column, one count by place.
    """
    rows = schema.widened(table)
    places: list[tuple[str, Places]] = [*bins.edges.items(), *bins.levels.items()]
    values = [schema.column(rows, name, "the table") for name, _ in places]
    asked = [_asked(at, value) for at, value in enumerate(values)]
    known = rows.aggregate(rows=rows.count(), **{k: v for one in asked for k, v in one.items()})
    found = known.to_pyarrow().to_pylist()[0]
    counts = _counts(rows, [(value, one) for value, (_, one) in zip(values, places, strict=True)])
    columns = (
        _column(name, one, _Answers(found, counts, at)) for at, (name, one) in enumerate(places)
    )
    return Profile(found["rows"], tuple(columns))


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
    often = counted.order_by(ibis.desc("rows"), "level").limit(_LEVELS)
    return tuple(sorted(often.to_pyarrow()["level"].to_pylist()))


def _asked(at: int, value: ir.Value) -> dict[str, ir.Value]:
    """What to know of column number `at` beside its counts."""
    if not value.type().is_numeric():
        return {f"known {at}": value.count()}
    number, finite = value.cast(NUMBER), _finite(value)
    return {
        f"known {at}": value.count(),
        f"n {at}": value.count(where=finite),
        f"mean {at}": number.mean(where=finite),
        f"variance {at}": number.var(how="pop", where=finite),
        f"low {at}": number.min(where=finite),
        f"high {at}": number.max(where=finite),
    }


def _counts(rows: ir.Table, values: list[tuple[ir.Value, Places]]) -> dict[tuple[int, str], int]:
    """(column, bin or level) -> rows; what is missing or no level is not counted."""
    counted = [
        rows.select(column=constant(at, INTEGER), place=_place(value, places))
        .group_by("column", "place")
        .aggregate(rows=ibis._.count())
        for at, (value, places) in enumerate(values)
    ]
    found = ibis.union(*counted).to_pyarrow().to_pylist() if counted else []
    return {(one["column"], one["place"]): one["rows"] for one in found}


def _place(value: ir.Value, places: Places) -> ir.StringValue:
    """The number of the bin, or the level, as text; null for null, and for text of no level."""
    if not value.type().is_numeric():
        return ibis.ifelse(_text(value).isin(places), _text(value), ibis.null(TEXT))
    number = value.cast(NUMBER)
    below = ((number < constant(edge, NUMBER), str(at)) for at, edge in enumerate(places))
    return ibis.cases((value.isnull(), ibis.null(TEXT)), *below, else_=str(len(places)))


def _finite(value: ir.Value) -> ir.BooleanValue:
    known = value.notnull()
    return known & ~value.isinf() if value.type().is_floating() else known


def _text(value: ir.Value) -> ir.StringValue:
    if not value.type().is_boolean():
        return value
    return ibis.cases((value, "true"), (~value, "false"))


class _Answers(NamedTuple):
    """Both answers, asked for column number `at`."""

    known: dict[str, Any]
    counts: dict[tuple[int, str], int]
    at: int

    def of(self, what: str) -> Any:
        return self.known.get(f"{what} {self.at}")

    def among(self, places: Iterable[object]) -> tuple[int, ...]:
        return tuple(self.counts.get((self.at, str(place)), 0) for place in places)


def _column(name: str, places: Places, found: _Answers) -> Numbers | Texts:
    known, nulls = found.of("known"), found.known["rows"] - found.of("known")
    if found.of("n") is None:
        counts = found.among(places)
        return Texts(name, nulls, tuple(map(str, places)), counts, known - sum(counts))
    counts, edges = found.among(range(len(places) + 1)), tuple(map(float, places))
    return Numbers(name, nulls, known - found.of("n"), _moments(found), edges, counts)


def _moments(found: _Answers) -> Moments | None:
    n = found.of("n")
    if not n:
        return None
    return Moments(n, found.of("mean"), found.of("variance") * n, found.of("low"), found.of("high"))


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
