"""What is trained on, and what is held out."""

from datetime import UTC, datetime, timedelta

import pytest

from mainstay.core.errors import Mistake
from mainstay.core.nouns import Window
from mainstay.life.build.periods import midnight_after, periods

JANUARY, APRIL = datetime(2013, 1, 1, tzinfo=UTC), datetime(2013, 4, 1, tzinfo=UTC)
DAY, HALF = timedelta(days=1), timedelta(hours=12)


def test_training_ends_before_any_of_its_labels_could_reach_the_hold_out() -> None:
    found = periods(Window(JANUARY, APRIL), hold_out=31 * DAY, known_after=HALF)

    assert found.hold_out == Window(datetime(2013, 3, 1, tzinfo=UTC), APRIL)
    assert found.train == Window(JANUARY, datetime(2013, 2, 28, 12, tzinfo=UTC))


def test_a_training_window_forgets_older_history() -> None:
    whole = Window(JANUARY, APRIL)

    found = periods(whole, hold_out=31 * DAY, known_after=HALF, most=10 * DAY)

    assert found.train.until - found.train.since == 10 * DAY


def test_a_period_no_longer_than_its_hold_out_is_a_mistake() -> None:
    with pytest.raises(Mistake, match="31 days of decisions leave nothing to train on"):
        periods(Window(JANUARY, JANUARY + 31 * DAY), hold_out=31 * DAY, known_after=HALF)


def test_a_period_ends_at_the_midnight_after_its_last_decision() -> None:
    assert midnight_after(datetime(2013, 3, 31, 22, 5, tzinfo=UTC)) == APRIL
