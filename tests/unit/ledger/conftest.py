"""A ledger of its own for every test, and one with a whole life in it."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mainstay.core.nouns import Actor
from mainstay.ledger import blobs
from mainstay.ledger.store import Ledger

SCHEMAS = itertools.count()
ALICE = Actor("alice", "ab" * 32)


@pytest.fixture(params=["file", "server"])
def ledger(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Ledger]:
    """In a file, then in a schema of its own on a server: one suite for both."""
    path, url = tmp_path / "state" / "ledger.db", ""
    if request.param == "server":
        url = f"{request.getfixturevalue('server')}?schema=of_{next(SCHEMAS)}"
    with Ledger(path, url) as opened:
        yield opened


@pytest.fixture
def on_server(tmp_path: Path, server: str) -> Iterator[Ledger]:
    """On a server only."""
    path = tmp_path / "state" / "ledger.db"
    with Ledger(path, f"{server}?schema=of_{next(SCHEMAS)}") as opened:
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
