"""Commands and queries over HTTP."""

from pathlib import Path

import msgspec
from asking import OWN, Control, given, ledger

from mainstay.control import remote
from mainstay.control.commands import Build, Grant
from mainstay.control.queries import ExplainContract, Status
from mainstay.core import errors
from mainstay.core.errors import Mistakes
from mainstay.web import api


def test_a_query_is_answered_as_the_terminal_would(asked: Control, folder: Path) -> None:
    token = given(folder, "vera", "viewer")

    said = asked.send("/api/queries", Status(), token)

    assert said.status == 200
    assert said.json["headline"] == "no-show  ▲ no version yet."
    assert said.json["facts"]["must_act"] == "clinic"


def test_a_command_is_recorded_as_that_of_who_asked(asked: Control, folder: Path) -> None:
    token = given(folder, "ada", "admin")

    said = asked.send("/api/commands", Grant("vera", "viewer", days=3), token)

    assert said.status == 200, said.text
    with ledger(folder) as there:
        event = list(there.events(kind="Granted"))[-1]
    assert (event.actor.name, event.payload["name"]) == ("ada", "vera")


def test_mistakes_of_the_contract_come_with_their_places(asked: Control, folder: Path) -> None:
    token = given(folder, "vera", "viewer")
    path = folder / "contract.yaml"
    path.write_text(path.read_text().replace("owner: clinic", "owner: 3"))

    said = asked.send("/api/queries", ExplainContract(), token)

    assert said.status == 400
    finding = said.json["error"]["findings"][0]
    assert (finding["file"].rpartition("/")[2], finding["line"]) == ("contract.yaml", 3)
    error = errors.of_facts(msgspec.json.decode(said.body, type=remote.Failure).error)
    assert isinstance(error, Mistakes)


def test_what_needs_files_of_the_project_stays_there(asked: Control, folder: Path) -> None:
    token = given(folder, "mara", "ml-engineer")

    said = asked.send("/api/commands", Build(), token)

    assert said.status == 400
    assert said.json["error"]["hint"] == "run it in the project's folder"


def test_a_field_nobody_knows_is_a_mistake(asked: Control, folder: Path) -> None:
    token = given(folder, "mara", "ml-engineer")

    said = asked.send("/api/commands", {"type": "deploy", "version": "v1", "shar": 0.1}, token)

    assert said.status == 400
    assert "shar" in said.json["error"]["what"]


def test_to_who_may_not_read_nothing_is_explained(asked: Control, folder: Path) -> None:
    token = given(folder, "stranger")

    said = asked.send("/api/commands", {"type": "sabotage"}, token)

    assert (said.status, said.json["error"]["what"]) == (404, "there is nothing here")


def test_what_is_no_json_is_a_mistake(asked: Control, folder: Path) -> None:
    token = given(folder, "vera", "viewer")

    said = asked.send("/api/queries", Status(), token, content_type="text/plain")

    assert said.status == 400


def test_a_request_without_end_is_not_read(asked: Control, folder: Path) -> None:
    token = given(folder, "vera", "viewer")
    shown = {"authorization": f"Bearer {token}", "content-type": "application/json", **OWN}

    said = asked.ask("POST", "/api/queries", b" " * (api.LARGEST + 1), **shown)

    assert (said.status, "larger than" in said.text) == (400, True)
