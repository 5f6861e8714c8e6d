"""All that happened to a model, on one axis."""

from pathlib import Path

import small_project
from conftest import acting

from mainstay.control import living
from mainstay.control.commands import Approve, Comment, Deploy
from mainstay.control.handle import answer, handle
from mainstay.control.project import opened
from mainstay.control.queries import Life
from mainstay.ledger import events


def test_every_kind_on_the_axis_exists_but_for_waivers() -> None:
    assert set(living.LANES) - {"Waived"} <= set(events.NAMES)


def test_a_life_tells_who_answered_and_what_people_did(as_author: Path) -> None:
    with acting(as_author, small_project.APPROVER):
        handle(as_author, Approve("v1", "read it"))
    with acting(as_author, small_project.AUTHOR):
        handle(as_author, Deploy("v1"))
        handle(as_author, Deploy("v1", 1.0))
        handle(as_author, Comment("live", "v1"))
        with opened(as_author) as there:
            it = living.lived(there)
        said = answer(as_author, Life())

    assert [(one.what, one.share, one.until is None) for one in it.answered] == [
        ("v1", 0.1, False),
        ("v1", 1.0, True),
    ]
    assert [one.what for one in it.moments][-4:] == [
        "v1 approved: read it", "answers: v1 10%", "answers: v1 100%", "\u201clive\u201d",
    ]  # fmt: skip
    assert [one.lane for one in it.moments][-4:] == ["decision", "traffic", "traffic", "said"]
    assert said.headline.startswith("no-show: ")
    assert "1 version answered" in said.headline
