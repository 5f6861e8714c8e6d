"""`assess`, on record."""

from pathlib import Path

from mainstay.control import project as projects
from mainstay.control.commands import Assess
from mainstay.control.handle import handle
from mainstay.core.nouns import Verdict


def test_an_assessment_is_recorded_once_and_opens_no_held_out_row(as_author: Path) -> None:
    first = handle(as_author, Assess())
    again = handle(as_author, Assess())

    assert first.verdict is Verdict.PASS
    assert again.headline == first.headline
    with projects.opened(as_author) as opened:
        assert len(list(opened.ledger.events(kind="Assessed"))) == 1
        assert len(list(opened.ledger.events(kind="HoldoutOpened"))) == 1  # that of certify
