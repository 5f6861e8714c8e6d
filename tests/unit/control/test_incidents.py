"""Incidents as they stand: what explains what, and what is one matter."""

from datetime import timedelta

import small_project
from msgspec import structs
from receiving import finding, looked

from mainstay.control import incidents
from mainstay.control.causes import Case
from mainstay.control.harm import Standing
from mainstay.control.incidents import Held, Known
from mainstay.control.project import Project
from mainstay.core.nouns import Estimate
from mainstay.ledger.state import Incident, Silence

NOW = small_project.AFTER
LATE, DRIFT = finding("freshness", "weather"), finding("drift", "rain")


def held(
    number: int, model: str = "no-show", silence: Silence | None = None, **given: object
) -> Held:
    row = Incident(number, model, "freshness", "late", NOW.isoformat(), "", number)
    return Held(row, LATE, Standing(**given), silence)


def test_a_cause_carries_the_harm_of_what_it_explains(burning: Project) -> None:
    cost = Estimate(50, 40, 60, 9, "EUR")
    harm = Known(DRIFT, Standing("now", "half is lost", harm=True, cost=cost))
    late = Known(LATE, Standing("today", "late", source="weather.db"))

    judged = incidents.judged(burning.document.contract, (harm, late), (), NOW)

    (effect, cause), (carrying, nothing) = judged
    assert effect == harm
    assert (cause, nothing) == (Case(LATE, NOW), None)
    assert carrying.standing == Standing(
        "now", "half is lost", harm=True, cost=cost, source="weather.db"
    )


def test_one_source_in_error_is_one_matter_that_lists_all_it_hurts() -> None:
    first, second = held(1, source="weather.db"), held(4, "no-call", source="weather.db")
    elsewhere = held(5, source="other.db")
    hidden = held(2)._replace(finding=DRIFT, standing=Standing(by=1))

    found = incidents.groups((first, hidden, second, elsewhere))

    assert [one.lead.incident.id for one in found] == [1, 5]
    assert found[0].models == ("no-show", "no-call")
    assert [one.incident.id for one in found[0].hides] == [2]
    assert incidents.group_of((first, hidden, second), 2) == found[0]
    assert incidents.group_of((first,), 9) is None


def test_the_most_urgent_comes_first_and_what_explains_is_gone_stands_for_itself() -> None:
    calm, loud, left = held(1), held(2, urgency="now"), held(3, by=9)

    found = incidents.groups((calm, left, loud))

    assert [one.lead.incident.id for one in found] == [2, 1, 3]


def test_what_is_over_says_what_was_said_of_it_last(burning: Project) -> None:
    week = Standing("this week", "nothing is known to be lost")
    late = looked(burning, Known(LATE, week), Known(DRIFT, week))
    worse = Known(LATE, structs.replace(week, urgency="now"), late[LATE.what])
    looked(burning, worse, Known(DRIFT, week, late[DRIFT.what]))
    ledger, actor = burning.ledger, burning.actor
    ledger.append("ContractRegistered", "other", actor, {"digest": "c", "revision": 1})
    opened = next(iter(ledger.events(kind="IncidentOpened"))).payload
    other = ledger.append("IncidentOpened", "other", actor, opened).seq
    for number, model in ((late[LATE.what].incident.id, burning.model), (other, "other")):
        ledger.append("IncidentClosed", model, actor, {"incident": number})

    urgencies = {one.incident.id: one.standing.urgency for one in incidents.past(ledger, 9)}
    first = incidents.every(ledger, burning.model)

    assert urgencies == {late[LATE.what].incident.id: "now", other: "this week"}
    assert [one.standing.urgency for one in first] == ["now", "this week"]


def test_a_silence_ends_by_itself() -> None:
    until = NOW + timedelta(hours=1)
    quiet = held(1, silence=Silence(1, until.isoformat(), "known", 2))

    assert quiet.silent(NOW)
    assert not quiet.silent(until)
