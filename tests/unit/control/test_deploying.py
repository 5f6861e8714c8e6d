"""Who answers which share, on record."""

from pathlib import Path

import pytest
import small_project

from mainstay.control import project as projects
from mainstay.control.commands import Approve, Build, Certify, Deploy, Rollback
from mainstay.control.handle import answer, handle
from mainstay.control.queries import Status
from mainstay.core import settings
from mainstay.core.errors import Mistake
from mainstay.core.nouns import Verdict
from mainstay.ledger import state
from mainstay.seal import routing


@pytest.fixture
def two(as_approver: Path) -> Path:
    """Two approved versions, nothing deployed."""
    handle(as_approver, Approve("v1"))
    contract = as_approver / "contract.yaml"
    contract.write_text(contract.read_text().replace("hold_out: 15d", "hold_out: 16d"))
    with settings.given({"MAINSTAY_KEY": small_project.AUTHOR}):
        handle(as_approver, Build())
        handle(as_approver, Certify("v2"))
    handle(as_approver, Approve("v2"))
    return as_approver


def test_a_version_goes_from_canary_to_live_and_back(two: Path) -> None:
    said = [
        handle(two, command)
        for command in (
            Deploy("v1"), Deploy("v1", 1.0), Deploy("v2"), Deploy("v2", 1.0), Rollback("too slow"),
        )
    ]  # fmt: skip

    assert [one.facts["shares"] for one in said] == [
        {"v1": 0.1},
        {"v1": 1.0},
        {"v1": 0.9, "v2": 0.1},
        {"v2": 1.0},
        {"v1": 1.0},
    ]
    assert [one.facts["sequence"] for one in said] == [1, 2, 3, 4, 5]
    assert said[0].headline == "v1 is canary for 10%, its baseline answers the rest."
    assert said[2].next == "mainstay deploy v2 --live"
    assert "v2  approved" in answer(two, Status()).lines
    assert "v1  approved, answers 100%" in answer(two, Status()).lines


def test_the_version_before_stands_behind_the_live_one_where_the_contract_says_so(
    as_approver: Path,
) -> None:
    contract = as_approver / "contract.yaml"
    handle(as_approver, Approve("v1"))
    handle(as_approver, Deploy("v1", 1.0))
    text = contract.read_text().replace("latency_p99: 10s", "latency_p99: 10s, fallback: previous")
    contract.write_text(text)
    with settings.given({"MAINSTAY_KEY": small_project.AUTHOR}):
        handle(as_approver, Build())
        handle(as_approver, Certify("v2"))
    handle(as_approver, Approve("v2"))
    behind = []
    for command in (Deploy("v2", 0.5), Deploy("v2", 1.0), Rollback("too slow")):
        handle(as_approver, command)
        with projects.opened(as_approver) as opened:
            told = routing.read(opened.places.serving / routing.FILE, opened.trust)
            behind.append(told.previous.version if told.previous else "")

    assert behind == ["", "v1", ""]


def test_the_same_deployment_again_changes_nothing(as_approver: Path) -> None:
    handle(as_approver, Approve("v1"))
    handle(as_approver, Deploy("v1"))

    again = handle(as_approver, Deploy("v1"))

    assert again.headline.startswith("Nothing changed")
    with projects.opened(as_approver) as opened:
        assert len(state.deployments(opened.ledger, opened.model)) == 1


def test_an_unknown_environment_is_a_mistake(as_approver: Path) -> None:
    with pytest.raises(Mistake, match="'moon' is no environment") as no:
        handle(as_approver, Deploy("v1", environment="moon"))

    assert no.value.hint == "known: production, replay"


def test_what_is_live_and_unmeasured_is_never_green(as_approver: Path) -> None:
    handle(as_approver, Approve("v1"))
    shown = []
    for share in (None, 1.0):
        handle(as_approver, Deploy("v1", share))
        shown.append(answer(as_approver, Status()))

    assert {said.verdict for said in shown} == {Verdict.UNSURE}
    assert [said.headline for said in shown] == [
        "no-show  ▲ v1 is canary for 10% beside the baseline, not measured yet.",
        "no-show  ▲ v1 is live, not measured in the field yet.",
    ]
