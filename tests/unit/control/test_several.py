"""A team asked as a whole, and each of its models alone, over the door of people too."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from asking import Control, control, given
from teams import NAMES, broken, of_two, shown

from mainstay.control.commands import Comment, Grant, RunNow, SendDigests
from mainstay.control.handle import answer, handle
from mainstay.control.queries import Approvals, Find, History, Incidents, ModelHealth, Status
from mainstay.control.queries import VerifyLedger as Proof
from mainstay.core.errors import Missing, Mistake


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with of_two(tmp_path) as made:
        yield made


@pytest.fixture
def asked(folder: Path) -> Control:
    return control(folder)


def test_a_team_is_asked_as_a_whole_and_what_is_of_one_model_is_refused(folder: Path) -> None:
    broken(folder, "churn")

    assert answer(folder, Status()).headline.startswith("2 models: 0 broken, 0 hold, 2 unsure")
    assert len(answer(folder, Incidents()).facts["open"]) == 1
    assert answer(folder, Approvals()).facts["waiting"] == []
    assert len(answer(folder, History(2)).facts["events"]) == 2
    assert answer(folder, Proof()).verdict == "pass"
    found = answer(folder, Find("rain")).facts["found"]
    assert {(one["model"], one["kind"]) for one in found} >= {
        ("churn", "field"), ("no-show", "field"), ("churn", "incident"),
    }  # fmt: skip
    with pytest.raises(Mistake, match="one model"):
        answer(folder, ModelHealth())
    with pytest.raises(Mistake, match="one model"):
        handle(folder, RunNow("run"))


def test_a_project_speaks_of_its_own_alone(folder: Path) -> None:
    number = broken(folder, "churn")

    assert answer(folder / "no-show", Incidents()).facts["open"] == []
    assert len(answer(folder / "churn", Incidents()).facts["open"]) == 1
    with pytest.raises(Missing):
        handle(folder / "no-show", Comment("mine?", incident=number))


def test_who_may_read_one_model_sees_nothing_of_another(folder: Path, asked: Control) -> None:
    numbers = {name: broken(folder, name) for name in NAMES}
    vera = shown(folder, "vera", "viewer", model="churn")

    home, incidents = asked.ask("GET", "/", **vera), asked.ask("GET", "/incidents", **vera)
    names = [one["model"] for one in asked.ask("GET", "/index.json", **vera).json["models"]]

    assert names == ["churn"]
    assert "no-show" not in home.text + incidents.text
    assert asked.ask("GET", "/search?q=rain", **vera).text.count("no-show") == 0
    assert asked.ask("GET", "/models/no-show", **vera).status == 404
    assert asked.ask("GET", f"/incidents/{numbers['no-show']}", **vera).status == 404
    assert asked.ask("GET", f"/incidents/{numbers['no-show']}.json", **vera).status == 404
    assert asked.ask("GET", "/contract?model=no-show", **vera).status == 404
    assert asked.ask("GET", "/models/churn/data", **vera).status == 200
    assert asked.ask("GET", "/audit", **vera).status == 403
    assert asked.ask("GET", "/settings", **vera).status == 200


def test_a_run_of_one_model_is_asked_for_and_looked_at_below_its_name(
    folder: Path, asked: Control
) -> None:
    maria = shown(folder, "maria", "data-scientist", model="churn")

    sent = asked.form("/models/churn/runs/ask", headers=maria, job="build")
    there = sent.header("location")
    runs, one = asked.ask("GET", "/models/churn/runs", **maria), asked.ask("GET", there, **maria)

    assert (sent.status, there) == (303, "/models/churn/runs/1")
    assert 'action="/models/churn/runs/ask"' in runs.text
    assert 'action="/models/churn/runs/1/cancel"' in one.text
    assert (runs.status, one.status) == (200, 200)
    assert asked.ask("GET", "/models/no-show/runs/1.json", **maria).status == 404
    assert asked.form("/models/no-show/runs/ask", headers=maria, job="build").status == 404
    assert asked.form("/runs/ask", headers=maria, job="build").status >= 400


def test_pages_of_one_model_lead_to_pages_of_it(folder: Path, asked: Control) -> None:
    vera = shown(folder, "vera", "viewer", model="churn")

    contract = asked.ask("GET", "/models/churn/contract", **vera)
    revisions = asked.ask("GET", "/models/churn/contract/revisions", **vera)

    assert 'href="contract/revisions"' in contract.text
    assert (contract.status, revisions.status) == (200, 200)


def test_a_stranger_to_every_model_sees_nothing(folder: Path, asked: Control) -> None:
    none = shown(folder, "nora", "viewer", model="elsewhere")

    assert asked.ask("GET", "/index.json", **none).json == {"models": []}
    assert asked.ask("GET", "/models/churn.json", **none).status == 404


@pytest.mark.parametrize("path", ["/", "/incidents", "/approvals", "/search?q=rain", "/audit",
                                  "/audit/chain", "/people", "/settings", "/models/churn",
                                  "/models/churn/life", "/models/churn/contract",
                                  "/models/no-show/data", "/incidents?closed"])  # fmt: skip
def test_every_page_of_a_team_is_shown(folder: Path, asked: Control, path: str) -> None:
    broken(folder, "churn")

    page = asked.ask("GET", path, **shown(folder, "ada", "admin", "viewer"))

    assert page.status == 200
    assert page.text.count("<main") == 1


def test_commands_go_to_the_model_in_the_address(folder: Path, asked: Control) -> None:
    token = given(folder, "emil", "ml-engineer", model="churn")

    done = asked.send("/models/churn/api/commands", RunNow("run"), token)
    other = asked.send("/models/no-show/api/commands", RunNow("run"), token)
    nobody = asked.send("/models/nothing/api/commands", RunNow("run"), token)
    whole = asked.send("/api/commands", RunNow("run"), token)

    assert (done.status, other.status, nobody.status, whole.status) == (200, 404, 404, 403)


def test_a_role_for_every_model_is_given_in_the_team(folder: Path) -> None:
    handle(folder, Grant("otto", "auditor"))

    assert control(folder).ask("GET", "/audit", **shown(folder, "otto")).status == 200


def test_a_team_without_channels_says_so(folder: Path) -> None:
    assert handle(folder, SendDigests()).headline == "No channel takes digests."
