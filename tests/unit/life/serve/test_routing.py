"""Buckets of entities."""

from hypothesis import given
from hypothesis import strategies as st

from mainstay.life.serve.routing import BUCKETS, bounds, bucket, chosen


def test_a_bucket_is_for_ever() -> None:
    assert [bucket("N12345"), bucket(7), bucket(None)] == [7528, 5890, 1680]


@given(st.text())
def test_every_entity_has_a_bucket(entity: str) -> None:
    assert 0 <= bucket(entity) < BUCKETS


@given(share=st.floats(0.0001, 0.9999))
def test_the_canary_gets_its_share(share: float) -> None:
    limits = bounds((1 - share, share))

    got = sum(chosen(limits, place) for place in range(BUCKETS))

    assert abs(got / BUCKETS - share) <= 0.5 / BUCKETS + 1e-12


def test_a_growing_canary_keeps_whom_it_answered() -> None:
    small, large = bounds((0.95, 0.05)), bounds((0.75, 0.25))

    assert all(chosen(large, place) for place in range(BUCKETS) if chosen(small, place))


def test_a_champion_alone_answers_all() -> None:
    assert not any(chosen(bounds((1.0,)), place) for place in range(BUCKETS))


@given(share=st.floats(0, 0.9999))
def test_a_version_without_another_beside_it_has_its_share_and_its_baseline_the_rest(
    share: float,
) -> None:
    limits = bounds((share,))

    got = sum(chosen(limits, place) for place in range(BUCKETS))

    assert abs(got / BUCKETS - share) <= 0.5 / BUCKETS + 1e-12
