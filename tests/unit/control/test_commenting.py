"""What people say of a version or an incident, and who is named in it."""

from pathlib import Path

import pytest
from asking import given

from mainstay.control import commenting, project
from mainstay.control.commands import Acknowledge, Comment
from mainstay.control.handle import answer, handle
from mainstay.control.queries import Explain, Own
from mainstay.core.errors import Missing, Mistake


def test_a_comment_is_on_record_of_its_version_and_tells_whom_it_names(as_author: Path) -> None:
    given(as_author, "lead", "approver")

    said = handle(as_author, Comment("@lead and @lead: read the slices, a@lead.example", "v1"))

    assert said.headline == "On record, of v1, naming lead."
    comments = answer(as_author, Explain("v1")).facts["comments"]
    assert [one["text"] for one in comments] == ["@lead and @lead: read the slices, a@lead.example"]
    with project.opened(as_author) as opened:
        assert [one.who for one in commenting.naming(opened, "lead")] == ["ana"]
        assert commenting.naming(opened, "ana") == ()


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (Comment(" ", "v1"), Mistake),
        (Comment("x" * 4_001, "v1"), Mistake),
        (Comment("x"), Mistake),
        (Comment("x", "v1", 3), Mistake),
        (Comment("x", "v9"), Missing),
        (Comment("x", incident=9), Missing),
        (Comment("@nobody look", "v1"), Missing),
        (Acknowledge(9, "asked"), Missing),
        (Acknowledge(9, " "), Mistake),
    ],
)
def test_what_is_of_nothing_or_names_nobody_is_refused(
    as_author: Path, command: Comment | Acknowledge, error: type[Exception]
) -> None:
    with pytest.raises(error):
        handle(as_author, command)

    with project.opened(as_author) as opened:
        assert commenting.every(opened) == ()


def test_whoever_asks_is_told_where_they_were_named(as_author: Path) -> None:
    given(as_author, "ana", "data-scientist")
    handle(as_author, Comment("@ana see this", "v1"))

    facts = answer(as_author, Own()).facts

    assert [one["text"] for one in facts["named"]] == ["@ana see this"]
    assert [one["role"] for one in facts["roles"]] == ["data-scientist"]
