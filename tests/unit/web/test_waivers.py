"""A waiver in the browser: the bytes that are signed are those that the page says in words."""

import base64
import re

import msgspec
import pytest
from visiting import visit

from mainstay.core import digest
from mainstay.core.answers import Answer
from mainstay.core.errors import Mistake
from mainstay.core.nouns import Estimate, Evidence, Limit, Verdict
from mainstay.seal.waiver import Missed, Waiver
from mainstay.web import waivers
from mainstay.web.visit import Visit

SHORT = Evidence(
    "roc_auc", "v2", "held out", "bootstrap", estimate=Estimate(0.7, 0.6, 0.8, 900, ""),
    limit=Limit("at_least", 0.75), verdict=Verdict.UNSURE,
)  # fmt: skip
PROOF = msgspec.structs.replace(SHORT, clause="parity", verdict=Verdict.FAIL)
HOLDS = msgspec.structs.replace(SHORT, clause="latency", verdict=Verdict.PASS)
MISSED = Missed("no-show", "v2", "0" * 64, "1" * 64, SHORT)


def at(query: str) -> Visit:
    found = visit("approver")
    found.request.scope["query_string"] = query.encode()
    return found


def shown(query: str) -> str:
    said = Answer("x", facts={"shortfall": msgspec.to_builtins(MISSED)})
    return waivers.content(at(query), "Waive a gate", said)


def test_only_what_falls_short_and_is_no_proof_can_be_chosen() -> None:
    said = Answer("x", evidence=(SHORT, PROOF, HOLDS), facts={"version": "v2"})

    drawn = waivers.content(visit("approver"), "Waive a gate", said)

    assert 'href="/models/no-show/versions/v2/waive?clause=roc_auc"' in drawn
    assert "clause=parity" not in drawn
    assert "clause=latency" not in drawn


def test_reason_and_end_are_asked_for_first_and_nothing_is_signed() -> None:
    drawn = shown("clause=roc_auc")

    assert 'name="because"' in drawn
    assert 'type="date"' in drawn
    assert 'class="waive"' not in drawn


def test_what_is_signed_says_what_the_page_says() -> None:
    drawn = shown("clause=roc_auc&because=next+%3Cyear%3E&until=2100-04-01")
    payload = base64.b64decode(re.search(r'name="payload" value="([^"]+)"', drawn)[1])

    made = msgspec.json.decode(payload, type=Waiver)

    assert (made.shortfall, made.reason, made.by) == (MISSED, "next <year>", "vera")
    assert f"{made.expires:%Y-%m-%d}" == "2100-04-01"
    assert f'data-payload="{digest.of_bytes(payload)}"' in drawn
    assert payload == digest.canonical(made)
    assert 'data-reason="next &lt;year&gt;"' in drawn
    assert "mainstay waive v2 &#x27;roc_auc&#x27;" in drawn


def test_a_day_that_is_none_is_told() -> None:
    with pytest.raises(Mistake, match="is no day"):
        shown("clause=roc_auc&because=x&until=soon")


@pytest.mark.parametrize(
    ("role", "status", "some", "ways"),
    [
        ("approver", "refused", (SHORT,), 1),
        ("viewer", "refused", (SHORT,), 0),
        ("approver", "certified", (SHORT,), 0),
        ("approver", "refused", (HOLDS, PROOF), 0),
    ],
)
def test_the_way_there_stands_where_something_can_be_excused(
    role: str, status: str, some: tuple[Evidence, ...], ways: int
) -> None:
    assert waivers.link(visit(role), "v2", status, some).count("/waive") == ways
