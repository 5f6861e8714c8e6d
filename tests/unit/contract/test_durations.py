from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.contract import durations
from mainstay.core.errors import Mistake


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("20ms", timedelta(milliseconds=20)),
        ("2h", timedelta(hours=2)),
        ("1.5h", timedelta(minutes=90)),
        ("31d", timedelta(days=31)),
        ("2w", timedelta(days=14)),
        ("0s", timedelta()),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text, length):
    assert durations.duration(text) == length


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("2hr", "write 2h"),
        ("31 days", "write 31d"),
        ("20 msec", "write 20ms"),
        ("5 Min.", "write 5m"),
        ("1 month", "write 30d"),
        ("2y", "write 730d"),
        ("soon", "write a number and one of us, ms, s, m, h, d, w; for example 2h"),
        ("-2h", "write a number and one of us, ms, s, m, h, d, w; for example 2h"),
        ("99999d", "write 36500d at most"),
    ],
)
def test_a_wrong_duration_is_told_how_it_was_probably_meant(text, hint):
    with pytest.raises(Mistake) as caught:
        durations.duration(text)

    assert caught.value.hint == hint


@given(st.timedeltas(timedelta(), durations.LONGEST))
def test_a_duration_written_and_read_is_the_same(length):
    assert durations.duration(durations.text(length)) == length


@given(st.text())
def test_any_text_is_a_duration_or_a_mistake(text):
    with suppress(Mistake):
        assert durations.duration(text) <= durations.LONGEST


@pytest.mark.parametrize(
    ("text", "yearly"),
    [("1 per year", 1), ("2 per month", 24), ("0.5 per day", 182.5), ("1 per 73d", 5)],
)
def test_a_rate_counts_per_year(text, yearly):
    assert durations.per_year(text) == pytest.approx(yearly)


@pytest.mark.parametrize("text", ["1", "one per year", "1 per moon", "1 per 0s", "-1 per year"])
def test_a_wrong_rate_is_a_mistake(text):
    with pytest.raises(Mistake):
        durations.per_year(text)


@given(st.floats(1e-6, 1e6))
def test_a_rate_written_and_read_is_the_same(yearly):
    assert durations.per_year(durations.rate(yearly)) == yearly


@pytest.mark.parametrize(
    ("text", "quota"),
    [
        ("50 per week", (50, timedelta(weeks=1))),
        ("1 per month", (1, timedelta(days=30))),
        ("10 per 12h", (10, timedelta(hours=12))),
    ],
)
def test_a_budget_is_so_many_in_so_long(text, quota):
    assert durations.quota(text) == quota
    assert durations.quota_text(quota) == text


@pytest.mark.parametrize("text", ["", "50", "0 per week", "1.5 per week", "5 per 0s", "5 per moon"])
def test_a_wrong_budget_is_a_mistake(text):
    with pytest.raises(Mistake):
        durations.quota(text)


@given(st.integers(1, 10**6), st.timedeltas(timedelta(seconds=1), durations.LONGEST))
def test_a_budget_written_and_read_is_the_same(many, length):
    assert durations.quota(durations.quota_text((many, length))) == (many, length)
