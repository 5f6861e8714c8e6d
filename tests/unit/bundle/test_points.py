"""Points in time under one key."""

from datetime import UTC, datetime, timedelta, timezone

import generations
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.bundle import points
from mainstay.bundle.points import ALWAYS, Point

MOMENTS = st.integers(-(2**62), 2**62)


@given(st.lists(st.tuples(MOMENTS, MOMENTS, st.binary()), min_size=1, unique_by=lambda p: p[0]))
def test_the_point_in_force_is_the_last_one_before(made: list[tuple[int, int, bytes]]) -> None:
    some = sorted(Point(*one) for one in made)
    blob = generations.packed(some)

    for at in [one.since + off for one in some for off in (-1, 0, 1)]:
        before = [one for one in some if one.since <= at]
        assert points.known(blob, at) == (before[-1] if before else None)


@given(st.lists(st.lists(st.tuples(MOMENTS, MOMENTS, st.binary()), min_size=1), max_size=5))
def test_points_of_many_keys_are_packed_like_those_of_each(
    made: list[list[tuple[int, int, bytes]]],
) -> None:
    keys = [[Point(*one) for one in some] for some in made]

    assert generations.packed(*keys) == b"".join(map(generations.packed, keys))


def test_what_has_no_time_is_known_always() -> None:
    blob = generations.packed([Point(ALWAYS, 0, b'"a":1')])

    assert points.known(blob, ALWAYS) == Point(ALWAYS, 0, b'"a":1')


@pytest.mark.parametrize(
    "blob", [b"", b"\0" * 8, b"\xff" * 40, generations.packed([Point(1, 1, b"abc")])[:-1]]
)
def test_other_bytes_are_no_points(blob: bytes) -> None:
    with pytest.raises(ValueError, match="bytes"):
        points.known(blob, 5)


def test_a_moment_is_exact_to_the_microsecond_in_any_zone() -> None:
    time = datetime(2031, 7, 1, 12, 0, 0, 123457, UTC)

    assert points.time(points.moment(time)) == time
    assert points.moment(time.astimezone(timezone(timedelta(hours=5)))) == points.moment(time)


def test_equal_values_have_one_key_and_others_another() -> None:
    noon = datetime(2031, 7, 1, 12, tzinfo=UTC)
    there = noon.astimezone(timezone(timedelta(hours=-3)))

    assert points.key(("EWR", noon)) == points.key(["EWR", there])
    assert len({points.key(one) for one in [("1",), (1,), (1.5,), (True,), ("1", 1)]}) == 5
