"""Rhythms: every turn of the clock on the wall once, also where that clock leaps."""

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.control import rhythm
from mainstay.control.rhythm import EACH_WINDOW, Rhythm, Turn, Windows
from mainstay.core.errors import Mistake

BERLIN = ZoneInfo("Europe/Berlin")
DAYS = Windows(datetime(2024, 1, 1, tzinfo=UTC), timedelta(days=1))
NEVER = datetime(2000, 1, 1, tzinfo=UTC)


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


def turns(one: Rhythm, since: datetime, until: datetime) -> list[datetime]:
    """All of them, as a worker that looks every ten minutes meets them."""
    found: list[datetime] = []
    now = since
    while now < until:
        now += timedelta(minutes=10)
        turn = rhythm.turn(one, DAYS, found[-1] if found else since, now)
        if turn:
            assert turn.missed == 0
            found.append(turn.due)
    return found


@pytest.mark.parametrize("changes", ["2024-03-31", "2024-10-27"], ids=["spring", "autumn"])
@pytest.mark.parametrize("hour", [1, 2, 3])
def test_once_a_day_is_once_a_day_also_where_the_clock_leaps(changes: str, hour: int) -> None:
    since = day(changes) - timedelta(days=2)
    wanted = Rhythm(f"30 {hour} * * *", "Europe/Berlin")

    found = turns(wanted, since, since + timedelta(days=5))

    dates = [one.astimezone(BERLIN).date() for one in found]
    assert len(dates) == len(set(dates)) == 5
    walls = {one.astimezone(BERLIN).strftime("%H:%M") for one in found}
    assert walls <= {f"0{hour}:30", "03:00"}  # 02:30 does not exist in spring: right after the gap


def test_a_rhythm_of_hours_goes_on_as_time_does() -> None:
    since = day("2024-10-27")

    found = turns(Rhythm("0 * * * *", "Europe/Berlin"), since, since + timedelta(hours=6))

    assert [b - a for a, b in itertools.pairwise(found)] == [timedelta(hours=1)] * 5


@given(
    st.sampled_from(["*/7 * * * *", "15 3 * * *", "0 0 1 * *", "30 2 * * 0", EACH_WINDOW]),
    st.integers(5, 330).map(lambda days: DAYS.since + timedelta(days=days, minutes=13)),
    st.lists(st.integers(1, 60 * 24 * 4), min_size=1, max_size=8),
)
def test_looked_at_often_or_seldom_no_turn_is_lost(
    words: str, after: datetime, gaps: list[int]
) -> None:
    wanted, end = Rhythm(words, "Europe/Berlin"), after + timedelta(minutes=sum(gaps))
    count, now, last = 0, after, after
    for gap in gaps:
        now += timedelta(minutes=gap)
        turn = rhythm.turn(wanted, DAYS, last, now)
        if turn:
            assert last < turn.due <= now
            count, last = count + turn.missed + 1, turn.due

    at_once = rhythm.turn(wanted, DAYS, after, end)

    assert end - after <= rhythm.RECENT  # beyond it, what was missed is no longer counted
    assert at_once == (Turn(last, count - 1) if count else None)
    coming = rhythm.following(wanted, DAYS, end)
    assert coming
    assert coming > end
    assert rhythm.turn(wanted, DAYS, end, coming) == Turn(coming, 0)


def test_a_window_is_due_a_little_after_its_end() -> None:
    week = Windows(datetime(2024, 1, 3, tzinfo=UTC), timedelta(days=7))
    end = datetime(2024, 1, 10, tzinfo=UTC)

    assert rhythm.turn(Rhythm(EACH_WINDOW), week, week.since, end) is None
    assert rhythm.turn(Rhythm(EACH_WINDOW), week, week.since, end + rhythm.SLACK) == Turn(
        end + rhythm.SLACK, 0
    )
    late = end + timedelta(days=15)
    assert rhythm.turn(Rhythm(EACH_WINDOW), week, NEVER, late) == Turn(
        end + timedelta(days=14) + rhythm.SLACK, 2
    )


def test_what_comes_seldom_is_not_forgotten_over_a_long_stop() -> None:
    yearly = Rhythm("0 0 1 1 *")

    found = rhythm.turn(yearly, DAYS, datetime(2020, 6, 1, tzinfo=UTC), DAYS.since.replace(month=6))

    assert found == Turn(DAYS.since, 3)


def test_a_rhythm_that_is_stopped_never_comes() -> None:
    assert rhythm.turn(Rhythm(""), DAYS, NEVER, DAYS.since) is None
    assert rhythm.following(Rhythm(""), DAYS, DAYS.since) is None


@pytest.mark.parametrize(
    ("words", "zone", "what"),
    [
        ("* * * *", "UTC", "it has not five fields"),
        ("0 0 0 * * *", "UTC", "it has not five fields"),
        ("61 * * * *", "UTC", "Bad minute"),
        ("0 0 31 2 *", "UTC", "Bad day-of-month"),
        ("each month", "UTC", "it has not five fields"),
        ("0 0 * * *", "Mars/Phobos", "is no time zone"),
        ("0 0 * * *", "../etc/passwd", "is no time zone"),
    ],
)
def test_what_cannot_be_read_is_a_mistake(words: str, zone: str, what: str) -> None:
    with pytest.raises(Mistake, match=what) as error:
        rhythm.checked(words, zone)

    assert error.value.hint
