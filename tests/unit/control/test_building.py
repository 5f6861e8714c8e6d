"""`build`, on record."""

import sqlite3
from contextlib import closing
from pathlib import Path

from mainstay.control import project as projects
from mainstay.control.commands import Build
from mainstay.control.handle import handle
from mainstay.ledger import state


def changed(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new))


def test_unchanged_inputs_are_not_worked_on_again(as_author: Path) -> None:
    said = handle(as_author, Build())

    assert said.facts == {"version": "v1", "unchanged": True}


def test_other_code_is_another_version(as_author: Path) -> None:
    changed(as_author, "model.py", "n_estimators=20", "n_estimators=21")

    said = handle(as_author, Build())

    assert (said.facts["version"], said.facts["unchanged"]) == ("v2", False)


def test_a_changed_contract_is_registered_as_a_new_revision(as_author: Path) -> None:
    changed(as_author, "contract.yaml", "owner: clinic", "owner: ward")

    handle(as_author, Build())

    with projects.opened(as_author) as opened:
        revisions = [one.revision for one in state.contracts(opened.ledger, "no-show")]
    assert revisions == [1, 2]


def test_what_only_warns_is_told(as_author: Path) -> None:
    warned = "take: [rain], sla: [{property: freshness, at_most: 2h, on_breach: warn}]"
    changed(as_author, "contract.yaml", "take: [rain]", warned)

    said = handle(as_author, Build())

    assert "▲ freshness of weather is 25 h, at most 2 h is agreed" in said.lines


def test_a_new_contract_takes_its_sources_as_they_are(as_author: Path) -> None:
    with closing(sqlite3.connect(as_author / "data" / "weather.db")) as base, base:
        base.execute("UPDATE hourly SET rain = 1")
        base.execute("ALTER TABLE hourly ADD COLUMN wet INTEGER DEFAULT 1")
    changed(as_author, "contract.yaml", "take: [rain]", "take: {rain: wet}")

    assert handle(as_author, Build()).facts["version"] == "v2"
