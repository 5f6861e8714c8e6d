"""Silences: for a reason, until a time."""

from datetime import timedelta

import pytest
import small_project
from receiving import finding, looked

from mainstay.control import incidents
from mainstay.control.commands import Silence
from mainstay.control.harm import Standing
from mainstay.control.incidents import Known
from mainstay.control.project import Project
from mainstay.control.silencing import silence
from mainstay.core.errors import Conflict, Missing, Mistake
from mainstay.ledger.verify import verify

LATE = finding("freshness", "weather")
HOUR = timedelta(hours=1)
UNTIL = small_project.AFTER + HOUR


def test_a_silence_is_on_record_with_who_and_why(burning: Project) -> None:
    number = looked(burning, Known(LATE, Standing()))[LATE.what].incident.id

    said = silence(burning, Silence(number, UNTIL, "being mended"))

    [event] = burning.ledger.events(kind="IncidentSilenced")
    [held] = incidents.held(burning.ledger)
    assert event.payload["because"] == "being mended"
    assert event.actor == burning.actor
    assert held.silence is not None
    assert held.silent(small_project.AFTER)
    assert "until 2024-03-02 01:00 UTC" in said.headline
    assert verify(burning.ledger) == ()


@pytest.mark.parametrize(
    ("until", "because"),
    [(UNTIL, " "), (small_project.AFTER, "x"), (small_project.AFTER + 721 * HOUR, "x")],
)
def test_a_silence_without_reason_or_end_is_a_mistake(
    burning: Project, until: object, because: str
) -> None:
    number = looked(burning, Known(LATE, Standing()))[LATE.what].incident.id

    with pytest.raises(Mistake):
        silence(burning, Silence(number, until, because))


def test_what_is_not_open_cannot_be_silenced(burning: Project) -> None:
    number = looked(burning, Known(LATE, Standing()))[LATE.what].incident.id
    looked(burning, closed=(number,))

    with pytest.raises(Missing, match="no open incident"):
        silence(burning, Silence(number, UNTIL, "late"))
    said = {"incident": number, "until": UNTIL, "because": "late"}
    with pytest.raises(Conflict, match="no open incident"):
        burning.ledger.append("IncidentSilenced", burning.model, burning.actor, said)
