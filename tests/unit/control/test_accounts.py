"""An account of one incident, from looks on record."""

from datetime import timedelta
from pathlib import Path

import conftest
import lived
import pytest
import small_project
from msgspec.structs import astuple, replace

from mainstay.control import accounts, incidents, project
from mainstay.control.accounts import Account
from mainstay.control.commands import Deploy, Watch
from mainstay.control.handle import answer, handle
from mainstay.control.queries import IncidentAccount
from mainstay.core.errors import Missing
from mainstay.core.nouns import Verdict
from mainstay.data.profile import Moments

DAYS = 8


def inches(one: lived.Record) -> lived.Record:
    """Rain in inches instead of millimetres."""
    return {**one, "rain": float(str(one["rain"])) / 25.4}


@pytest.fixture(scope="module")
def broken(ripe: Path, tmp_path_factory: pytest.TempPathFactory) -> Account:
    """A week as ever, then one whose rain changed its unit."""
    folder = small_project.copied(ripe, tmp_path_factory.mktemp("broken") / "no-show")
    with conftest.acting(folder, small_project.AUTHOR):
        handle(folder, Deploy("v1", 1.0))
        lived.answered(folder, range(1, DAYS))
        handle(folder, Watch())
        lived.answered(folder, range(DAYS, 2 * DAYS), inches)
        handle(folder, Watch())
        with project.opened(folder) as opened:
            every = incidents.every(opened.ledger, opened.model)
            one = next(one for one in every if one.finding.clause == "unit")
            return accounts.account(opened, one.incident.id)


def test_columns_are_told_before_and_since(broken: Account) -> None:
    (rain,) = [one for one in broken.courses if one.name == "rain"]
    began = small_project.END + timedelta(days=DAYS)

    assert broken.finding.window.since == began
    before = [one.mean.value for one in rain.points if one.window.until <= began]
    since = [one.mean.value for one in rain.points if one.window.since >= began]
    assert min(before) > 5 * max(since)
    assert all(one.mean.low < one.mean.value < one.mean.high for one in rain.points)
    assert sum(one.rows for one in broken.before) > 0
    assert sum(one.rows for one in broken.since) > 0


def test_what_happened_is_told_in_turn(broken: Account) -> None:
    assert broken.history[0].kind == "opened"
    assert broken.history[0].what == broken.finding.what
    assert [one.at for one in broken.history] == sorted(one.at for one in broken.history)


def test_no_such_incident_is_missing(live: Path) -> None:
    with pytest.raises(Missing, match="no incident 99"):
        answer(live, IncidentAccount(99))


def test_moments_of_two_parts_are_those_of_all_rows() -> None:
    values = [1.0, 2.0, 4.0, 9.0, 9.5]

    found = accounts._together(moments(some) for some in (values[:2], values[2:]))

    assert found
    assert astuple(found) == pytest.approx(astuple(moments(values)))
    assert accounts._together(()) is None


def test_one_value_alone_has_no_known_spread() -> None:
    one = accounts._mean(moments([3.0]))

    assert (one.low, one.value, one.high) == (3.0, 3.0, 3.0)


def test_over_is_over_and_only_now_is_broken(broken: Account) -> None:
    assert accounts.verdict(replace(broken, urgency="now")) is Verdict.FAIL
    assert accounts.verdict(replace(broken, urgency="this week")) is Verdict.UNSURE
    assert accounts.verdict(replace(broken, closed=broken.at)) is Verdict.PASS


def moments(some: list[float]) -> Moments:
    mean = sum(some) / len(some)
    return Moments(len(some), mean, sum((one - mean) ** 2 for one in some), min(some), max(some))
