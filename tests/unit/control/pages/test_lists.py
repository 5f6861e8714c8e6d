"""Lists that lead further."""

from datetime import UTC, datetime

from mainstay.control.pages import lists
from mainstay.core.answers import Answer

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
OPEN = {
    "id": 7, "what": "wait: x60 <explains> it", "cause": "the unit changed", "owner": "visits",
    "urgency": "now", "opened": NOON, "closed": None, "model": "no-show",
}  # fmt: skip
OVER = {**OPEN, "id": 3, "closed": NOON}
EVENTS = [
    {"seq": at, "time": NOON.isoformat(), "kind": kind, "subject": "no-show",
     "actor": "ada"}
    for at, kind in ((1, "Built"), (2, "Certified"))
]  # fmt: skip


def test_an_incident_says_how_many_models_it_hurts() -> None:
    facts = {"open": [{**OPEN, "models": ["no-show", "churn", "late"]}], "closed": []}

    drawn = lists.incidents("Incidents", Answer("1 open.", facts=facts))

    assert ">no-show and 2 more</td>" in drawn


def test_incidents_lead_to_their_pages_and_say_how_soon() -> None:
    drawn = lists.incidents("Incidents", Answer("1 open.", facts={"open": [OPEN], "closed": []}))

    assert '<a href="/incidents/7">7</a>' in drawn
    assert 'class="state fail"' in drawn
    assert "x60 &lt;explains&gt; it" in drawn
    assert 'href="/incidents?closed"' in drawn


def test_those_that_are_over_stand_apart() -> None:
    said = Answer("Nothing is open.", facts={"open": [], "closed": [OVER]})

    drawn = lists.incidents("Incidents", said)

    assert "Nothing is open." in drawn
    assert 'class="state pass"' in drawn
    assert '<a href="/incidents/3">3</a>' in drawn


def test_the_record_stands_newest_first() -> None:
    drawn = lists.history("Audit", Answer("2 events", facts={"events": EVENTS, "head": "2:ab"}))

    assert drawn.index("Certified") < drawn.index("Built")
    assert "2024-03-01 12:00" in drawn
    assert "ada" in drawn


def test_what_was_written_stands_before_what_nobody_wrote() -> None:
    clauses = [
        {"path": "serve.fallback", "value": "baseline", "stated": False, "meaning": "who answers",
         "where": ["door"]},
        {"path": "owner", "value": "<desk>", "stated": True, "meaning": "who hears", "where": []},
    ]  # fmt: skip

    drawn = lists.contract("Contract", Answer("2 clauses.", facts={"clauses": clauses}))

    assert drawn.index("owner") < drawn.index("serve.fallback")
    assert "&quot;&lt;desk&gt;&quot;" in drawn
    assert "for people" in drawn
