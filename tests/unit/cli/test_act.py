"""From a command line to the control plane and back."""

import re
from datetime import UTC, datetime
from io import StringIO

import click
import pytest
from rich.console import Console

from mainstay.cli import act


def test_a_date_is_utc_where_it_names_no_zone() -> None:
    day = act.Day()

    assert day.convert("2013-04-01", None, None) == datetime(2013, 4, 1, tzinfo=UTC)
    assert day.convert("2013-04-01T02:00+02:00", None, None) == datetime(2013, 4, 1, tzinfo=UTC)


def test_what_is_no_date_is_told() -> None:
    with pytest.raises(click.UsageError, match="'April' is no date"):
        act.Day().convert("April", None, None)


def test_nothing_is_told_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with act.telling() as tell:
        tell("working")

    assert capsys.readouterr() == ("", "")


def terminal() -> Console:
    return Console(file=StringIO(), force_terminal=True, width=100, color_system=None)


def drawn(console: Console) -> str:
    """The bar as it stood last."""
    assert isinstance(console.file, StringIO)
    return [part for part in console.file.getvalue().split("\x1b") if ":" in part][-1]


def test_what_is_counted_fills_one_bar_with_what_is_done_since_when_and_how_long_still() -> None:
    console = terminal()

    with act.bar(console) as tell:
        tell("reading")
        for number in range(3):
            tell(f"backtest: fit {number + 1} of 4", done=number, of=4)

    last = drawn(console)
    assert "backtest: fit 3 of 4" in last
    assert 15 <= last.count("━") <= 25  # half of 40
    assert re.search(r"0:00:\d\d left", last)


def test_what_nobody_can_count_has_no_end(capsys: pytest.CaptureFixture[str]) -> None:
    console = terminal()

    with act.bar(console) as tell:
        tell("backtest: fit 2 of 4", done=1, of=4)
        tell("writing the report")

    assert "writing the report" in drawn(console)
    assert "left" not in drawn(console)
    assert capsys.readouterr().out == ""
