"""`assess`, on record."""

from datetime import timedelta
from pathlib import Path

import small_project

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


def test_what_sources_agreed_on_is_judged_anew_each_time(as_author: Path) -> None:
    contract = as_author / "contract.yaml"
    stated = "take: [rain], sla: [{property: freshness, at_most: 26h}]"
    contract.write_text(contract.read_text().replace("take: [rain]", stated))

    today = handle(as_author, Assess())
    (as_author / "clock").write_text((small_project.AFTER + timedelta(days=1)).isoformat())
    tomorrow = handle(as_author, Assess())

    assert today.verdict is Verdict.PASS
    assert [one.verdict for one in today.evidence if one.clause == "freshness, weather"] == ["pass"]
    assert tomorrow.verdict is Verdict.FAIL
    assert tomorrow.headline == (
        "no-show: to fix first: sources break what was agreed: freshness, weather."
    )
