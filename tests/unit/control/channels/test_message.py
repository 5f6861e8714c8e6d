"""What somebody is told."""

from msgspec import structs
from receiving import MESSAGE

from mainstay.control.channels.message import cost, text, title


def test_a_message_says_what_whose_since_when_what_it_costs_and_what_to_do() -> None:
    said = text(MESSAGE)

    assert title(MESSAGE) == "◆ today: no-show, other: weather is 9 h old"
    for one in ("owner of weather", "ask why", "EUR 120 a day (80 to 150)", "moved: rain",
                "no-show, other", "2024-01-01 00:00 UTC", "mainstay incident show 7"):  # fmt: skip
        assert one in said


def test_what_nobody_measured_is_said_so() -> None:
    assert cost(None) == "not known"
    assert title(structs.replace(MESSAGE, kind="closed")).startswith("● over: ")
    assert "last good: not known" in text(structs.replace(MESSAGE, good=None))
