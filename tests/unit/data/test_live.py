"""Live decisions: once per key, with the label where it is known, window by window."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import ibis.expr.types as ir
import msgspec
import pytest
import small_project

from mainstay.contract import document
from mainstay.contract.model import Contract
from mainstay.core.errors import Mistake
from mainstay.core.nouns import Window
from mainstay.data import live, profile
from mainstay.data.live import Counts

Stored = Callable[..., ir.Table]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = datetime(2024, 3, 1, tzinfo=UTC)
NOW = START + 10 * DAY
WEEK = Window(START, START + 7 * DAY)
TIME = "timestamp('UTC')"
ASKED = {
    "visit": "string", "at": TIME, "wait": "int64", "mainstay_at": TIME, "mainstay_place": "int64",
    "mainstay_outcome": "string", "mainstay_flags": "string",
}  # fmt: skip


@pytest.fixture(scope="module")
def contract() -> Contract:
    """Labels are known after 12 h, and never after 3 d."""
    return document.parsed(small_project.CONTRACT.encode(), Path("contract.yaml")).contract


def asked(visit: str | None, at: datetime | None, **changes: object) -> dict[str, object]:
    """One row of the journal, answered by the model an hour after its time."""
    usual = {
        "visit": visit, "at": at, "wait": 1, "mainstay_at": (at or START) + HOUR,
        "mainstay_place": 0, "mainstay_outcome": "model", "mainstay_flags": "",
    }  # fmt: skip
    return {**usual, **changes}


@pytest.fixture
def decided(stored: Stored, contract: Contract) -> Callable[..., list[dict[str, object]]]:
    """The decisions of the week as rows, from rows of the journal and labels by key."""

    def decided(
        *rows: dict[str, object],
        labels: dict[str, bool] | None = None,
        window: Window = WEEK,
        now: datetime = NOW,
    ) -> list[dict[str, object]]:
        table = live.decisions(
            journal(stored, *rows), known(stored, labels or {}), contract, window, now
        )
        return table.order_by("visit", "mainstay_place").to_pyarrow().to_pylist()

    return decided


def journal(stored: Stored, *rows: dict[str, object]) -> ir.Table:
    return stored(ASKED, **{name: [row[name] for row in rows] for name in ASKED})


def known(stored: Stored, labels: dict[str, bool]) -> ir.Table:
    types = {"visit": "string", "missed": "boolean", "known_at": TIME}
    return stored(
        types, visit=list(labels), missed=list(labels.values()), known_at=[START] * len(labels)
    )


def test_a_retried_request_counts_once_as_answered_last(decided: Callable) -> None:
    again = asked("a", START, wait=2, mainstay_at=START + 2 * HOUR)
    tied = asked("b", START, wait=4, mainstay_place=9)

    found = decided(again, asked("a", START), tied, asked("b", START, wait=3, mainstay_place=8))

    assert [(row["visit"], row["wait"]) for row in found] == [("a", 2), ("b", 4)]


def test_a_rejected_row_stays_rejected_unless_it_is_answered(decided: Callable) -> None:
    no = {"mainstay_outcome": "rejected", "mainstay_at": START + 5 * HOUR}

    found = decided(
        asked("a", START, **no), asked("a", START), asked("b", START, **no),
        asked(None, START, **no), asked(None, START, **{**no, "mainstay_place": 1}),
    )  # fmt: skip

    assert sorted((row["visit"] or "", row["mainstay_outcome"]) for row in found) == [
        ("", "rejected"), ("", "rejected"), ("a", "model"), ("b", "rejected"),
    ]  # fmt: skip


def test_a_window_holds_its_beginning_and_not_its_end(decided: Callable) -> None:
    late = asked("c", START - HOUR)

    found = decided(asked("a", START), asked("b", WEEK.until), late)

    assert [row["visit"] for row in found] == ["a"]


def test_what_was_asked_without_a_time_counts_where_it_was_asked(decided: Callable) -> None:
    (row,) = decided(asked("a", None, mainstay_outcome="rejected"))

    assert row["at"] == START + HOUR


def test_what_is_answered_after_now_does_not_exist(decided: Callable) -> None:
    found = decided(asked("a", START), asked("b", START, mainstay_at=NOW + HOUR))

    assert [row["visit"] for row in found] == ["a"]


def test_a_label_is_null_until_it_is_mature(decided: Callable) -> None:
    rows = [asked("a", START), asked("b", START + HOUR), asked("c", START)]

    found = decided(*rows, labels={"a": True, "b": True}, now=START + 12 * HOUR)

    assert [(row["visit"], row["missed"]) for row in found] == [
        ("a", True), ("b", None), ("c", None),
    ]  # fmt: skip
    assert [row["mainstay_known_at"] for row in found] == [START, None, None]


def test_every_decision_of_a_window_is_counted_for_what_it_is(
    stored: Stored, contract: Contract
) -> None:
    rows = [
        asked("labelled", START),
        asked("overdue", START, mainstay_outcome="baseline", mainstay_flags="rain"),
        asked("refused", START, mainstay_outcome="rejected", mainstay_flags=""),
        asked("waiting", START + 2 * DAY),
        asked("left", START + 2 * DAY, mainstay_outcome="person", mainstay_flags="abstained"),
    ]
    windows = tuple(Window(START + day * DAY, START + (day + 1) * DAY) for day in range(3))
    now = START + 4 * DAY
    table = live.decisions(
        journal(stored, *rows), known(stored, {"labelled": False}), contract, WEEK, now
    )

    first, empty, last = live.counts(table, contract, windows, now)

    assert first == Counts(
        decisions=3, model=1, baseline=1, rejected=1, flagged=1, labelled=1, unlabelled=1,
        immature=0,
    )  # fmt: skip
    assert empty == Counts(0, 0, 0, 0, 0, 0, 0, 0)
    assert last == Counts(2, 1, 0, 0, 1, 0, 0, 2, person=1)


def test_the_profile_of_a_window_is_that_of_its_rows_alone(stored: Stored) -> None:
    rows = [asked(f"v{at}", START + at * HOUR, wait=at % 7) for at in range(60)]
    table = journal(stored, *rows)
    bins = profile.bins(table, ("wait", "visit", "mainstay_outcome"))
    windows = tuple(Window(START + day * DAY, START + (day + 1) * DAY) for day in (2, 0, 5))

    made = live.profiles(table, "at", windows, bins)

    parts = [[row for row in rows if one.since <= row["at"] < one.until] for one in windows]
    assert [len(part) for part in parts] == [12, 24, 0]
    assert made == tuple(profile.profile(journal(stored, *part), bins) for part in parts)
    assert made[2].rows == 0
    assert made[2].columns[0] == profile.Numbers(
        "wait", 0, 0, None, bins.edges["wait"], (0,) * (len(bins.edges["wait"]) + 1)
    )


def test_windows_that_overlap_are_a_mistake(stored: Stored) -> None:
    table = journal(stored, asked("a", START))

    with pytest.raises(Mistake, match="overlap"):
        live.profiles(table, "at", (WEEK, WEEK), profile.bins(table, ("wait",)))


def test_no_windows_have_no_profiles(stored: Stored) -> None:
    table = journal(stored, asked("a", START))

    assert live.profiles(table, "at", (), profile.bins(table, ("wait",))) == ()


def test_counts_that_were_kept_before_anybody_abstained_are_still_read() -> None:
    assert msgspec.json.decode(b"[1,1,0,0,0,0,0,1]", type=Counts).person == 0
