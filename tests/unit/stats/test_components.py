import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.stats import components
from mainstay.stats.components import Component, Numbers, Texts

DAYS, ROWS = 20, 400


def numbers(name="temp", *, seed=0, bins=20, nulls=0.02, skew=1.0, days=DAYS):
    generator = np.random.default_rng(seed)
    share = np.append(np.arange(1, bins + 1) ** skew, 0.0)
    share[-1] = nulls / max(1 - nulls, 1e-9) * share.sum()
    counts = generator.multinomial(ROWS, share / share.sum(), days)
    return Numbers(name, counts[:, :-1], counts[:, -1])


def texts(*, seed=0, days=DAYS):
    generator = np.random.default_rng(seed)
    counts = generator.multinomial(ROWS, [0.005, 0.5, 0.2, 0.28, 0.01, 0.005], days)
    return Texts("carrier", ("rare", "AA", "B6", "UA"), counts[:, :4], counts[:, 4], counts[:, 5])


def at(reference, kind, level=""):
    return [(one.kind, one.level) for one in reference.components].index((kind, level))


def one_window(column, **places):
    """A single window; places: index of a bin -> rows; nulls -> rows."""
    counts = np.zeros((1, column.counts.shape[1]), dtype=int)
    for place, rows in places.items():
        if place != "nulls":
            counts[0, int(place[1:])] = rows
    return Numbers(column.name, counts, np.array([places.get("nulls", 0)]))


def test_a_number_has_a_location_a_spread_and_nulls():
    found = components.reference([numbers()], rows=ROWS)

    assert found.components == (
        Component("temp", "location"),
        Component("temp", "spread"),
        Component("temp", "null"),
    )


def test_a_text_has_its_frequent_levels_most_frequent_first_then_other_null_and_rare_ones():
    found = components.reference([texts()], rows=ROWS)

    kinds = [(one.kind, one.level) for one in found.components]
    levels = [("level", "AA"), ("level", "UA"), ("level", "B6")]
    assert kinds == [*levels, ("other", ""), ("null", ""), ("rare", "rare")]
    rare = texts().counts[:, 0].sum() + texts().other.sum()
    assert found.mean[at(found, "other")] == pytest.approx(rare / (DAYS * ROWS))


def test_at_most_twenty_levels_are_watched():
    names = tuple(f"l{at}" for at in range(50))
    none = np.zeros(3, dtype=int)
    column = Texts("dest", names, np.full((3, 50), 100), none, none)

    found = components.reference([column], rows=5000)

    assert len(found.components) == 22


@given(skew=st.sampled_from([0.0, 1.0, 3.0]), bins=st.integers(1, 20), seed=st.integers(0, 9))
def test_the_mean_rank_of_the_reference_is_nought_whatever_its_bins(skew, bins, seed):
    found = components.reference([numbers(skew=skew, bins=bins, seed=seed)], rows=ROWS)

    assert found.mean[at(found, "location")] == pytest.approx(0, abs=1e-12)


def test_the_sd_of_many_equal_bins_is_that_of_a_uniform_rank():
    found = components.reference([numbers(skew=0, nulls=0)], rows=ROWS)

    assert found.sd[:2] == pytest.approx([1 / np.sqrt(3), 1 / np.sqrt(5)], rel=0.02)


def test_distances_of_the_reference_from_itself_average_nought():
    found = components.reference([numbers(), texts()], rows=ROWS)

    weighed = found.windows.rows @ found.windows.distance / found.rows
    assert weighed == pytest.approx(np.zeros(len(found.components)), abs=1e-12)


def test_means_are_those_of_the_rows():
    column = numbers()
    found = components.reference([column], rows=ROWS)
    nulls = column.nulls / ROWS

    assert found.windows.mean[:, at(found, "null")] == pytest.approx(nulls)
    assert found.windows.rows.tolist() == [ROWS] * DAYS


def test_a_window_in_the_top_bin_lies_above_and_one_in_both_ends_is_wider():
    column = numbers(skew=0, nulls=0)
    found = components.reference([column], rows=ROWS)

    above = components.windows(found, [one_window(column, b19=50)]).distance[0]
    wider = components.windows(found, [one_window(column, b0=25, b19=25)]).distance[0]
    assert above[0] > 1.5
    assert (abs(wider[0]), wider[1] > 1.5) == (pytest.approx(0, abs=0.05), True)


def test_normal_values_that_move_do_not_seem_to_spread():
    generator = np.random.default_rng(1)
    edges = np.quantile(generator.normal(size=100_000), np.arange(1, 20) / 20)

    def drawn(shift):
        places = np.searchsorted(edges, generator.normal(shift, 1, (40, 1000)))
        counts = np.array([np.bincount(one, minlength=20) for one in places])
        return Numbers("temp", counts, np.zeros(40, dtype=int))

    found = components.reference([drawn(0.0)], rows=1000)
    moved = components.windows(found, [drawn(0.4)]).distance.mean(axis=0)

    assert moved[0] == pytest.approx(0.4, abs=0.05)
    assert abs(moved[1]) < 0.03


def test_a_window_without_rows_lies_at_the_reference():
    column = numbers()
    found = components.reference([column], rows=ROWS)

    empty = components.windows(found, [one_window(column)])

    assert (empty.rows.tolist(), empty.distance.tolist()) == ([0.0], [[0.0, 0.0, 0.0]])
    assert np.isfinite(empty.mean).all()


def test_days_without_rows_in_the_reference_change_nothing():
    column = numbers()
    gap = Numbers("temp", np.insert(column.counts, 3, 0, axis=0), np.insert(column.nulls, 3, 0))

    with_gap, without = (components.reference([one], rows=ROWS) for one in (gap, column))

    assert with_gap.mean == pytest.approx(without.mean)
    assert with_gap.windows.distance[3].tolist() == [0.0, 0.0, 0.0]


def test_a_share_moves_as_its_deviance_and_as_its_sd_for_small_moves():
    column = numbers(nulls=0.2, days=200)
    found = components.reference([column], rows=ROWS)
    null = at(found, "null")
    share = found.mean[null]
    sd = np.sqrt(share * (1 - share))

    window = one_window(column, b0=79_000, nulls=21_000)
    distance = components.windows(found, [window]).distance[0, null]
    assert distance == pytest.approx((0.21 - share) / sd, rel=0.05)


def test_a_few_nulls_where_there_were_none_are_no_event():
    column = numbers(nulls=0)
    found = components.reference([column], rows=1000)

    window = components.windows(found, [one_window(column, b3=995, nulls=5)])

    errors = window.distance[0, at(found, "null")] * np.sqrt(1000)
    assert 0 < errors < 4


def test_a_constant_column_has_a_finite_distance():
    column = Numbers("seats", np.tile([0, 100], (5, 1)), np.zeros(5, dtype=int))
    found = components.reference([column], rows=100)

    below = components.windows(found, [Numbers("seats", np.array([[100, 0]]), np.array([0]))])

    assert np.isfinite(below.distance).all()
    assert below.distance[0, 0] < -1


@pytest.mark.parametrize("columns", [[], [numbers(), numbers("dewp", days=DAYS - 1)]])
def test_columns_that_do_not_hold_the_same_rows_are_refused(columns):
    with pytest.raises(ValueError, match="every column needs a place for every row"):
        components.reference(columns, rows=ROWS)


def test_a_reference_without_rows_is_refused():
    with pytest.raises(ValueError, match="a reference needs rows"):
        components.reference([Numbers("x", np.zeros((2, 3), int), np.zeros(2, int))], rows=10)
