"""One against another, on the same rows."""

import numpy as np
import pytest

from mainstay.contract.metrics import Metric
from mainstay.life.certify.differences import Both, differences
from mainstay.life.certify.gates import Asked


def noisy(asked: Asked, scale: float) -> Both:
    score = asked.held.score + np.random.default_rng(0).normal(scale=scale, size=3000)
    return Both(asked.held, asked.held._replace(score=score, decided=(score > 0.5) * 1.0))


def test_more_is_better_of_scores_and_less_of_losses(asked: Asked) -> None:
    (auc,) = differences(asked, "roc_auc", [noisy(asked, 1.0)])
    (brier,) = differences(asked, "brier", [noisy(asked, 1.0)])

    assert auc.low > 0
    assert brier.low > 0


def test_the_other_way_round_it_is_as_much_worse(asked: Asked) -> None:
    both = noisy(asked, 1.0)

    (one,) = differences(asked, "accuracy", [both])
    (other,) = differences(asked, "accuracy", [Both(both.theirs, both.ours)])

    assert other.value == pytest.approx(-one.value)


def test_several_hold_together_and_are_wider_for_it(asked: Asked) -> None:
    both = noisy(asked, 0.2)

    (alone,) = differences(asked, "accuracy", [both])
    together = differences(asked, "accuracy", [both, noisy(asked, 0.5), noisy(asked, 1.0)])[0]

    assert together.high - together.low > alone.high - alone.low


def test_two_that_decide_alike_differ_by_nothing_in_decisions_only(asked: Asked) -> None:
    both = Both(asked.held, asked.held._replace(score=asked.held.score * 0.9))

    (decided,) = differences(asked, "accuracy", [both])
    (scored,) = differences(asked, "brier", [both])

    assert (decided.low, decided.high, decided.n) == (0, 0, 3000)
    assert scored.low != scored.high


@pytest.mark.parametrize("metric", ["roc_auc", "brier", "log_loss"])
def test_scores_that_differ_by_rounding_are_the_same(asked: Asked, metric: Metric) -> None:
    up = np.random.default_rng(1).random(3000) < 0.5
    score = np.where(up, np.nextafter(asked.held.score, 2), asked.held.score)
    both = Both(asked.held, asked.held._replace(score=score))

    (found,) = differences(asked, metric, [both])

    assert (found.value, found.low, found.high, found.n) == (0, 0, 0, 3000)


def test_a_millionth_is_no_rounding(asked: Asked) -> None:
    both = Both(asked.held, asked.held._replace(score=asked.held.score * (1 - 1e-6)))

    (found,) = differences(asked, "brier", [both])

    assert found.value != 0
