"""What is on record of a model in the field."""

from datetime import timedelta
from pathlib import Path

import lived
import pytest
import small_project

from mainstay.control import field, project
from mainstay.control.commands import Approve, Deploy, Rollback
from mainstay.control.handle import handle
from mainstay.core import clock, settings
from mainstay.core.places import Places
from mainstay.data import journal


@pytest.fixture
def canary(as_author: Path) -> Path:
    """v1 as a canary beside its baseline."""
    with settings.given({"MAINSTAY_KEY": small_project.APPROVER}):
        handle(as_author, Approve("v1"))
    handle(as_author, Deploy("v1", 0.5))
    return as_author


def brought(folder: Path) -> None:
    with project.opened(folder) as opened:
        field.order(opened, clock.now())


def is_healthy(folder: Path) -> bool:
    with project.opened(folder) as opened:
        return field.is_healthy(opened)


def test_a_canary_is_healthy_once_it_answered_enough_for_itself(canary: Path) -> None:
    before = is_healthy(canary)
    said = lived.answered(canary, range(1, 3))
    brought(canary)

    own = [one for one in said if one["decided_by"] == "model"]
    rest = [one for one in said if one["decided_by"] == "baseline"]
    assert not before
    assert len(own) >= field.FEWEST
    assert {tuple(one["flags"]) for one in rest} == {("share",)}
    assert is_healthy(canary)


def test_a_canary_that_could_not_answer_is_not(canary: Path) -> None:
    lived.answered(canary, range(1, 3))
    said = lived.answered(canary, range(185, 186))
    brought(canary)

    assert {tuple(one["flags"]) for one in said} == {("certificate",)}
    assert not is_healthy(canary)


def test_champions_follow_the_first_share_of_each_deployment(canary: Path) -> None:
    handle(canary, Deploy("v1", 1.0))
    handle(canary, Rollback("worse"))

    with project.opened(canary) as opened:
        [only] = field.champions(opened)

    assert only.name == "v1"
    assert only.since == small_project.END + timedelta(days=1)


def test_the_term_of_the_live_certificate_is_known(canary: Path) -> None:
    with project.opened(canary) as opened:
        term = field.term(opened)

    assert term.not_after == small_project.END + timedelta(days=181)
    assert (term.renewed, term.waiting) == (False, False)


def test_an_order_brings_the_journal_and_begins_at_midnight(canary: Path) -> None:
    lived.answered(canary, range(1, 2))

    with project.opened(canary) as opened:
        order = field.order(opened, clock.now())

    assert journal.segments(Places(canary).journal)
    assert int(order.table.count().to_pyarrow().as_py()) == lived.PER_DAY
    assert order.since == small_project.END + timedelta(days=1)
    assert (order.champion.name, order.previous) == ("v1", None)
