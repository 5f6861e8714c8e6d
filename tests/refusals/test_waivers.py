"""What a waiver must prove before it excuses anything, broken one by one."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from mainstay.core import digest
from mainstay.core.errors import Refused
from mainstay.core.nouns import Estimate, Evidence, Limit, ModelVersion, Verdict
from mainstay.seal import certificate as certificates
from mainstay.seal import checks, dsse, keys, trust, waiver
from mainstay.seal.certificate import Certificate, Registered, Scope
from mainstay.seal.dsse import Signature
from mainstay.seal.waiver import Missed, Signed, Waiver

CONTRACT = digest.of_bytes(b"contract")
FILES = {"pylock.toml": digest.of_bytes(b"lock")}
BUNDLE = digest.of_value(FILES)
ISSUED, ENDS = datetime(2013, 4, 2, tzinfo=UTC), datetime(2013, 6, 1, tzinfo=UTC)
BROKEN = Evidence(
    "slices, carrier = FL", "v1", "hold-out", "block bootstrap",
    estimate=Estimate(0.601, 0.566, 0.636, 1204), limit=Limit("at_least", 0.64),
    verdict=Verdict.FAIL,
)  # fmt: skip
Change = Callable[..., object]


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """Alice made it, lead approves, risk may waive, bob has no role that may."""
    roles = {"alice": ("author", "approver"), "lead": ("approver",), "risk": ("approver",)}
    for name in (*roles, "bob"):
        keys.new(tmp_path, name)
        for role in roles.get(name, ("author",)):
            trust.trusted(tmp_path, name, role)
    return tmp_path


def waived(people: Path, by: str = "risk", **changes: object) -> Signed:
    about = Missed("flight-delay", "v1", BUNDLE, CONTRACT, BROKEN)
    made = Waiver(about, "a new carrier", by, ISSUED - timedelta(days=1), ENDS)
    return waiver.signed(msgspec.structs.replace(made, **changes), keys.load(people, by))


def certified(people: Path, *waivers: Signed, **changes: object) -> Certificate:
    usual = {
        "version": ModelVersion("flight-delay", 1, BUNDLE, CONTRACT, (), {}),
        "registered": Registered(CONTRACT, revision=1, position=1, look=2),
        "datasets": (), "gates": (BROKEN,), "files": FILES,
        "authors": (keys.load(people, "alice").id,), "approver": "lead",
        "scope": Scope("production"), "issued": ISSUED, "not_after": ENDS, "waivers": waivers,
    }  # fmt: skip
    return Certificate(**{**usual, **changes})


def verified(people: Path, *waivers: Signed, **changes: object) -> Certificate:
    """As a door asks, with both signatures on the certificate whatever it says."""
    made = certified(people, *waivers, **changes)
    envelope = dsse.signed(certificates.content(made), keys.load(people, "alice"))
    both = dsse.countersigned(envelope, keys.load(people, "lead"))
    question = {"at": ISSUED, "environment": "production", "bundle": None}
    return checks.verify(both, trust.read(people), **question)


def refusal(people: Path, *waivers: Signed, **changes: object) -> str:
    with pytest.raises(Refused) as refused:
        verified(people, *waivers, **changes)
    return str(refused.value)


def test_a_waiver_that_holds_excuses_its_gate(people: Path) -> None:
    assert verified(people, waived(people)).waivers == (waived(people),)


def test_without_it_the_gate_is_broken(people: Path) -> None:
    assert "says fail" in refusal(people)


def test_a_forged_signature_is_refused(people: Path) -> None:
    good = waived(people)
    forged = Signature(good.signature.keyid, base64.b64encode(bytes(64)).decode())

    told = refusal(people, msgspec.structs.replace(good, signature=forged))

    assert "the signature of risk" in told


@pytest.mark.parametrize(
    "change",
    [
        {"expires": ENDS + timedelta(days=900)},
        {"reason": "because"},
        {"by": "lead"},
        {"signed": ISSUED - timedelta(days=9)},
    ],
)
def test_what_was_changed_after_it_was_signed_is_refused(
    people: Path, change: dict[str, object]
) -> None:
    good = waived(people)
    other = msgspec.structs.replace(good.waiver, **change)

    assert "does not hold" in refusal(people, msgspec.structs.replace(good, waiver=other))


def test_one_of_another_gate_excuses_nothing(people: Path) -> None:
    other = msgspec.structs.replace(BROKEN, clause="slices, carrier = OO")
    about = Missed("flight-delay", "v1", BUNDLE, CONTRACT, other)

    assert "says fail" in refusal(people, waived(people, shortfall=about))


@pytest.mark.parametrize(
    "members",
    [{"model": "other"}, {"version": "v2"}, {"bundle": "0" * 64}, {"contract": "0" * 64}],
)
def test_one_of_another_version_is_refused(people: Path, members: dict[str, str]) -> None:
    about = Missed("flight-delay", "v1", BUNDLE, CONTRACT, BROKEN)
    other = waived(people, shortfall=msgspec.structs.replace(about, **members))

    assert "the waiver of 'slices, carrier = FL' is of" in refusal(people, other)


def test_an_author_excuses_nothing_whatever_else_they_are(people: Path) -> None:
    assert "nobody excuses their own work" in refusal(people, waived(people, "alice"))


def test_who_is_no_approver_may_not_waive(people: Path) -> None:
    assert "bob may not waive" in refusal(people, waived(people, "bob"))


def test_a_key_that_nobody_trusts_is_refused(people: Path, tmp_path: Path) -> None:
    stranger = keys.new(tmp_path / "elsewhere", "risk")
    good = waived(people)

    assert "does not hold" in refusal(people, _by(good, stranger, good.signature.keyid))
    assert "the trust file does not hold" in refusal(people, _by(good, stranger, stranger.id))


def _by(one: Signed, key: keys.Key, claimed: str) -> Signed:
    made = waiver.signed(one.waiver, key).signature
    return Signed(one.waiver, msgspec.structs.replace(made, keyid=claimed))


def test_no_certificate_outlives_its_waiver(people: Path) -> None:
    with pytest.raises(ValueError, match="outlives a waiver"):
        certified(people, waived(people), not_after=ENDS + timedelta(days=1))


def test_one_that_came_after_the_certificate_is_refused(people: Path) -> None:
    late = waived(people, signed=ISSUED + timedelta(days=1))

    assert "was not in force" in refusal(people, late)


@pytest.mark.parametrize("clause", ["parity, ordinary rows", "clean_room", "time_travel"])
def test_a_proof_stays_broken_whoever_waives_it(people: Path, clause: str) -> None:
    proof = msgspec.structs.replace(BROKEN, clause=clause)
    about = Missed("flight-delay", "v1", BUNDLE, CONTRACT, proof)

    told = refusal(people, waived(people, shortfall=about), gates=(proof,))

    assert "says fail" in told
