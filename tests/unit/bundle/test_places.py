"""Where values stand among thresholds is what a search finds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mixed_rows import Matrix

from mainstay.bundle import places
from mainstay.bundle.places import Column, Columns, celled


@given(
    known=st.lists(st.floats(-1e9, 1e9), min_size=places.FEW, max_size=300, unique=True),
    drawn=st.lists(st.floats(-2e9, 2e9), max_size=20),
)
def test_a_value_is_found_among_thresholds_by_cells_as_by_searching(
    known: list[float], drawn: list[float]
) -> None:
    thresholds = np.unique(known)
    cells = places.celled(thresholds)
    steps = (np.nextafter(thresholds, way) for way in (np.inf, -np.inf))
    values = np.concatenate([thresholds, *steps, drawn, [1.7e308, -1.7e308]])

    if cells is not None:
        assert np.array_equal(cells.places(values), np.searchsorted(thresholds, values))


@pytest.mark.parametrize("spread", ["normal", "even"])
def test_thresholds_as_models_have_them_lie_in_cells(spread: str) -> None:
    random = np.random.default_rng(0)
    known = np.unique(random.normal(size=90) if spread == "normal" else np.arange(200.0))
    values = random.normal(size=500) * 9
    values[::50] = np.nan

    cells = places.celled(known)

    assert cells
    numbers = values[~np.isnan(values)]
    assert np.array_equal(cells.places(numbers), np.searchsorted(known, numbers))
    assert not cells.places(np.array([np.nan]))[0]


@pytest.mark.parametrize(
    "known",
    [np.arange(3.0), np.append(np.arange(20) / 1e6, 1e6), np.arange(20) * 1e-300,
     np.arange(20) * 1e300],
)  # fmt: skip
def test_thresholds_that_crowd_or_spread_too_far_are_searched(known: Matrix) -> None:
    assert places.celled(known) is None


def test_an_input_says_where_what_is_missing_stands() -> None:
    values = np.array([0.5, 1.0, 1.5, 9.0, np.nan])

    for missing in (0, 1, 2):
        numbers = Column(0, 3, missing, np.array([1.0, 2.0]))
        assert numbers.places(values).tolist() == [0, 0, 1, 2, missing]


def test_the_last_place_of_codes_is_for_what_is_none_of_them() -> None:
    codes = Column(1, 3, 2, None)

    assert codes.places(np.array([0.0, 1.0, 2.0, -1.0, np.nan])).tolist() == [0, 1, 2, 2, 2]


def test_inputs_that_are_looked_up_together_stand_where_each_stands_alone() -> None:
    random = np.random.default_rng(0)
    known = [np.unique(random.normal(size=count) * 10**at) for at, count in enumerate((90, 3, 200))]
    even = np.arange(40.0)
    columns = [
        *(Column(at, len(one) + 1, at, one, celled(one)) for at, one in enumerate(known)),
        Column(3, 5, 4, None), Column(4, len(even) + 1, len(even), even, celled(even)),
    ]  # fmt: skip
    turned = random.normal(size=(5, 500)) * 20
    turned[:, ::7], turned[4] = np.nan, random.integers(-2, 42, 500)

    found = Columns(columns).places(turned)

    assert [one.cells is None for one in columns] == [False, True, False, True, False]
    for column, places_of in zip(columns, found, strict=True):
        assert np.array_equal(places_of, column.places(turned[column.feature]))
