"""What the rows of a table look like, in counts: one pass, and parts of it add up."""

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import ibis
import ibis.expr.types as ir
import msgspec

from mainstay.core.errors import Mistake
from mainstay.core.typed import FLAG, INTEGER, NUMBER, TEXT
from mainstay.data import dialect, portable, schema
from mainstay.data.expression import constant
from mainstay.data.portable import Facts

BINS = 20
_SHARES = [share / BINS for share in range(1, BINS)]
_LEVELS = 200  # the most frequent texts of a column; all others are counted together

_GROUP = "mainstay_group"
_MARK = "="  # before every level: the engine counts what is no level under the empty text

Places = tuple[float | str, ...]


def _counted(value: object, places: object) -> None:
    """An aggregate that the engine has: how many rows are at each of some places, in one pass."""


_in_bins = ibis.udf.agg.builtin(
    _counted, name="histogram", signature=((NUMBER, "array<float64>"), "map<float64, int64>")
)
_in_levels = ibis.udf.agg.builtin(
    _counted, name="histogram_exact", signature=((TEXT, "array<string>"), "map<string, int64>")
)


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
    """The counts of a table in given bins. Raises Mistake for a column that is not there."""
    (made,) = grouped(table, bins, constant(0, INTEGER), 1)
    return made


def grouped(
    table: ir.Table, bins: Bins, group: ir.IntegerValue, groups: int
) -> tuple[Profile, ...]:
    """One profile for each group of rows, 0 to groups - 1; one of no group is in none.

    One question and one pass, however many groups and columns. Raises Mistake for a column that is
    not there.
    """
    marked = table.mutate(**{_GROUP: group})
    rows = schema.widened(marked).filter(ibis._[_GROUP].between(0, groups - 1))
    places: list[tuple[str, Places]] = [*bins.edges.items(), *bins.levels.items()]
    values = [schema.column(rows, name, "the table") for name, _ in places]
    if schema.engine(rows) != schema.DUCKDB:
        return _elsewhere(rows, values, places, groups)
    known = _known(rows, values, [one for _, one in places])
    numeric = [value.type().is_numeric() for value in values]
    return tuple(_profile(places, numeric, known.get(one, {"rows": 0})) for one in range(groups))


def _elsewhere(
    rows: ir.Table, values: list[ir.Value], places: list[tuple[str, Places]], groups: int
) -> tuple[Profile, ...]:
    """The same on an engine without counting of its own."""
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


def _known(
    rows: ir.Table, values: list[ir.Value], places: list[Places]
) -> dict[int, dict[str, Any]]:
    """Group -> what is known of all columns."""
    ready = {name: how for at, one in enumerate(values) for name, how in _ready(at, one).items()}
    made = rows.select(_GROUP, **ready)
    asked = {
        what: how for at, one in enumerate(places) for what, how in _asked(made, at, one).items()
    }
    found = made.group_by(_GROUP).aggregate(rows=made.count(), **asked)
    return {one[_GROUP]: one for one in found.to_pyarrow().to_pylist()}


def _ready(at: int, value: ir.Value) -> dict[str, ir.Value]:
    """Column number `at` as it is counted: computed once, whatever is asked of it."""
    if not value.type().is_numeric():
        return {f"value {at}": ibis.literal(_MARK) + _text(value)}
    number = value.cast(NUMBER)
    if not value.type().is_floating():
        return {f"value {at}": number}
    return {f"value {at}": number, f"finite {at}": number.isinf().ifelse(ibis.null(NUMBER), number)}


def _asked(made: ir.Table, at: int, places: Places) -> dict[str, ir.Value]:
    """What to know of column number `at`."""
    value = made[f"value {at}"]
    known = {f"known {at}": value.count()}
    if not value.type().is_numeric():
        marks = ibis.literal([_MARK + str(level) for level in places], type="array<string>")
        return {**known, f"places {at}": _in_levels(value, marks)}
    finite = made[f"finite {at}"] if f"finite {at}" in made.columns else value
    return {
        **known,
        **({f"places {at}": _in_bins(value, _bounds(places))} if places else {}),
        f"n {at}": finite.count(),
        f"mean {at}": finite.mean(),
        f"variance {at}": finite.var(how="pop"),
        f"low {at}": finite.min(),
        f"high {at}": finite.max(),
    }


def _bounds(places: Places) -> ir.ArrayValue:
    bounds = ibis.literal([repr(_below(edge)) for edge in places], type="array<string>")
    return bounds.cast("array<float64>")


def _below(edge: float | str) -> float:
    """The last number of the bin that ends before this edge: the engine's bins hold their ends."""
    return math.nextafter(float(edge), -math.inf)


def _finite(value: ir.Value) -> ir.BooleanValue:
    known = value.notnull()
    return known & dialect.finite(value) if value.type().is_floating() else known


def _text(value: ir.Value) -> ir.StringValue:
    if not value.type().is_boolean():
        return value
    return ibis.cases((value, "true"), (~value, "false"))


class _Answers(NamedTuple):
    """What is known of a group, asked for column number `at`; 0 where it has no rows."""

    known: dict[str, Any]
    at: int

    def of(self, what: str) -> Any:
        return self.known.get(f"{what} {self.at}", 0)

    def among(self, places: Iterable[object]) -> tuple[int, ...]:
        """How many rows are at each of these places."""
        found = dict(self.of("places") or ())
        return tuple(found.get(place, 0) for place in places)


def _profile(
    places: list[tuple[str, Places]], numeric: list[bool], known: dict[str, Any]
) -> Profile:
    columns = (
        (_numbers if numbers else _texts)(name, one, _Answers(known, at))
        for at, ((name, one), numbers) in enumerate(zip(places, numeric, strict=True))
    )
    return Profile(known["rows"], tuple(columns))


def _texts(name: str, places: Places, found: _Answers) -> Texts:
    levels, known = tuple(map(str, places)), found.of("known")
    counts = found.among(_MARK + level for level in levels)
    return Texts(name, found.known["rows"] - known, levels, counts, known - sum(counts))


def _numbers(name: str, places: Places, found: _Answers) -> Numbers:
    edges, known = tuple(map(float, places)), found.of("known")
    infinite, nulls = known - found.of("n"), found.known["rows"] - known
    counts = found.among(map(_below, edges))
    last = known - sum(counts)
    return Numbers(name, nulls, infinite, _moments(found), edges, (*counts, last))


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
