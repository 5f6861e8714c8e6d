"""From training rows to held-out ones."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from mainstay.contract.generalising import Generalises
from mainstay.control import papers, versions
from mainstay.control import project as projects
from mainstay.core.columns import Text
from mainstay.core.nouns import Evidence, Verdict, Window
from mainstay.life.certify import generalising
from mainstay.life.certify.gates import Asked
from mainstay.life.certify.held_out import HeldOut
from mainstay.life.certify.learned_rows import LearnedRows
from mainstay.life.certify.recent import Recent

Held = Callable[..., HeldOut]


def with_limits(asked: Asked, **limits: float) -> Asked:
    stated = asked.contract.certify.model_copy(update={"generalises": Generalises(**limits)})
    return asked._replace(contract=asked.contract.model_copy(update={"certify": stated}))


def learned(unseen: HeldOut, seen: HeldOut | None = None) -> LearnedRows:
    return LearnedRows(seen or unseen, unseen, {}, np.zeros((len(unseen.label), 1)), 3000)


def later(asked: Asked, unseen: HeldOut) -> Evidence:
    found = generalising.compared(asked, learned(unseen), np.ones(len(unseen.label)))
    return generalising.later(asked, found)


def test_without_a_limit_a_loss_is_a_finding(asked: Asked, held: Held) -> None:
    one = later(asked, held(quality=4.0))

    assert (one.clause, one.limit, one.verdict) == ("generalises, roc_auc", None, None)
    assert one.estimate.low > 0
    assert "more than chance" in one.note


def test_a_loss_beyond_the_limit_breaks_the_gate(asked: Asked, held: Held) -> None:
    worse, same = (
        later(with_limits(asked, worse_by=0.01), held(quality=quality)) for quality in (6.0, 3.0)
    )

    assert worse.verdict is Verdict.FAIL
    assert same.verdict is not Verdict.FAIL
    assert "no more than chance" in same.note


def test_what_was_learned_by_heart_is_a_finding(asked: Asked, held: Held) -> None:
    unseen = held(quality=1.0)
    seen = unseen._replace(score=0.5 * unseen.score + 0.5 * unseen.label)

    one = generalising.memorised(asked, "roc_auc", learned(unseen, seen))

    assert (one.limit, one.estimate.low > 0.05) == (None, True)


def test_an_older_bundle_leaves_what_is_stated_unsure(asked: Asked) -> None:
    stated = with_limits(asked, worse_by=0.05, told=0.8)

    found = list(generalising.evidence(stated, None, None, None, None))

    assert [(one.clause, one.verdict) for one in found] == [
        ("generalises, roc_auc", Verdict.UNSURE),
        ("representative", Verdict.UNSURE),
    ]
    assert list(generalising.evidence(asked, None, None, None, None)) == []


def newest(asked: Asked, days: int, shift: float = 0.0) -> Recent:
    """Decisions of so many days since; what is waited for moved by so much."""
    rows = asked.held.of(np.flatnonzero(asked.held.day < days))
    count = len(rows.label)
    wait = np.random.default_rng(5).normal(shift, 1, count)
    kinds = asked.held.columns["kind"]
    columns = {"kind": Text(kinds.codes[:count], kinds.levels), "wait": wait}
    since = asked.held.window.until
    return Recent(Window(since, since + timedelta(days=days)), columns, rows.day)


def trained(asked: Asked) -> LearnedRows:
    rows = asked.held
    return LearnedRows(rows, rows, rows.columns, np.zeros((len(rows.label), 1)), 3000)


def test_the_newest_decisions_that_are_other_rows_are_told_with_what_differs(asked: Asked) -> None:
    moved, weighed = generalising.since_then(asked, trained(asked), newest(asked, 14, 1.5))
    (same, _) = generalising.since_then(asked, trained(asked), newest(asked, 14))

    assert moved.clause == "representative, newest 14 days"
    assert moved.estimate.low > 0.75 > 0.6 > same.estimate.value
    assert "wait" in moved.note
    assert (moved.limit, moved.verdict) == (None, None)
    assert moved.window.since == asked.held.window.until
    assert moved.population.startswith("1,400 decisions since the hold-out")
    assert weighed.clause == "representative, newest 14 days, weighted roc_auc"
    assert weighed.estimate.low < weighed.estimate.value < weighed.estimate.high


def test_of_few_days_since_the_hold_out_nothing_is_told(asked: Asked) -> None:
    (few,) = generalising.since_then(asked, trained(asked), newest(asked, 3))

    assert (few.clause, few.estimate) == ("representative, newest 3 days", None)
    assert "at least 8 days" in few.note
    assert list(generalising.since_then(asked, trained(asked), newest(asked, 0))) == []


@pytest.fixture
def record(born: Path) -> dict[str, Evidence]:
    with projects.opened(born) as opened:
        found = papers.record(opened, versions.found(opened))
    return {one.clause: one for one in found.evidence}


def test_all_of_it_stands_in_the_record_of_a_version(record: dict[str, Evidence]) -> None:
    names = (
        "generalises, memorised", "generalises, roc_auc", "generalises, room", "representative",
        "representative, weighted roc_auc",
    )  # fmt: skip

    for name in names:
        assert record[name].estimate is not None, name
        assert record[name].verdict is None, name
    assert record["generalises, memorised"].estimate.value > 0.05
    assert record["looks"].note == "look 1 of 10"


def test_rows_of_one_world_are_hardly_told_apart(record: dict[str, Evidence]) -> None:
    told, weighed = record["representative"], record["representative, weighted roc_auc"]

    assert 0.5 <= told.estimate.low <= told.estimate.value < 0.6
    assert weighed.estimate.low < record["roc_auc"].estimate.value < weighed.estimate.high
