"""A ledger of its own for every test, and one with a whole life in it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mainstay.core.nouns import Actor
from mainstay.ledger import blobs
from mainstay.ledger.store import Ledger

ALICE = Actor("alice", "ab" * 32)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "state" / "ledger.db") as opened:
        yield opened


@pytest.fixture
def told(ledger: Ledger) -> Callable[..., int]:
    """Appends by alice about flight-delay; the number of the event."""

    def append(kind: str, **payload: object) -> int:
        return ledger.append(kind, "flight-delay", ALICE, payload).seq

    return append


@pytest.fixture
def lived(ledger: Ledger, told: Callable[..., int]) -> Ledger:
    """Registered, judged, refused, certified, approved, renewed, deployed, broken, mended."""
    certificate, renewed = (blobs.stored(ledger.blobs, text) for text in (b"one", b"two"))
    march = {"since": "2013-03-01T00:00:00Z", "until": "2013-04-01T00:00:00Z"}
    told("ContractRegistered", digest="c1", revision=1)
    told("StepDone", key="k1", result={"rows": 7})
    told("Built", number=1, bundle="b1", contract="c1")
    told("HoldoutOpened", contract="c1", **march)
    told("CertificateRefused", number=1)
    told("HoldoutOpened", contract="c1", **march)
    told("Certified", number=1, certificate=certificate)
    told("Approved", number=1, certificate=certificate)
    told("Deployed", sequence=1, shares=[{"version": 1, "share": 1}])
    told("Built", number=2, bundle="b2", contract="c1")
    told("Certified", number=2, certificate=certificate)
    told("Rejected", number=2, reason="too soon")
    told("IncidentOpened", clause="pressure", what="inches, not hPa")
    told("IncidentClosed", incident=13)
    told("Renewed", number=1, certificate=renewed)
    return ledger
