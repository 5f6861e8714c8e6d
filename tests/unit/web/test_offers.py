"""Forms stand only where the policy lets somebody act."""

from datetime import UTC, datetime

import pytest
from visiting import visit

from mainstay.control.commenting import Said
from mainstay.control.judging import Judged, Party
from mainstay.web import offers
from mainstay.web.visit import Visit

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
WAITS = Judged(
    model="no-show", version="v2", status="certified", champion="v1", certificate="c" * 64,
    payload="d" * 64, bundle="b" * 64, contract="e" * 64, revision=1, approver="vera",
    environment="production", not_after=NOON, pairs=(), parties=(Party("ana", ("built it",)),),
    changes=(), inputs=(), rows=(), against=(),
)  # fmt: skip


def as_(name: str, role: str) -> Visit:
    found = visit(role)
    return found._replace(principal=found.asker._replace(name=name))


def with_(**changes: object) -> Judged:
    return Judged(**{**{name: getattr(WAITS, name) for name in WAITS.__struct_fields__}, **changes})


def test_the_approver_named_may_sign_and_reject() -> None:
    drawn = offers.decide(as_("vera", "approver"), WAITS)

    assert 'class="sign"' in drawn
    assert "/models/no-show/versions/v2/reject" in drawn
    assert f'data-payload="{"d" * 64}"' in drawn


@pytest.mark.parametrize(
    ("name", "role", "words"),
    [
        ("vera", "ml-engineer", "you may not approve"),
        ("otto", "approver", "names vera"),
        ("ana", "approver", "nobody approves their own work"),
    ],
)
def test_anybody_else_reads_why_not(name: str, role: str, words: str) -> None:
    drawn = offers.decide(as_(name, role), WAITS)

    assert words in drawn
    assert "<form" not in drawn
    assert "mainstay approve v2" in drawn


def test_what_is_approved_may_be_deployed_by_whoever_may() -> None:
    approved = with_(status="approved")

    assert "/models/no-show/versions/v2/deploy" in offers.decide(as_("m", "ml-engineer"), approved)
    assert "<form" not in offers.decide(as_("vera", "approver"), approved)
    assert "<form" not in offers.decide(as_("vera", "approver"), with_(status="rejected"))


def test_stopping_harm_is_offered_widely_and_incidents_to_who_tends_them() -> None:
    assert "rollback" in offers.model(visit("approver"))
    assert offers.model(visit("viewer")) == ""
    assert "acknowledge" in offers.incident(visit("data-engineer"), 3, open_=True)
    assert offers.incident(visit("viewer"), 3, open_=True) == ""
    assert offers.incident(visit("data-engineer"), 3, open_=False) == ""


def test_what_somebody_said_is_text() -> None:
    said = Said(NOON, "vera", "<b>look</b>", "v1", 0, ())

    drawn = offers.comments(visit("viewer"), (said,), "/models/no-show/versions/v1")

    assert "&lt;b&gt;look&lt;/b&gt;" in drawn
    assert 'action="/models/no-show/versions/v1/comment"' in drawn
    assert offers.mentions(()) == ""


def test_every_form_carries_its_session() -> None:
    own = {"tokens": [], "keys": [], "password": True}
    drawn = (
        offers.settings(visit("viewer"), own), offers.people(visit("admin")),
        offers.model(visit("approver")), offers.incident(visit("data-engineer"), 3, open_=True),
        offers.decide(as_("vera", "approver"), WAITS),
    )  # fmt: skip

    for one in drawn:
        assert one.count("<form") == one.count('name="csrf" value="f"') > 0
