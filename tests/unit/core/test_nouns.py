"""Where a number becomes a verdict."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.core.nouns import Estimate, Limit, ModelVersion, Verdict, known

NUMBERS = st.floats(-1e6, 1e6)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.66, 0.70, Verdict.PASS),
        (0.61, 0.659, Verdict.FAIL),
        (0.65, 0.70, Verdict.UNSURE),
        (-math.inf, math.inf, Verdict.UNSURE),
        (math.nan, 0.7, Verdict.UNSURE),
    ],
)
def test_a_floor_passes_only_when_the_whole_interval_clears_it(
    low: float, high: float, verdict: Verdict
) -> None:
    assert Limit("at_least", 0.66).judge(Estimate(0.66, low, high, 100)) is verdict


def test_nothing_measured_is_unsure_whatever_it_says() -> None:
    assert Limit("at_most", 1.0).judge(Estimate(0.0, 0.0, 0.0, 0)) is Verdict.UNSURE


@given(NUMBERS, NUMBERS, NUMBERS)
def test_a_ceiling_is_the_mirror_of_a_floor(one: float, other: float, bound: float) -> None:
    low, high = sorted((one, other))
    floor = Limit("at_least", bound).judge(Estimate(low, low, high, 1))
    mirrored = Limit("at_most", -bound).judge(Estimate(-low, -high, -low, 1))

    assert floor is mirrored


def test_an_estimate_without_a_finite_interval_is_not_known() -> None:
    unknown = Estimate(0.7, -math.inf, math.inf, 5)

    assert known(unknown) is None
    assert known(Estimate(0.7, 0.6, 0.8, 5)) is not None


def test_a_limit_reads_as_people_write_it() -> None:
    assert [str(Limit("at_least", 0.66)), str(Limit("at_most", 20))] == ["≥ 0.66", "≤ 20"]


def test_a_version_is_called_by_its_number() -> None:
    assert ModelVersion("m", 3, "b", "c", (), {}).name == "v3"
