"""What holds, sentence by sentence; what does not stands in tests/refusals/test_certificate.py."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mainstay.core.errors import Missing, Mistake, Refused
from mainstay.core.nouns import Estimate, Evidence, Limit
from mainstay.seal import checks, dsse, keys, trust
from mainstay.seal.certificate import Certificate, issued
from mainstay.seal.dsse import Envelope

Made = Callable[..., Certificate]
MAY = datetime(2013, 5, 1, tzinfo=UTC)


def approved(certificate: Certificate, people: Path) -> Envelope:
    envelope = issued(certificate, keys.load(people, "alice"))
    lead = keys.load(people, "operations-lead")
    return checks.approved(envelope, lead, trust.read(people))


def test_an_approved_certificate_verifies(certificate: Made, people: Path, bundle: Path) -> None:
    envelope = approved(certificate(), people)

    found = checks.verify(
        envelope, trust.read(people), at=MAY, environment="production", bundle=bundle
    )

    assert found == certificate()


def test_every_check_says_what_holds(certificate: Made, people: Path, bundle: Path) -> None:
    asked = checks.presented(
        approved(certificate(), people), trust.read(people), at=MAY, environment="production",
        bundle=bundle,
    )  # fmt: skip

    told = [check(asked) for check in checks.CHECKS.values()]

    alice, lead = (keys.load(people, name).id[:16] for name in ("alice", "operations-lead"))
    assert told == [
        f"issued by alice ({alice})",
        f"approved by operations-lead ({lead})",
        "from 2013-04-02T00:00:00+00:00 until 2013-09-01T00:00:00+00:00",
        "for production, at most 100% of the traffic",
        "1 gates",
        f"2 files, {certificate().version.bundle[:16]}",
    ]


def test_it_holds_from_the_first_moment_and_not_at_the_last(
    certificate: Made, people: Path
) -> None:
    envelope, made = approved(certificate(), people), certificate()
    last = made.not_after - timedelta(microseconds=1)
    question = {"environment": "production", "bundle": None}

    for at in (made.issued, last):
        assert checks.verify(envelope, trust.read(people), at=at, **question) == made
    for at in (made.issued - timedelta(microseconds=1), made.not_after):
        with pytest.raises(Refused):
            checks.verify(envelope, trust.read(people), at=at, **question)


def test_an_unsure_gate_accepted_beforehand_is_told(certificate: Made, people: Path) -> None:
    unsure = Evidence(
        "slice", "v1", "carrier = FL", "bootstrap", estimate=Estimate(0.6, 0.5, 0.7, 90),
        limit=Limit("at_least", 0.55), verdict="unsure",
    )  # fmt: skip
    unmeasured = Evidence(
        "slice", "v1", "carrier = OO", "none", limit=Limit("at_least", 0.55), verdict="unsure"
    )
    envelope = approved(certificate(gates=(unsure, unmeasured), accepted_unsure=("slice",)), people)

    asked = checks.presented(
        envelope, trust.read(people), at=MAY, environment="production", bundle=None
    )

    assert checks.CHECKS["gates"](asked) == "2 gates, 2 of them unsure and accepted beforehand"


def test_a_time_without_zone_is_a_mistake(certificate: Made, people: Path) -> None:
    with pytest.raises(Mistake, match="has no zone"):
        checks.verify(
            approved(certificate(), people), trust.read(people),
            at=datetime(2013, 5, 1), environment="production", bundle=None,  # noqa: DTZ001
        )  # fmt: skip


def test_a_bundle_that_is_not_there_is_missing(certificate: Made, people: Path) -> None:
    with pytest.raises(Missing, match="no bundle"):
        checks.verify(
            approved(certificate(), people), trust.read(people), at=MAY,
            environment="production", bundle=people / "none",
        )  # fmt: skip


def test_an_approval_that_would_not_count_is_not_given(certificate: Made, people: Path) -> None:
    envelope = issued(certificate(), keys.load(people, "alice"))
    stranger = keys.new(people, "stranger")
    trust.trusted(people, "stranger", "approver")

    with pytest.raises(Refused, match="operations-lead has not approved"):
        checks.approved(envelope, stranger, trust.read(people))
    with pytest.raises(Refused, match="signed this already"):
        checks.approved(envelope, keys.load(people, "alice"), trust.read(people))


def test_an_approval_covers_the_very_bytes(certificate: Made, people: Path) -> None:
    envelope = issued(certificate(), keys.load(people, "alice"))

    both = checks.approved(envelope, keys.load(people, "operations-lead"), trust.read(people))

    assert both.payload == envelope.payload
    assert both.signatures[:1] == envelope.signatures
    assert len(dsse.signers(both, trust.read(people))) == 2
