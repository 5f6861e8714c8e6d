"""Scales and marks."""

import math
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as some

from mainstay.control.pages import svg
from mainstay.control.pages.svg import Frame, Linear

Value = some.floats(-1e6, 1e6)


def test_a_scale_maps_its_ends_to_its_pixels() -> None:
    scale = Linear(0.5, 1.0, 100, 0)

    assert (scale(0.5), scale(0.75), scale(1.0)) == (100, 50, 0)
    assert (scale.clipped(0), scale.clipped(2)) == (100, 0)


@given(Value, Value)
def test_ticks_are_few_even_and_inside(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assume(high - low > 1e-3)
    found = svg.ticks(low, high)
    room = (high - low) * 1e-6

    assert 1 <= len(found) <= 5
    assert all(low - room <= value <= high + room for value in found)
    steps = {round((b - a) / (high - low), 6) for a, b in pairwise(found)}
    assert len(steps) <= 1


def test_ticks_are_round() -> None:
    assert svg.ticks(0.61, 0.79) == (0.65, 0.7, 0.75)
    assert svg.ticks(-2100, 4800) == (-2000, 0, 2000, 4000)


@given(some.lists(Value, max_size=5))
def test_a_span_is_never_empty(values: list[float]) -> None:
    low, high = svg.span(values, 0.1)

    assert low < high
    assert all(low <= value <= high for value in values)


def test_a_span_leaves_out_what_is_not_finite() -> None:
    assert svg.span([1, math.inf, 3, math.nan]) == (1, 3)


def test_a_chart_says_what_it_shows() -> None:
    made = svg.chart(10, 20, 'a "label"', svg.dot(1, 2, "mark", "a < b"))

    assert 'role="img" aria-label="a &quot;label&quot;"' in made
    assert "<title>a &lt; b</title>" in made


def test_a_box_lies_between_its_pixels_in_either_order() -> None:
    assert svg.box(9, 4, 1, 2, "zone") == svg.box(4, 9, 1, 2, "zone")


def test_a_band_goes_along_its_top_and_back_along_its_bottom() -> None:
    frame = Frame(Linear(0, 1, 0, 10), Linear(0, 1, 10, 0))

    made = svg.band((0, 1), (0, 0), (1, 1), frame)

    assert 'd="M0.0,0.0L10.0,0.0L10.0,10.0L0.0,10.0Z"' in made


@pytest.mark.parametrize(("form", "words"), [(".0%", "50%"), ("g", "0.5")])
def test_axes_write_their_ticks(form: str, words: str) -> None:
    frame = Frame(Linear(0, 1, 0, 10), Linear(0, 1, 10, 0))

    assert f">{words}</text>" in svg.left_axis(frame, form) + svg.bottom_axis(frame.x, 9, form, 2)
