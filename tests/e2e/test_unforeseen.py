"""A pandemic at the clinic: others come, all at once; a person decides until labels agree."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import lived
import pytest
import small_project
from msgspec import json

from mainstay.control import project as projects
from mainstay.control.commands import Approve, Build, Certify, Deploy, NewKey, Run, Trust
from mainstay.control.handle import handle
from mainstay.core import settings
from mainstay.core.answers import Answer
from mainstay.core.errors import Refused

pytestmark = pytest.mark.slow
CLAUSE = "watch: {unforeseen: {answer: person, train: alike}}\naccess:"


def key(folder: Path, name: str) -> dict[str, str]:
    return {
        "MAINSTAY_KEY": name, "MAINSTAY_KEYS": str(folder / "keys"),
        "MAINSTAY_CLOCK": str(folder / "clock"),
    }  # fmt: skip


@pytest.fixture(scope="module")
def born(born: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Live under a contract that asks for a person, with an easy goal; do not change it."""
    folder = small_project.written(tmp_path_factory.mktemp("born") / "clinic")
    small_project.furnished(folder, born)
    path = folder / "contract.yaml"
    text = path.read_text().replace("at_least: 0.6}", "at_least: 0.55}")
    path.write_text(text.replace("access:", CLAUSE))
    lived.set_clock(folder, small_project.AFTER)
    with settings.given(key(folder, small_project.AUTHOR)):
        for name, role in ((small_project.AUTHOR, "author"), (small_project.APPROVER, "approver")):
            handle(folder, NewKey(name))
            handle(folder, Trust(name, role))
        handle(folder, Build())
        handle(folder, Certify())
        with settings.given(key(folder, small_project.APPROVER)):
            handle(folder, Approve("v1"))
        handle(folder, Deploy("v1", 1.0))
    return folder


@pytest.fixture
def clinic(born: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of it, while its author acts."""
    folder = small_project.copied(born, tmp_path / "clinic")
    with settings.given(key(folder, small_project.AUTHOR)):
        yield folder


def struck(record: lived.Record) -> lived.Record:
    """Others come, who wait longer in the rain."""
    number = len(str(record["visit"])) + int(str(record["wait"]))
    return {**record, "wait": 60 + number % 30, "rain": 6.0 + number % 9, "kind": "scan"}


def asked(folder: Path) -> dict[str, object]:
    """What the door says now of an ordinary visit."""
    with lived.door(folder) as app:
        record = small_project.record(visit="now", at=small_project.END.isoformat())
        status, reply, _ = app.door.handle(json.encode({"records": [record]}))
    assert status == 200, reply
    return json.decode(reply)["answers"][0]


def steps(said: Answer) -> list[str]:
    return list(said.facts["steps"])


def kinds(folder: Path, kind: str) -> list[dict[str, object]]:
    with projects.opened(folder) as opened:
        return [one.payload for one in opened.ledger.events(kind=kind, subject="no-show")]


def test_an_event_freezes_promotion_and_hands_over_until_labels_bear_the_model_out(
    clinic: Path,
) -> None:
    lived.answered(clinic, range(1, 8))
    quiet = handle(clinic, Run())
    lived.answered(clinic, range(8, 9), struck)
    event = handle(clinic, Run())

    assert "shelter" not in steps(quiet)
    assert steps(event)[:2] == ["watch", "shelter"]
    assert asked(clinic)["decided_by"] == "person"
    assert asked(clinic)["decision"] is None
    opened = [one["finding"] for one in kinds(clinic, "IncidentOpened")]
    assert "unforeseen" in [one["clause"] for one in opened]
    given = kinds(clinic, "Deployed")[-1]
    assert "inputs broke at once" in given["because"]
    assert given["unforeseen"] == "person"

    with pytest.raises(Refused, match="promotion is frozen: v1 was proven on decisions since"):
        handle(clinic, Deploy("v1"))

    lived.answered(clinic, range(9, 26))
    over = handle(clinic, Run())

    assert "return" in steps(over)
    assert asked(clinic)["decided_by"] == "model"
    matters = [one["clause"] for one in kinds(clinic, "IncidentOpened")]
    assert len(kinds(clinic, "IncidentClosed")) >= matters.count("unforeseen") == 1
    assert kinds(clinic, "Deployed")[-1]["because"].startswith("the unforeseen event is over")


def test_a_person_may_overrule_a_frozen_promotion_with_a_reason(clinic: Path) -> None:
    lived.answered(clinic, range(1, 8))
    lived.answered(clinic, range(8, 9), struck)
    handle(clinic, Run())
    lived.set_clock(clinic, small_project.END + timedelta(days=9, hours=1))

    handle(clinic, Deploy("v1", 1.0, because="the strike of the buses, it is known"))
    again = handle(clinic, Run())

    assert asked(clinic)["decided_by"] == "model"
    assert "shelter" not in steps(again)
    assert kinds(clinic, "Deployed")[-1]["because"] == "the strike of the buses, it is known"
