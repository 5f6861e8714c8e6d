"""`mainstay people`."""

import json
from pathlib import Path

import pytest
import small_project

from mainstay.cli.main import outcome


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MAINSTAY_KEYS", str(tmp_path / "keys"))
    (tmp_path / "contract.yaml").write_text(small_project.CONTRACT)
    return tmp_path


def people(folder: Path, *words: str) -> int:
    return outcome(["people", *words, "--folder", str(folder), "--json"])


def test_roles_links_and_tokens_from_the_terminal(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done = [
        people(folder, "grant", "mara", "--role", "ml-engineer", "--days", "30"),
        people(folder, "grant", "mara", "--role", "viewer", "--model", "no-show"),
        people(folder, "withdraw", "mara", "--role", "viewer", "--model", "no-show"),
        people(folder, "invite", "mara", "--hours", "2"),
        people(folder, "token", "mara", "--label", "ci", "--scope", "read", "--days", "7"),
    ]
    capsys.readouterr()
    assert people(folder, "list") == 0
    listed = json.loads(capsys.readouterr().out)["facts"]["people"]

    assert done == [0] * 5
    assert [one["role"] for one in listed[0]["roles"]] == ["ml-engineer"]
    assert listed[0]["tokens"][0]["scopes"] == ["read"]
    assert people(folder, "revoke", "mara", "--label", "ci") == 0
    assert people(folder, "revoke", "mara", "--all") == 0


def test_what_is_ended_is_said(folder: Path) -> None:
    assert people(folder, "revoke", "mara") == 2
    assert people(folder, "revoke", "mara", "--all", "--label", "ci") == 2


def test_a_token_of_ones_own_needs_somebody_who_signed_in(folder: Path) -> None:
    assert people(folder, "token", "--label", "laptop") == 2
