"""Looks at the field, on record."""

from datetime import timedelta
from pathlib import Path

import lived
import numpy as np
import pytest
import small_project
from msgspec import structs

from mainstay.control import incidents, looks, project, watching
from mainstay.control.commands import Watch
from mainstay.control.handle import answer, handle
from mainstay.control.looks import Asked
from mainstay.control.queries import Status
from mainstay.core.errors import Missing
from mainstay.core.nouns import Event, Verdict, Window
from mainstay.ledger.state import Incident
from mainstay.life.watch.order import Finding

SPAN = Window(small_project.START, small_project.END)
RAIN = Finding("unit", ("rain",), "rain", "why", "who", "do", Verdict.FAIL, SPAN)
OPEN = Incident(7, "no-show", "unit", "rain", "2024-03-01", "", 7)


def events(folder: Path, kind: str) -> list[Event]:
    with project.opened(folder) as opened:
        return list(opened.ledger.events(kind=kind, subject="no-show"))


def test_a_matter_found_again_stays_open_and_one_not_found_is_closed() -> None:
    again = structs.replace(RAIN, what="rain, worse")
    wait = structs.replace(RAIN, columns=("wait",))

    assert watching.changed((), (RAIN,)) == ((RAIN,), (), ())
    assert watching.changed(((OPEN, RAIN),), (again,)) == ((), (), ((OPEN, again),))
    assert watching.changed(((OPEN, RAIN),), (wait,)) == ((wait,), ((OPEN, RAIN),), ())


def test_a_lasting_move_is_one_matter_whichever_columns_tell_it() -> None:
    moved = structs.replace(RAIN, clause="drift", columns=("rain", "wait"))
    grown = structs.replace(moved, columns=("rain",), what="moved: rain, more")

    changes = watching.changed(((OPEN, moved),), (grown,))
    apart = watching.changed(((OPEN, moved),), (structs.replace(grown, clause="drift, seasonal"),))

    assert (changes.opened, changes.closed) == ((), ())
    assert len(apart.opened) == len(apart.closed) == 1


def test_what_is_over_or_no_failure_is_no_incident() -> None:
    over = structs.replace(RAIN, open=False)
    shown = structs.replace(RAIN, verdict=Verdict.UNSURE)

    assert watching.changed((), (over, shown)) == ((), (), ())
    assert watching.changed(((OPEN, RAIN),), (over,)) == ((), ((OPEN, RAIN),), ())


def test_before_a_deployment_there_is_nothing_to_watch(as_author: Path) -> None:
    with pytest.raises(Missing, match="answers nobody yet"):
        handle(as_author, Watch())


def test_a_look_is_on_record_and_the_next_goes_on_where_it_ended(live: Path) -> None:
    lived.answered(live, range(1, 4))
    first = handle(live, Watch())
    lived.answered(live, range(4, 6))
    second = handle(live, Watch())

    assert (first.facts["windows"], second.facts["windows"]) == (3, 2)
    assert second.facts["since"] == first.facts["until"]
    judged = events(live, "WindowJudged")
    assert [one.payload["windows"] for one in judged] == [3, 2]
    assert [one.payload["act"] for one in events(live, "Decided")] == [
        first.facts["decision"], second.facts["decision"],
    ]  # fmt: skip
    assert first.verdict is Verdict.UNSURE


def test_without_a_new_window_nothing_is_recorded(live: Path) -> None:
    lived.answered(live, range(1, 3))
    handle(live, Watch())

    said = handle(live, Watch())

    assert said.headline == "Nothing new: the next window ends at 2024-03-05 00:00 UTC."
    assert said.verdict is Verdict.UNSURE
    assert len(events(live, "WindowJudged")) == len(events(live, "Decided")) == 1


def test_rows_that_the_door_stops_open_an_incident_that_ends_with_them(live: Path) -> None:
    lived.answered(live, range(1, 4))
    handle(live, Watch())
    said = lived.answered(live, range(4, 5), lambda one: {**one, "rain": 150.0})
    broken = handle(live, Watch())
    with project.opened(live) as opened:
        [held] = incidents.held(opened.ledger, opened.model)
        incident, finding = held.incident, held.finding
    told = answer(live, Status())
    lived.answered(live, range(5, 6))
    mended = handle(live, Watch())

    assert {one["decided_by"] for one in said} == {"baseline"}
    assert (broken.facts["decision"], broken.verdict) == ("ask", Verdict.FAIL)
    assert finding.columns == ("rain",)
    assert told.headline.startswith("no-show  ◆ what v1 is given has changed: rain")
    assert told.lines[0].startswith(f"◆ today     {incident.id:>4}  no-show: rain: 60 of 60")
    assert "weather" in finding.owner
    assert [one["columns"] for one in mended.facts["closed"]] == [("rain",)]
    assert [one.payload for one in events(live, "IncidentClosed")] == [{"incident": incident.id}]
    _, moved, back = [one.payload["changes"] for one in events(live, "DataChanged")]
    assert [(one["kind"], one["source"], one["column"]) for one in (*moved, *back)] == [
        ("moved", "weather", "rain"), ("back", "weather", "rain"),
    ]  # fmt: skip
    assert moved[0]["inputs"] == ["rain"]
    assert "60 of 60" in moved[0]["what"]


def test_what_follows_a_decision() -> None:
    assert watching.following("retrain", "it pays") == "mainstay run"
    assert watching.following("roll back", "worse") == "mainstay rollback --because 'worse'"
    assert watching.following("keep", "") == "mainstay status"


def test_looks_on_record_bet_each_label_once(live: Path) -> None:
    lived.answered(live, range(1, 6))
    handle(live, Watch())
    lived.answered(live, range(6, 8))
    handle(live, Watch())

    with project.opened(live) as opened:
        found = looks.past(opened, Asked("v1", timedelta(days=1))).audited
    names = [set(np.frombuffer(one.names, "<i8").tolist()) for one in found]
    wealth = [one.of("roc_auc").wealth for one in found]
    assert all(names)
    assert not names[0] & names[1]
    assert [one.labels for one in wealth] == [len(names[0]), len(names[0] | names[1])]
