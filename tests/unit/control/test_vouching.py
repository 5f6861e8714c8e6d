"""Labels that were in doubt count again, under a key and for a reason."""

import pytest
import small_project
from receiving import finding, looked

from mainstay.control import incidents, keeping, vouching
from mainstay.control.commands import NewKey, Trust, Vouch
from mainstay.control.harm import Standing
from mainstay.control.incidents import Known
from mainstay.control.matters import shown
from mainstay.control.project import Project
from mainstay.control.queries import Incident
from mainstay.control.vouching import vouch
from mainstay.core.errors import Missing, Mistake, Refused
from mainstay.ledger.verify import verify

TURNED = finding("labels", "turned")


@pytest.fixture
def trusted(burning: Project) -> Project:
    """While somebody with a trusted key acts."""
    keeping.new_key(NewKey(small_project.AUTHOR))
    keeping.trust_key(burning.places.folder, Trust(small_project.AUTHOR, "author"))
    return burning


def doubted(project: Project) -> int:
    return looked(project, Known(TURNED, Standing()))[TURNED.what].incident.id


def test_it_is_on_record_with_who_why_and_of_which_decisions(trusted: Project) -> None:
    number = doubted(trusted)

    said = vouch(trusted, Vouch(number, "the clinic confirmed every one by telephone"))

    [event] = trusted.ledger.events(kind="LabelsVouched")
    [one] = vouching.vouched(trusted)
    assert event.payload["because"] == "the clinic confirmed every one by telephone"
    assert event.actor == trusted.actor
    assert event.actor.key
    assert (one.kind, one.window.since) == ("turned", TURNED.window.since)
    assert said.next == "mainstay watch"
    assert [
        line for line in shown(trusted, Incident(number)).lines if line.startswith("vouched for")
    ]
    assert verify(trusted.ledger) == ()


def test_once_it_is_over_it_explains_no_broken_goal(trusted: Project) -> None:
    number, goal = doubted(trusted), finding("goal", "roc_auc")
    vouch(trusted, Vouch(number, "they are right"))

    looked(trusted, Known(goal, Standing()), closed=(number,))

    [held] = incidents.held(trusted.ledger)
    assert held.standing.by == 0


def test_what_nobody_vouched_for_goes_on_explaining(trusted: Project) -> None:
    number, goal = doubted(trusted), finding("goal", "roc_auc")

    looked(trusted, Known(goal, Standing()), closed=(number,))

    [held] = incidents.held(trusted.ledger)
    assert held.standing.by == number


def test_without_a_reason_or_a_doubt_it_is_a_mistake(trusted: Project) -> None:
    number = doubted(trusted)
    drift = finding("drift", "rain")
    other = looked(trusted, Known(drift, Standing()))[drift.what].incident.id

    with pytest.raises(Mistake, match="needs a reason"):
        vouch(trusted, Vouch(number, " "))
    with pytest.raises(Mistake, match="doubts no labels"):
        vouch(trusted, Vouch(other, "because"))
    with pytest.raises(Missing, match="no open incident"):
        vouch(trusted, Vouch(99, "because"))


def test_a_key_that_nobody_trusts_vouches_for_nothing(burning: Project) -> None:
    number = doubted(burning)
    keeping.new_key(NewKey(small_project.AUTHOR))

    with pytest.raises(Refused, match="is not trusted"):
        vouch(burning, Vouch(number, "they are right"))
    assert not list(burning.ledger.events(kind="LabelsVouched"))
