"""What a look changes of incidents, on record."""

from datetime import timedelta

import lived
import small_project
from msgspec import structs
from receiving import finding, looked

from mainstay.control.harm import Standing
from mainstay.control.incidents import Known
from mainstay.control.project import Project
from mainstay.ledger.verify import verify

LATE, DRIFT = finding("freshness", "weather"), finding("drift", "rain")
TODAY = Standing("today", "late", source="weather.db", good=small_project.START)
WEEK = Standing("this week", "nothing is known to be lost")


def kinds(project: Project) -> list[str]:
    return [one.kind for one in project.ledger.events()][1:]


def test_what_a_late_source_moves_is_on_record_and_names_it(burning: Project) -> None:
    found = looked(burning, Known(DRIFT, WEEK), Known(LATE, TODAY))

    late, drift = found[LATE.what], found[DRIFT.what]
    assert (late.standing.by, drift.standing.by) == (0, late.incident.id)
    assert kinds(burning) == ["IncidentOpened", "IncidentOpened"]
    assert verify(burning.ledger) == ()


def test_only_what_changes_what_somebody_does_is_a_change(burning: Project) -> None:
    before = looked(burning, Known(LATE, TODAY))[LATE.what]
    later = structs.replace(TODAY, why="later still", good=small_project.END)
    looked(burning, Known(structs.replace(LATE, what="worse"), later, before))
    worse = Known(LATE, structs.replace(TODAY, urgency="now", harm=True), before)
    after = looked(burning, worse)[LATE.what]

    assert kinds(burning) == ["IncidentOpened", "IncidentChanged"]
    assert after.standing.urgency == "now"
    assert after.standing.good == small_project.START, "before it began"


def test_what_remains_when_its_cause_was_long_over_stands_for_itself(burning: Project) -> None:
    folder = burning.places.folder
    found = looked(burning, Known(DRIFT, WEEK), Known(LATE, TODAY))
    lived.set_clock(folder, small_project.AFTER + timedelta(days=2))
    drift = found[DRIFT.what]
    looked(burning, Known(DRIFT, WEEK, drift), closed=(found[LATE.what].incident.id,))
    soon = looked(burning, Known(DRIFT, WEEK, drift))[DRIFT.what]
    lived.set_clock(folder, small_project.AFTER + timedelta(days=5))
    late = looked(burning, Known(DRIFT, WEEK, soon))[DRIFT.what]

    assert (soon.standing.by, late.standing.by) == (found[LATE.what].incident.id, 0)
    assert kinds(burning)[2:] == ["IncidentClosed", "IncidentChanged"]
