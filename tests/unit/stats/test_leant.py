import numpy as np
import pytest

from mainstay.stats import earning, leant

AMOUNTS = np.exp(np.random.default_rng(3).normal(size=2000))
YES = np.random.default_rng(4).random(2000) < 0.25


def stakes(gain: np.ndarray, loss: np.ndarray) -> leant.Stakes:
    place, slope = leant.bins(gain, loss, float(YES.mean()))
    sums = [np.bincount(place, one)[None, :] for one in (gain * YES, loss * ~YES)]
    return leant.Stakes(slope, *sums)


def test_rows_that_are_alike_are_one_bin_and_earn_what_one_threshold_does() -> None:
    made = stakes(np.full(2000, 50.0), np.full(2000, 20.0))
    slope = (~YES).sum() * 20 / (YES.sum() * 50)

    assert made.slope == pytest.approx([slope])
    for way, alone in ((leant.likely, earning.likely), (leant.at_most, earning.at_most)):
        found = way(0.7, made)
        assert found == pytest.approx(YES.sum() * 50 * alone(np.array(0.7), np.array(slope)))


@pytest.mark.parametrize("auc", [0.6, 0.75, 0.9])
def test_leaning_earns_more_than_one_threshold(auc: float) -> None:
    loss = np.full(2000, 1.0)
    made = stakes(AMOUNTS, loss)
    most = float((AMOUNTS * YES).sum())
    slope = np.array(float((~YES).sum()) / most)

    found = leant.likely(auc, made)[0]

    assert found > most * earning.likely(np.array(auc), slope)
    assert found <= leant.at_most(auc, made)[0]


def test_normal_scores_that_are_leant_earn_what_is_likely() -> None:
    """Drawn scores of the same rows, each row decided by its own odds."""
    draw = np.random.default_rng(5)
    apart, rate, repeats = 1.2, float(YES.mean()), 200
    slopes = 1.0 / AMOUNTS * (1 - rate) / rate
    at = draw.normal(size=(repeats, 2000)) + apart * YES
    acted = np.exp(apart * at - apart**2 / 2) >= slopes
    made = np.where(acted, np.where(YES, AMOUNTS, -1.0), 0.0).sum(axis=1)
    auc = 0.80193  # the normal distribution at 1.2 / sqrt 2

    assert leant.likely(auc, stakes(AMOUNTS, np.ones(2000)))[0] == pytest.approx(
        made.mean(), rel=0.03
    )


def test_chance_earns_what_acting_always_or_never_does_at_least() -> None:
    eager = stakes(AMOUNTS + 50, np.full(2000, 0.1))
    idle = stakes(AMOUNTS, np.full(2000, 1000.0))

    assert leant.likely(0.5, eager)[0] == pytest.approx(np.sum(eager.gained - eager.lost))
    assert leant.likely(0.5, idle)[0] == pytest.approx(0.0, abs=1e-6)


def test_what_is_needed_is_the_inverse_of_what_is_earned() -> None:
    made = stakes(AMOUNTS, np.ones(2000))
    for way in (leant.likely, leant.at_most):
        wanted = way(0.73, made)

        assert leant.enough(way, wanted, made) == pytest.approx([0.73], abs=0.003)


def test_more_than_there_is_needs_a_perfect_score_and_nothing_needs_chance() -> None:
    made = stakes(AMOUNTS, np.ones(2000))

    assert leant.enough(leant.likely, np.array([1e9]), made) == pytest.approx([1.0])
    assert leant.enough(leant.likely, np.array([-1.0]), made) == pytest.approx([0.5])


def test_rows_that_no_score_decides_have_no_slope_of_their_own() -> None:
    gain = np.where(np.arange(2000) % 2 == 0, AMOUNTS, 0.0)
    place, slope = leant.bins(gain, np.ones(2000), 0.25)

    assert np.isfinite(slope).all()
    assert (place[gain == 0] == 0).all()
    assert place.max() + 1 == len(slope) <= leant.BINS
