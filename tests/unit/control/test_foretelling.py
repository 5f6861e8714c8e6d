"""A forecast frozen with its certificate, scored as labels land."""

from datetime import timedelta
from pathlib import Path

import lived
import pytest
import small_project
from msgspec import structs
from planted_foresight import foresight

from mainstay.control import foretelling, health, papers, project, versions
from mainstay.control.commands import Approve, Certify, Deploy, Watch
from mainstay.control.foretelling import Foretold, Scored
from mainstay.control.handle import answer, handle
from mainstay.control.queries import Status
from mainstay.core import settings
from mainstay.core.nouns import Window
from mainstay.life.watch.order import Came
from mainstay.seal import certificate as seal
from mainstay.stats.forecasts.grade import Grade

WEEK = timedelta(days=7)


@pytest.fixture
def foretold(as_author: Path) -> Path:
    """v1 live, renewed with a forecast of periods of 3 days."""
    with project.opened(as_author) as opened:
        born = versions.birth(opened, versions.found(opened, "v1")).version
        with opened.ledger.transaction():
            foretelling.foreseen(opened, born.contract, born.code, foresight(days=3, bound=0.5))
    with settings.given({"MAINSTAY_KEY": small_project.APPROVER}):
        handle(as_author, Approve("v1"))
    lived.set_clock(as_author, small_project.AFTER + timedelta(hours=12))
    handle(as_author, Certify("v1", renew=True))
    with settings.given({"MAINSTAY_KEY": small_project.APPROVER}):
        handle(as_author, Approve("v1"))
    handle(as_author, Deploy("v1", 1.0))
    return as_author


def one_of(folder: Path) -> Foretold:
    with project.opened(folder) as opened:
        found = foretelling.standing(opened, versions.found(opened, "v1"))
    assert found is not None
    return found


def test_it_is_frozen_before_any_label_and_scored_when_they_land(foretold: Path) -> None:
    before = one_of(foretold)
    assert before.scored == ()

    lived.answered(foretold, range(2, 10))
    handle(foretold, Watch())

    after = one_of(foretold)
    first = after.scored[0]
    assert first.window.since >= after.at
    assert (first.low, first.middle, first.high) == before.path[first.age - 1]
    assert first.came is not None
    assert 0.5 < first.came < 1
    assert first.rows >= 100
    assert after.path != before.path
    assert handle(foretold, Watch()).facts["windows"] == 0
    assert len(one_of(foretold).scored) == len(after.scored)


def test_its_record_stands_beside_it_for_people_and_scripts(foretold: Path) -> None:
    lived.answered(foretold, range(2, 10))
    handle(foretold, Watch())
    said = answer(foretold, Status())

    one = one_of(foretold)
    assert f"lasts: v1 is {foretelling.line(one)}" in said.lines
    assert said.facts["forecast"]["version"] == "v1"
    with project.opened(foretold) as opened:
        page = health.health(opened)
    assert page.foretold == one
    lasts = next(each for each in page.questions if each.ask == "How long will it last?")
    assert foretelling.kept(one) in lasts.detail


def test_without_a_forecast_nothing_is_said_of_one(live: Path) -> None:
    said = answer(live, Status())

    assert said.facts["forecast"] is None
    assert not [line for line in said.lines if line.startswith("lasts")]


def scored(*came: float | None) -> tuple[Scored, ...]:
    span = Window(small_project.END, small_project.END + WEEK)
    return tuple(Scored(5 + at, span, 0.7, 0.72, 0.74, one, 400) for at, one in enumerate(came))


def test_three_misses_cost_it_its_number(foretold: Path) -> None:
    one = structs.replace(one_of(foretold), scored=scored(0.6, None, 0.6, 0.6))

    assert one.refuted
    assert one.kept is Grade.C
    assert "(80 %" not in foretelling.said(one)
    assert foretelling.kept(one) == "0 of 3 scores were inside: refuted, it lost its number"
    assert not foretelling.outlasts(one, small_project.END)


def test_only_a_forecast_with_a_record_is_ever_green(foretold: Path) -> None:
    one = structs.replace(one_of(foretold), days=30)

    assert not foretelling.outlasts(one, small_project.END)
    assert foretelling.outlasts(structs.replace(one, scored=scored(0.71, 0.73, 0.72)), one.since)


def test_a_period_without_labels_passes_unscored(foretold: Path) -> None:
    before = one_of(foretold)
    with project.opened(foretold) as opened:
        after = foretelling.scored(opened, before, (Came(8, None, 12),))

    assert after.judged == ()
    assert after.path == before.path
    assert [each.age for each in after.scored] == [8]


def test_a_certificate_says_why_it_ends_then(foretold: Path) -> None:
    with project.opened(foretold) as opened:
        issued = seal.opened(papers.envelope(opened, versions.found(opened, "v1")), opened.trust)

    assert issued.term.startswith("180d as the contract says; foretold to last")
    assert issued.issued == one_of(foretold).at
