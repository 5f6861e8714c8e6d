"""Bets of labels against an estimate."""

import msgspec
import numpy as np
import pytest

from mainstay.stats import audit
from mainstay.stats.audit import Terms, Wealth

TERMS = Terms(gain=np.full(2, 0.5), allowed=np.full(2, audit.TOLERANCE), share=np.zeros(2))


def labels(seed: int, loss: float, count: int = 2000) -> np.ndarray:
    """Of decisions that are right with 0.8, or less often by `loss`; in standard deviations."""
    right = np.random.default_rng(seed).random(count) < 0.8 - loss
    return twice((right - 0.8) / 0.4)


def twice(said: np.ndarray) -> np.ndarray:
    """All rows vary alike: what a label says counts the same in its own standard deviation."""
    return np.column_stack([said, said])


def ones(count: int) -> np.ndarray:
    return np.ones((count, 2))


def test_what_is_worse_than_estimated_is_refuted_and_what_is_not_is_not() -> None:
    lost, kept, better = (
        audit.bet(Wealth(), labels(0, loss), ones(2000), TERMS) for loss in (0.1, 0.0, -0.1)
    )

    assert lost.at is not None
    assert lost.at < 600
    assert lost.wealth.refuted
    assert (kept.at, better.at) == (None, None)
    assert not kept.wealth.refuted


def test_looks_in_turn_are_one_audit() -> None:
    said, wealth = labels(1, 0.02), Wealth()
    for part in np.split(said, 4):
        wealth = audit.bet(wealth, part, ones(500), TERMS).wealth

    whole = audit.bet(Wealth(), said, ones(2000), TERMS).wealth

    assert (wealth.labels, wealth.looks) == (2000, 4)
    assert wealth.logs[0] == pytest.approx(whole.logs[0], abs=0.1)  # some wealth entered late
    assert msgspec.json.decode(msgspec.json.encode(wealth), type=Wealth) == wealth


def test_a_loss_that_begins_late_is_found() -> None:
    wealth = Wealth()
    for look in range(20):
        wealth = audit.bet(wealth, labels(look, 0.0, 500), ones(500), TERMS).wealth
    assert not wealth.refuted

    for look in range(20, 24):
        wealth = audit.bet(wealth, labels(look, 0.1, 500), ones(500), TERMS).wealth

    assert wealth.refuted


def test_all_wealth_together_is_one_before_anything_is_known() -> None:
    wealth, nothing = Wealth(), np.full((1, 2), -audit.TOLERANCE)
    for _ in range(2 * audit.STARTS):
        found = audit.bet(wealth, nothing, ones(1), TERMS)
        assert found.wealth.nearest == pytest.approx(audit.SELDOM)
        wealth = found.wealth


def test_few_rows_to_learn_from_are_tolerated_to_be_off_by_more() -> None:
    many, few = audit.tolerance(1 / 50_000, 60), audit.tolerance(1 / 300, 60)
    fewer_days = audit.tolerance(1 / 300, 8)

    assert many == audit.TOLERANCE
    assert audit.TOLERANCE < few < fewer_days
    assert few == pytest.approx(3.2 / 300**0.5, rel=0.02)


def test_what_is_allowed_is_not_refuted_so_soon() -> None:
    said = labels(0, 0.1)

    soon, later = (
        audit.bet(Wealth(), said, ones(2000), TERMS._replace(allowed=np.full(2, allowed))).at
        for allowed in (0.05, 0.12)
    )

    assert soon is not None
    assert later is not None
    assert soon < later


def test_it_takes_both_bets_to_refute() -> None:
    """Sure rows that fail while others make up for them; a metric a little lower, no row alone."""
    lost, kept = labels(0, 0.1)[:, 0], labels(0, 0.0)[:, 0]

    traded = audit.bet(Wealth(), np.column_stack([kept, lost]), ones(2000), TERMS)
    both = audit.bet(Wealth(), twice(lost), ones(2000), TERMS)
    late = audit.bet(Wealth(), np.column_stack([lost, kept]), ones(2000), TERMS)

    assert traded.at is None
    assert both.at is not None
    assert late.at is None or late.at > both.at


def test_sure_rows_that_fail_are_found_as_soon_as_the_metric_shows_it() -> None:
    """Their second bet is won long before the first."""
    lost = labels(0, 0.1)[:, 0]
    sure = np.column_stack([lost, 2 * lost])

    soon, even = (audit.bet(Wealth(), said, ones(2000), TERMS).at for said in (sure, twice(lost)))

    assert soon is not None
    assert even is not None
    assert soon <= even


def test_what_an_earlier_release_kept_is_bet_anew() -> None:
    one = Wealth(labels=400, worth=400.0, looks=3, logs=(0.1, 0.2, 0.3, 0.4))

    found = audit.bet(one, labels(0, 0.0, 10), ones(10), TERMS).wealth

    assert found.labels == 410
    assert found.logs == audit.bet(Wealth(), labels(0, 0.0, 10), ones(10), TERMS).wealth.logs


def test_no_label_changes_nothing() -> None:
    found = audit.bet(Wealth(), np.zeros((0, 2)), ones(0), TERMS)

    assert found == audit.Bet(Wealth(), None)


def test_labels_of_a_day_that_wanders_count_less() -> None:
    day, rows = np.array([0, 0, 1]), np.array([101.0, 1.0])

    weights = audit.weights(day, rows, np.array([0.05, 0.0]))

    assert weights[:, 0].tolist() == pytest.approx([1 / 6, 1 / 6, 1.0])
    assert weights[:, 1].tolist() == [1.0, 1.0, 1.0]
