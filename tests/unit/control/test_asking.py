"""Asking for labels, on record."""

import csv
from datetime import timedelta
from pathlib import Path

import lived
import pytest
import small_project
from msgspec import json

from mainstay.control import field, project
from mainstay.control.commands import AskLabels, Labels
from mainstay.control.handle import handle
from mainstay.core.errors import Conflict, Refused
from mainstay.core.nouns import Event
from mainstay.life.watch import ask as drawing

pytestmark = pytest.mark.slow
CLAUSE = "never_after: 3d, budget: 30 per week}"


def budgeted(folder: Path) -> Path:
    path = folder / "contract.yaml"
    path.write_text(path.read_text().replace("never_after: 3d}", CLAUSE))
    return folder


def answered(folder: Path, days: range) -> Path:
    """A door answers; nobody labels."""
    with lived.door(folder) as app:
        for day in days:
            for at, record, _ in lived._visits(day, 3):
                lived.set_clock(folder, at)
                app.door.handle(json.encode({"records": [record]}))
    lived.set_clock(folder, small_project.END + timedelta(days=days.stop))
    return folder


def events(folder: Path) -> list[Event]:
    with project.opened(folder) as opened:
        return list(opened.ledger.events(kind="LabelsAsked", subject="no-show"))


def exhausted(folder: Path) -> None:
    """Asks for the rest: a row that both halves draw counts once, so it may take several."""
    for more in range(5):
        handle(folder, AskLabels(26 + more))


def rows(folder: Path, name: str = "to_label.csv") -> list[dict[str, str]]:
    with (folder / name).open() as file:
        return list(csv.DictReader(file))


def test_an_ask_is_on_record_written_down_and_costs_nothing_again(live: Path) -> None:
    answered(budgeted(live), range(1, 4))

    first = handle(live, AskLabels(20))
    written = rows(live)
    again = handle(live, AskLabels(20, "again.csv"))

    (event,) = events(live)
    assert event.payload["asked"] == 20
    assert event.payload["rows"] == len(written) == first.facts["asked"]
    assert event.payload["of"] == first.facts["of"]
    assert rows(live, "again.csv") == written
    assert again.facts["repeated"]
    assert again.facts["budget_left"] == first.facts["budget_left"] == 30 - len(written)
    assert "again, as nothing is on record since" in again.headline


def test_the_budget_counts_across_asks_and_comes_back_after_a_week(live: Path) -> None:
    answered(budgeted(live), range(1, 4))
    first = handle(live, AskLabels(20))

    second = handle(live, AskLabels(25))
    keys = [one["visit"] for one in rows(live)]
    with pytest.raises(Refused, match="all labels of the budget were asked for") as refused:
        exhausted(live)

    assert first.facts["asked"] + second.facts["asked"] + second.facts["budget_left"] == 30
    assert sum(one.payload["rows"] for one in events(live)) == 30
    assert second.facts["budget_left"] <= 3
    assert not set(keys) & {one["key"] for one in first.facts["rows"]}
    assert "2024-03-" in refused.value.hint
    lived.set_clock(live, small_project.END + timedelta(days=11, hours=1))
    assert handle(live, AskLabels(1)).facts["asked"] == 1


def test_what_was_labelled_meanwhile_is_not_asked_for_again(live: Path) -> None:
    answered(live, range(1, 3))
    first = handle(live, AskLabels(10))
    keys = [one["key"] for one in first.facts["rows"]]
    lines = "".join(f"{key},true\n" for key in keys)
    (live / "late.csv").write_text(f"visit,missed\n{lines}")

    said = handle(live, Labels("late.csv"))
    second = handle(live, AskLabels(10))

    assert said.facts["new"] == len(keys)
    assert not second.facts["repeated"]
    assert not set(keys) & {one["key"] for one in second.facts["rows"]}
    with project.opened(live) as opened:
        kept = field.asks(opened)
    assert [len(one.rows) for one in kept] == [len(keys), second.facts["asked"]]


def test_where_nothing_is_left_to_ask_it_says_so(live: Path) -> None:
    lived.set_clock(live, small_project.END + timedelta(days=2))

    said = handle(live, AskLabels(10))

    assert said.headline.startswith("Nothing to ask")
    assert (said.facts["asked"], events(live)) == (0, [])


def test_another_ask_meanwhile_is_not_overlooked(
    live: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(live, range(1, 3))
    alone = drawing.asked

    def another_is_faster(*given: object) -> object:
        found = alone(*given)
        with project.opened(live) as opened:
            opened.ledger.append("Assessed", "no-show", opened.actor, {})
        return found

    monkeypatch.setattr(drawing, "asked", another_is_faster)

    with pytest.raises(Conflict, match="meanwhile"):
        handle(live, AskLabels(5))
