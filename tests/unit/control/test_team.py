"""A team: several projects that keep one record, spoken of together or each alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import small_project
from asking import Control, control, given, ledger

from mainstay.control import briefs, project, scheduling, several, team, worker
from mainstay.control.commands import Comment, Grant, RunNow, SendDigests
from mainstay.control.handle import answer, handle
from mainstay.control.project import nothing
from mainstay.control.queries import Approvals, Find, History, Incidents, ModelHealth, Status
from mainstay.control.queries import VerifyLedger as Proof
from mainstay.core import settings
from mainstay.core.errors import Conflict, Missing, Mistake
from mainstay.core.nouns import Actor
from mainstay.core.places import Places

NAMES = ("churn", "no-show")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Two projects, of which only the contracts are there, on one record."""
    made = tmp_path / "team"
    for name in NAMES:
        (made / name).mkdir(parents=True)
        text = small_project.CONTRACT.replace("model: no-show", f"model: {name}")
        (made / name / "contract.yaml").write_text(text)
    (made / "team.toml").touch()
    with settings.given({"MAINSTAY_KEYS": str(tmp_path / "keys")}):
        for name in NAMES:
            with project.opened(made / name) as opened:
                said = {"digest": "c", "revision": 1}
                opened.ledger.append("ContractRegistered", name, Actor("ana"), said)
        yield made


@pytest.fixture
def asked(folder: Path) -> Control:
    return control(folder)


def shown(folder: Path, name: str, *roles: str, model: str = "*") -> dict[str, str]:
    return {"authorization": f"Bearer {given(folder, name, *roles, model=model)}"}


def broken(folder: Path, model: str) -> int:
    with ledger(folder) as there:
        said = {
            "clause": "unit", "what": f"rain of {model} in inches",
            "finding": {
                "clause": "unit", "columns": ["rain"], "what": f"rain of {model} in inches",
                "cause": "why", "owner": "who", "action": "do", "verdict": "fail",
                "window": {"since": "2024-03-01T00:00:00Z", "until": "2024-03-02T00:00:00Z"},
            },
            "columns": ["rain"],
        }  # fmt: skip
        return there.append("IncidentOpened", model, Actor("ana"), said).seq


def test_projects_of_a_team_keep_one_record(folder: Path) -> None:
    with ledger(folder) as there:
        assert [one.subject for one in there.events()] == list(NAMES)
    assert not (folder / "churn" / ".mainstay" / "ledger.db").exists()
    assert team.members(Places(folder)) == {name: folder / name for name in NAMES}


def test_two_projects_of_one_name_are_refused(folder: Path) -> None:
    text = (folder / "churn" / "contract.yaml").read_text()
    (folder / "no-show" / "contract.yaml").write_text(text)

    with pytest.raises(Conflict, match="both hold a model called churn"):
        team.members(Places(folder))


def test_a_project_that_has_a_record_already_is_not_taken_into_a_team(folder: Path) -> None:
    own = folder / "churn" / ".mainstay"
    own.mkdir(exist_ok=True)
    (own / "ledger.db").write_bytes((folder / ".mainstay" / "ledger.db").read_bytes())

    with pytest.raises(Conflict, match="record of its own"):
        project.opened(folder / "churn")


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


def test_one_worker_does_what_is_due_in_every_project(folder: Path) -> None:
    said: list[str] = []
    for name in NAMES:
        handle(folder / name, RunNow("labels"))

    worker.until_nothing_is_due(worker.worker(folder, said.append))

    assert sum("labels: Took in 0 of 0" in line for line in said) == 2


def test_what_concerns_the_record_is_a_job_of_one_project(folder: Path) -> None:
    with project.opened(folder / "churn") as one, project.opened(folder / "no-show") as other:
        assert {"head", "verify", "deliver", "digest"} <= scheduling.jobs(one).keys()
        assert scheduling.jobs(other).keys() == {"labels", "run"}
    with pytest.raises(Conflict, match="a job of churn"):
        handle(folder / "no-show", RunNow("head"))


def test_a_brief_is_read_anew_when_something_was_recorded_of_its_model(folder: Path) -> None:
    def fresh() -> dict[str, bool]:
        with several.opened(folder, nothing, None) as opened:
            return {one.model: one.fresh for one in briefs.standings(opened)}

    assert fresh() == {"churn": False, "no-show": False}
    with several.opened(folder, nothing, None) as opened:
        briefs.refreshed(opened)
    assert fresh() == {"churn": True, "no-show": True}
    broken(folder, "churn")
    assert fresh() == {"churn": False, "no-show": True}
    contract = folder / "no-show" / "contract.yaml"
    contract.write_text(f"{contract.read_text()}# changed\n")
    assert fresh() == {"churn": False, "no-show": False}


def test_what_was_never_read_or_is_old_is_said_so(folder: Path) -> None:
    with several.opened(folder, nothing, None) as opened:
        before = briefs.standings(opened)[0].shown
        briefs.refreshed(opened)
        broken(folder, "churn")
        after = briefs.standings(opened)[0].shown

    assert (before.verdict, before.sentence) == (None, "▲ not read yet.")
    assert " As of " in after.sentence


def test_a_role_for_every_model_is_given_in_the_team(folder: Path) -> None:
    handle(folder, Grant("otto", "auditor"))

    assert control(folder).ask("GET", "/audit", **shown(folder, "otto")).status == 200


def test_a_team_without_channels_says_so(folder: Path) -> None:
    assert handle(folder, SendDigests()).headline == "No channel takes digests."
