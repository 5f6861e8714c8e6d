"""From a command line to the control plane and back."""

from datetime import UTC, datetime

import click
import pytest

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
