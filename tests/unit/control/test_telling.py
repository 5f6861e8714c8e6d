"""What is put aside to be told, with the record."""

from datetime import timedelta

import pytest
import small_project
from msgspec import json, structs
from receiving import configured, finding, looked

from mainstay.control import telling
from mainstay.control.channels.config import Log
from mainstay.control.channels.message import Message
from mainstay.control.commands import Silence
from mainstay.control.harm import Standing
from mainstay.control.incidents import Known
from mainstay.control.project import Project
from mainstay.control.silencing import silence
from mainstay.ledger import outbox

LATE, DRIFT = finding("freshness", "weather"), finding("drift", "rain")
TODAY, WEEK = Standing("today", "late", source="weather.db"), Standing()
CHANNELS = """
[channels.pager]
kind = "log"
least = "now"
[channels.team]
kind = "log"
[channels.am]
kind = "alertmanager"
url = "http://127.0.0.1:9"
"""


@pytest.fixture
def telling_project(burning: Project) -> Project:
    configured(burning.places.folder, CHANNELS)
    return burning


def waiting(project: Project) -> list[tuple[str, Message]]:
    rows = outbox.waiting(project.ledger)
    some = [(one.channel, json.decode(one.body, type=Message)) for one in rows]
    return sorted(some, key=lambda one: (one[0], one[1].kind))


def kinds(project: Project) -> list[tuple[str, str]]:
    return [(channel, one.kind) for channel, one in waiting(project)]


def test_drift_without_harm_pages_nobody_and_harm_does(telling_project: Project) -> None:
    drift = looked(telling_project, Known(DRIFT, WEEK))[DRIFT.what]
    before = kinds(telling_project)
    harm = Standing("now", "half is lost", harm=True)
    looked(telling_project, Known(DRIFT, harm, drift))

    assert before == [("am", "opened"), ("team", "opened")]
    assert ("pager", "changed") in kinds(telling_project)


def test_what_another_explains_is_told_within_it_alone(telling_project: Project) -> None:
    looked(telling_project, Known(DRIFT, WEEK), Known(LATE, TODAY))

    told = waiting(telling_project)
    assert [channel for channel, _ in told] == ["am", "team"]
    assert {one.what for _, one in told} == {LATE.what}
    assert told[0][1].hides == (DRIFT.what,)


def test_nothing_is_told_twice_but_a_state_is_renewed(telling_project: Project) -> None:
    late = looked(telling_project, Known(LATE, TODAY))[LATE.what]
    for one in outbox.waiting(telling_project.ledger):
        outbox.claimed(telling_project.ledger, one)
        outbox.settled(telling_project.ledger, one, "told")
    looked(telling_project, Known(LATE, TODAY, late))

    assert [channel for channel, _ in waiting(telling_project)] == ["am"]


def test_that_it_is_over_hears_who_heard_of_it(telling_project: Project) -> None:
    late = looked(telling_project, Known(LATE, TODAY))[LATE.what]
    looked(telling_project, closed=(late.incident.id,))

    assert ("team", "closed") in kinds(telling_project)
    assert ("am", "closed") in kinds(telling_project), "its one row is the newest state"
    assert ("am", "opened") not in kinds(telling_project)
    assert not [channel for channel, _ in waiting(telling_project) if channel == "pager"]


def test_a_second_model_of_the_source_joins_the_first(telling_project: Project) -> None:
    ledger, actor = telling_project.ledger, telling_project.actor
    other = {"clause": "freshness", "what": "late", "finding": json.decode(json.encode(LATE)),
             "standing": json.decode(json.encode(TODAY))}  # fmt: skip
    ledger.append("ContractRegistered", "no-call", actor, {"digest": "d", "revision": 1})
    first = ledger.append("IncidentOpened", "no-call", actor, other)

    looked(telling_project, Known(LATE, TODAY))

    [(_, told), _] = waiting(telling_project)
    assert (told.incident, told.kind) == (first.seq, "changed")
    assert told.models == ("no-call", "no-show")


def test_a_silence_puts_off_the_telling_until_it_ends(telling_project: Project) -> None:
    late = looked(telling_project, Known(LATE, TODAY))[LATE.what]
    until = small_project.AFTER + timedelta(days=2)
    silence(telling_project, Silence(late.incident.id, until, "known"))
    worse = structs.replace(TODAY, urgency="now", harm=True)
    silenced = looked(telling_project, Known(LATE, worse, late))

    pages = [one for one in outbox.waiting(telling_project.ledger) if one.channel == "pager"]
    assert silenced[LATE.what].standing.urgency == "now", "the record goes on"
    assert [one.due for one in pages] == [until.timestamp()]


def test_a_file_that_cannot_be_used_is_said_and_in_nobodys_way(telling_project: Project) -> None:
    said: list[str] = []
    configured(telling_project.places.folder, "channels = 3")
    project = Project(telling_project.places, telling_project.ledger, said.append)

    assert looked(project, Known(LATE, TODAY))
    assert waiting(project) == []
    assert "nobody can be told of incidents" in said[0]


def test_a_channel_takes_what_is_as_urgent_as_it_says() -> None:
    assert [telling.takes(Log("today"), one) for one in ("now", "today", "this week")] == [
        True, True, False,
    ]  # fmt: skip
