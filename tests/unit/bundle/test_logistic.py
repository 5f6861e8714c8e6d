import math

from hypothesis import given
from hypothesis import strategies as st

from mainstay.bundle.logistic import chances


@given(st.lists(st.floats(-1e4, 1e4), min_size=1), st.floats(0.1, 3))
def test_a_chance_is_the_same_alone_and_among_others(margins: list[float], slope: float) -> None:
    together = chances(margins, slope)

    assert together == [chances([one], slope)[0] for one in margins]
    assert all(0 <= one <= 1 for one in together)


def test_the_ends_of_the_scale_are_no_failure() -> None:
    least, most, none = chances([-math.inf, math.inf, math.nan])

    assert (least, most) == (0.0, 1.0)
    assert math.isnan(none)
