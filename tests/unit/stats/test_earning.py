import numpy as np
import pytest

from mainstay.stats import earning

AREAS = np.linspace(0.5, 0.999, 40)
SLOPES = [0.1, 0.6, 1.0, 1.7, 8.0]


def reached(false_positive: np.ndarray, true_positive: np.ndarray, slope: float) -> float:
    return float(np.max(true_positive - slope * false_positive))


def concave(draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray, float]:
    """A random concave curve of few corners, and its area."""
    corners = int(draw.integers(1, 6))
    run, rise = draw.dirichlet(np.full(corners, 0.4), 2) + 1e-12
    steep = np.argsort(-rise / run)
    across = np.concatenate([[0], np.cumsum(run[steep])])
    up = np.concatenate([[0], np.cumsum(rise[steep])])
    return across, up, float(np.trapezoid(up, across))


@pytest.mark.parametrize("slope", SLOPES)
def test_no_concave_curve_leaves_the_bounds(slope: float) -> None:
    draw = np.random.default_rng(1)
    for _ in range(2000):
        across, up, area = concave(draw)
        found = reached(across, up, slope)

        assert earning.surely(np.array(area), slope) <= found + 1e-9
        assert found <= earning.at_most(np.array(area), slope) + 1e-9


@pytest.mark.parametrize("slope", SLOPES)
def test_each_bound_is_reached_by_a_curve(slope: float) -> None:
    for area in (0.55, 0.7, 0.9):
        low = float(earning.surely(np.array(area), slope))
        across = np.array([0.0, 0.0, (1 - low) / slope, 1.0])
        corner = 0.0 if slope >= 1 else 2 - 2 * area
        pointed = np.array([0.0, corner, 1.0]), np.array([0.0, corner + 2 * area - 1, 1.0])

        assert reached(*pointed, slope) == pytest.approx(
            float(earning.at_most(np.array(area), slope))
        )
        if low > float(earning.alone(np.array(slope))):
            up = np.array([0.0, low, 1.0, 1.0])
            assert float(np.trapezoid(up, across)) == pytest.approx(area)
            assert reached(across, up, slope) == pytest.approx(low)


@pytest.mark.parametrize("slope", SLOPES)
def test_what_is_likely_lies_between_the_bounds_and_grows(slope: float) -> None:
    found = earning.likely(AREAS, np.array(slope))

    assert (earning.surely(AREAS, np.array(slope)) <= found + 1e-8).all()
    assert (found <= earning.at_most(AREAS, np.array(slope)) + 1e-8).all()
    assert (np.diff(found) >= 0).all()


def test_normal_scores_reach_what_is_likely() -> None:
    draw = np.random.default_rng(2)
    no, yes = draw.normal(0, 1, 400_000), draw.normal(1, 1, 400_000)
    cuts = np.linspace(-4, 5, 400)
    rates = [1 - np.searchsorted(np.sort(one), cuts) / len(one) for one in (no, yes)]
    area = 0.76025  # the normal distribution at 1 / sqrt 2

    assert reached(*rates, 1.5) == pytest.approx(
        float(earning.likely(np.array(area), np.array(1.5))), abs=0.003
    )


@pytest.mark.parametrize("slope", SLOPES)
def test_what_is_needed_is_the_inverse_of_what_is_reached(slope: float) -> None:
    pairs = [
        (earning.surely, earning.surely_enough),
        (earning.likely, earning.likely_enough),
        (earning.at_most, earning.at_least_needed),
    ]
    for forward, back in pairs:
        wanted = forward(AREAS, np.array(slope))
        above = wanted > earning.alone(np.array(slope)) + 1e-6

        assert back(wanted, np.array(slope))[above] == pytest.approx(AREAS[above], abs=1e-6)


def test_chance_is_enough_for_what_nobody_has_to_tell() -> None:
    slope = np.array([0.2, 0.5, 3.0])

    for back in (earning.surely_enough, earning.likely_enough, earning.at_least_needed):
        assert (back(earning.alone(slope), slope) == 0.5).all()
        assert (back(np.full(3, 1.5), slope) >= 0.99).all()
