"""Bets of labels against an estimate."""

import msgspec
import numpy as np
import pytest

from mainstay.stats import audit
from mainstay.stats.audit import Wealth


def labels(seed: int, loss: float, count: int = 2000) -> np.ndarray:
    """Of decisions that are right with 0.8, or less often by `loss`; in standard deviations."""
    right = np.random.default_rng(seed).random(count) < 0.8 - loss
    return (right - 0.8) / 0.4


def test_what_is_worse_than_estimated_is_refuted_and_what_is_not_is_not() -> None:
    one, bound = np.ones(2000), 2.0

    lost = audit.bet(Wealth(), labels(0, 0.1), one, bound)
    kept = audit.bet(Wealth(), labels(0, 0.0), one, bound)
    better = audit.bet(Wealth(), labels(0, -0.1), one, bound)

    assert lost.at is not None
    assert lost.at < 600
    assert lost.wealth.refuted
    assert (kept.at, better.at) == (None, None)
    assert not kept.wealth.refuted


def test_looks_in_turn_are_one_audit() -> None:
    said, one = labels(1, 0.02), np.ones(500)
    wealth = Wealth()
    for part in np.split(said, 4):
        wealth = audit.bet(wealth, part, one, 2.0).wealth

    whole = audit.bet(Wealth(), said, np.ones(2000), 2.0).wealth

    assert (wealth.labels, wealth.looks) == (2000, 4)
    assert wealth.logs[0] == pytest.approx(whole.logs[0], abs=0.1)  # some wealth entered late
    assert msgspec.json.decode(msgspec.json.encode(wealth), type=Wealth) == wealth


def test_a_loss_that_begins_late_is_found() -> None:
    wealth, one = Wealth(), np.ones(500)
    for look in range(20):
        wealth = audit.bet(wealth, labels(look, 0.0, 500), one, 2.0).wealth
    assert not wealth.refuted

    for look in range(20, 24):
        wealth = audit.bet(wealth, labels(look, 0.1, 500), one, 2.0).wealth

    assert wealth.refuted


def test_all_wealth_together_is_one_before_anything_is_known() -> None:
    wealth, nothing = Wealth(), np.full(1, -audit.TOLERANCE)
    for _ in range(2 * audit.STARTS):
        found = audit.bet(wealth, nothing, np.ones(1), 2.0)
        assert found.wealth.most == pytest.approx(1.0)
        wealth = found.wealth


def test_few_rows_to_learn_from_are_tolerated_to_be_off_by_more() -> None:
    many, few = audit.tolerance(1 / 50_000, 60), audit.tolerance(1 / 300, 60)
    fewer_days = audit.tolerance(1 / 300, 8)

    assert many == audit.TOLERANCE
    assert audit.TOLERANCE < few < fewer_days
    assert few == pytest.approx(3.2 / 300**0.5, rel=0.02)


def test_what_is_allowed_is_not_refuted_so_soon() -> None:
    said, one = labels(0, 0.1), np.ones(2000)

    soon, later = (audit.bet(Wealth(), said, one, 2.0, allowed).at for allowed in (0.05, 0.12))

    assert soon is not None
    assert later is not None
    assert soon < later


def test_no_label_changes_nothing() -> None:
    found = audit.bet(Wealth(), np.zeros(0), np.zeros(0), 2.0)

    assert found == audit.Bet(Wealth(), None)


def test_labels_of_a_day_that_wanders_count_less() -> None:
    day, rows = np.array([0, 0, 1]), np.array([101.0, 1.0])

    weights = audit.weights(day, rows, 0.05)

    assert weights.tolist() == pytest.approx([1 / 6, 1 / 6, 1.0])
