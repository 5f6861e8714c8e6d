import math
from collections import Counter
from collections.abc import Callable

import ibis.expr.types as ir
import msgspec
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay.core.errors import Mistake
from mainstay.data import profile
from mainstay.data.profile import Bins, Moments, Numbers, Passing, Profile, Texts
from mainstay.data.stream import Batch

Stored = Callable[..., ir.Table]
TYPES = {"temp": "float64", "seats": "int64", "carrier": "string", "late": "boolean"}
ROW = st.fixed_dictionaries(
    {
        "temp": st.none()
        | st.floats(-1e6, 1e6, allow_subnormal=False)
        | st.sampled_from([math.inf, -math.inf, math.nan, 3.0]),
        "seats": st.none() | st.integers(-5, 5),
        "carrier": st.none() | st.sampled_from(["UA", "B6", "AA", ""]),
        "late": st.none() | st.booleans(),
    }
)
ROWS = st.lists(ROW, max_size=80)


def table(stored: Stored, rows: list[dict[str, object]]) -> ir.Table:
    return stored(TYPES, **{name: [row[name] for row in rows] for name in TYPES})


@settings(max_examples=5)
@given(rows=ROWS)
def test_counts_are_those_of_a_patient_person(
    stored: Stored, rows: list[dict[str, float | None]]
) -> None:
    stale = table(stored, rows)

    made = profile.profile(stale, profile.bins(stale, tuple(TYPES)))

    temp, seats, carrier, late = made.columns
    known = [row["temp"] for row in rows if row["temp"] is not None and not math.isnan(row["temp"])]
    finite = [value for value in known if math.isfinite(value)]
    assert isinstance(temp, Numbers)
    assert (temp.nulls, temp.infinite) == (len(rows) - len(known), len(known) - len(finite))
    shares = np.quantile(finite, np.arange(1, 20) / 20) if finite else []
    assert temp.edges == pytest.approx(sorted(set(shares)), 1e-12)
    places = Counter(np.searchsorted(temp.edges, known, side="right").tolist())
    assert temp.counts == tuple(places[at] for at in range(len(temp.edges) + 1))
    assert isinstance(seats, Numbers)
    assert sum(seats.counts) + seats.nulls == made.rows == len(rows)
    assert isinstance(carrier, Texts)
    carriers = Counter(row["carrier"] for row in rows)
    assert dict(zip(carrier.levels, carrier.counts, strict=True)) == {
        level: count for level, count in carriers.items() if level is not None
    }
    assert (carrier.nulls, carrier.other) == (carriers[None], 0)
    assert isinstance(late, Texts)
    assert set(late.levels) <= {"false", "true"}


@settings(max_examples=5)
@given(left=ROWS, right=ROWS)
def test_parts_add_up_to_the_whole(
    stored: Stored, left: list[dict[str, object]], right: list[dict[str, object]]
) -> None:
    whole = table(stored, [*left, *right])
    bins = profile.bins(whole, tuple(TYPES))
    parts = [profile.profile(table(stored, rows), bins) for rows in (left, right)]

    merged = profile.merged(*parts)

    assert _rounded(merged) == _rounded(profile.profile(whole, bins))


def _rounded(one: Profile) -> object:
    """Counts as they are, moments to what floating-point sums can promise."""

    def near(column: Numbers | Texts) -> object:
        if isinstance(column, Texts) or column.moments is None:
            return column
        n, mean, squares, low, high = msgspec.structs.astuple(column.moments)
        rounded = (
            n,
            pytest.approx(mean, 1e-9, 1e-6),
            pytest.approx(squares, 1e-6, 1e-3),
            low,
            high,
        )
        return msgspec.structs.replace(column, moments=None), rounded

    return one.rows, [near(column) for column in one.columns]


def test_moments_are_of_the_finite_values(stored: Stored) -> None:
    rows = stored({"temp": "float64"}, temp=[1.0, 3.0, math.inf, None])

    (temp,) = profile.profile(rows, Bins({"temp": (2.0,)}, {})).columns

    moments = Moments(n=2, mean=2.0, squares=2.0, low=1.0, high=3.0)
    assert temp == Numbers("temp", 1, 1, moments, (2.0,), (1, 2))


def test_a_value_at_an_edge_is_above_it(stored: Stored) -> None:
    edge = 0.1 + 0.2
    rows = stored({"temp": "float64"}, temp=[edge, math.nextafter(edge, 0)])

    (temp,) = profile.profile(rows, Bins({"temp": (edge,)}, {})).columns

    assert isinstance(temp, Numbers)
    assert temp.counts == (1, 1)


def test_texts_of_no_level_are_counted_together(stored: Stored) -> None:
    rows = stored({"carrier": "string"}, carrier=["UA", "B6", "ZZ", None])

    (carrier,) = profile.profile(rows, Bins({}, {"carrier": ("AA", "UA")})).columns

    assert carrier == Texts("carrier", 1, ("AA", "UA"), (0, 1), 2)


def test_only_the_most_frequent_levels_are_kept(
    stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profile, "_LEVELS", 2)
    rows = stored({"carrier": "string"}, carrier=["c", "b", "b", "a", "c", "c", "z"])

    assert profile.bins(rows, ("carrier",)).levels == {"carrier": ("b", "c")}


def test_times_have_no_bins(stored: Stored) -> None:
    rows = stored({"day": "date"}, day=[None])

    made = profile.profile(rows, profile.bins(rows, ("day",)))

    assert made == Profile(1, ())


def test_a_profile_travels_as_json(stored: Stored) -> None:
    rows = table(stored, [{"temp": math.inf, "seats": 2, "carrier": "UA", "late": None}])
    made = profile.profile(rows, profile.bins(rows, tuple(TYPES)))

    assert msgspec.json.decode(msgspec.json.encode(made), type=Profile) == made


def test_profiles_in_other_bins_do_not_add_up(stored: Stored) -> None:
    rows = stored({"temp": "float64"}, temp=[1.0])
    one, other = (profile.profile(rows, Bins({"temp": (edge,)}, {})) for edge in (1.0, 2.0))

    with pytest.raises(Mistake, match="the profiles of temp and temp have other bins"):
        profile.merged(one, other)


def test_a_column_that_is_gone_is_a_mistake(stored: Stored) -> None:
    rows = stored({"temp": "float64"}, temp=[1.0])

    with pytest.raises(Mistake, match="has no column dewp"):
        profile.profile(rows, Bins({"dewp": (1.0,)}, {}))


@settings(max_examples=5)
@given(left=ROWS, right=ROWS)
def test_rows_that_pass_by_as_they_came_are_counted_the_same(
    stored: Stored, left: list[dict[str, object]], right: list[dict[str, object]]
) -> None:
    whole = table(stored, [*left, *right])
    bins = profile.bins(table(stored, left), tuple(TYPES))
    passing = Passing(bins, {name: f"{at}" for at, name in enumerate(TYPES)})

    for rows in (left, right):
        came = (
            table(stored, rows).to_pyarrow().rename_columns([f"{at}" for at in range(len(TYPES))])
        )
        nothing = pa.RecordBatch.from_pylist([], came.schema)
        for one in (*came.to_batches(), nothing):
            passing.add(Batch(one))

    assert _rounded(passing.profile) == _rounded(profile.profile(whole, bins))
