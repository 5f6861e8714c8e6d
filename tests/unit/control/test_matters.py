"""`incident list` and `show`."""

from datetime import timedelta

import pytest
import small_project
from receiving import configured, finding, looked

from mainstay.control import matters
from mainstay.control.commands import Silence
from mainstay.control.harm import Standing
from mainstay.control.incidents import Known
from mainstay.control.project import Project
from mainstay.control.queries import Incident, Incidents
from mainstay.control.silencing import silence
from mainstay.core.errors import Missing
from mainstay.core.nouns import Estimate, Verdict

LATE, DRIFT = finding("freshness", "weather"), finding("drift", "rain")
COST = Estimate(50, 40, 60, 9, "EUR")
TODAY = Standing("today", "late", source="weather.db", cost=COST, good=small_project.START)


def test_nothing_open_is_said_so(burning: Project) -> None:
    said = matters.listed(burning, Incidents())

    assert (said.headline, said.verdict) == ("Nothing is open.", Verdict.PASS)


def test_a_matter_says_whose_it_is_what_it_costs_and_what_it_explains(burning: Project) -> None:
    late = looked(burning, Known(DRIFT, Standing()), Known(LATE, TODAY))[LATE.what]

    said = matters.listed(burning, Incidents())

    assert said.headline == "1 open, 0 to act on now."
    for one in ("today", "no-show", "who: do", "EUR 50 a day (40 to 60)", "explains 3: drift"):
        assert one in "\n".join(said.lines)
    assert said.facts["open"][0]["explains"][0]["by"] == late.incident.id


def test_one_shows_its_story(burning: Project) -> None:
    configured(burning.places.folder, '[channels.ops]\nkind = "log"\n')
    late = looked(burning, Known(DRIFT, Standing()), Known(LATE, TODAY))[LATE.what].incident.id
    silence(burning, Silence(late, small_project.AFTER + timedelta(days=1), "being mended"))

    said = matters.shown(burning, Incident(late))
    hidden = matters.shown(burning, Incident(late + 1))

    text = "\n".join(said.lines)
    for one in ("last good    2024-01-01", "weather.db", "being mended", "told         ops"):
        assert one in text
    assert f"explained by incident {late}" in "\n".join(hidden.lines)
    assert hidden.next == f"mainstay incident show {late}"


def test_what_is_over_is_shown_when_asked_for(burning: Project) -> None:
    late = looked(burning, Known(LATE, TODAY))[LATE.what].incident.id
    looked(burning, closed=(late,))

    assert matters.listed(burning, Incidents()).lines == ()
    assert "● over" in matters.listed(burning, Incidents(closed=True)).lines[0]
    assert matters.asked(burning, Incident(late)).verdict is Verdict.PASS
    with pytest.raises(Missing, match="no incident 99"):
        matters.asked(burning, Incident(99))
