"""What a certificate must prove before a version may answer, broken one by one."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from mainstay.core import digest
from mainstay.core.errors import Refused
from mainstay.core.nouns import Estimate, Evidence, Limit, ModelVersion, Verdict
from mainstay.seal import certificate as certificates
from mainstay.seal import dsse, keys, trust
from mainstay.seal.certificate import Certificate, Registered, Scope
from mainstay.seal.checks import verify
from mainstay.seal.dsse import Envelope, Signature
from mainstay.seal.trust import Role, Trust

CONTRACT = digest.of_bytes(b"contract")
MAY = datetime(2013, 5, 1, tzinfo=UTC)
AT_LEAST = Limit("at_least", 0.66)
HOLDS = Evidence(
    "roc_auc", "v1", "held-out March", "block bootstrap by day",
    estimate=Estimate(0.709, 0.681, 0.740, 27_564), limit=AT_LEAST, verdict=Verdict.PASS,
)  # fmt: skip


class World(NamedTuple):
    """Two people with keys, one bundle."""

    folder: Path

    def key(self, name: str) -> keys.Key:
        return keys.load(self.folder / "keys", name)

    @property
    def bundle(self) -> Path:
        return self.folder / "bundle"

    @property
    def trust(self) -> Trust:
        return trust.read(self.folder / "keys")

    def newcomer(self, name: str, *roles: Role) -> keys.Key:
        key = keys.new(self.folder / "keys", name)
        for role in roles:
            trust.trusted(self.folder / "keys", name, role)
        return key

    def certificate(self, **members: object) -> Certificate:
        files = digest.files(self.bundle)
        usual = {
            "version": ModelVersion("flight-delay", 1, digest.of_value(files), CONTRACT, (), {}),
            "registered": Registered(CONTRACT, revision=1, position=1, look=1),
            "datasets": (),
            "gates": (HOLDS,),
            "files": files,
            "authors": (self.key("alice").id,),
            "approver": "operations-lead",
            "scope": Scope("production"),
            "issued": datetime(2013, 4, 2, tzinfo=UTC),
            "not_after": datetime(2013, 9, 1, tzinfo=UTC),
        }
        return Certificate(**{**usual, **members})

    def signed(self, *names: str, **members: object) -> Envelope:
        """Signed by these people in order, without asking whether it would count."""
        first, *others = map(self.key, names or ("alice", "operations-lead"))
        envelope = dsse.signed(certificates.content(self.certificate(**members)), first)
        for key in others:
            envelope = dsse.countersigned(envelope, key)
        return envelope


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    (made.bundle / "engine").mkdir(parents=True)
    (made.bundle / "pylock.toml").write_text("lock-version = '1.0'\n")
    (made.bundle / "engine" / "model.txt").write_text("tree\n")
    made.newcomer("alice", "author")
    made.newcomer("operations-lead", "approver")
    return made


def refusal(world: World, envelope: Envelope, **question: object) -> str:
    """Why it is refused, the hint included."""
    usual = {"at": MAY, "environment": "production", "bundle": world.bundle}
    with pytest.raises(Refused) as refused:
        verify(envelope, world.trust, **{**usual, **question})
    return f"{refused.value} | {refused.value.hint}"


def test_what_is_not_broken_is_not_refused(world: World) -> None:
    found = verify(
        world.signed(), world.trust, at=MAY, environment="production", bundle=world.bundle
    )

    assert found == world.certificate()


def test_a_certificate_nobody_signed_is_refused(world: World) -> None:
    bare = msgspec.structs.replace(world.signed(), signatures=())

    assert "nobody has signed this" in refusal(world, bare)


def test_a_payload_changed_after_it_was_signed_is_refused(world: World) -> None:
    longer = certificates.content(world.certificate(not_after=datetime(2033, 1, 1, tzinfo=UTC)))
    forged = msgspec.structs.replace(world.signed(), payload=base64.b64encode(longer).decode())

    assert "the signature of alice" in refusal(world, forged)


def test_one_valid_signature_does_not_carry_an_invalid_one(world: World) -> None:
    good, approval = world.signed().signatures
    flipped = base64.b64encode(bytes(64)).decode()
    for pair in (
        (good, Signature(approval.keyid, flipped)),
        (Signature(good.keyid, flipped), approval),
    ):
        envelope = msgspec.structs.replace(world.signed(), signatures=pair)

        assert "does not hold" in refusal(world, envelope)


def test_a_signature_of_somebody_else_is_refused(world: World) -> None:
    good, approval = world.signed().signatures
    swapped = (Signature(approval.keyid, good.sig), Signature(good.keyid, approval.sig))

    assert "does not hold" in refusal(
        world, msgspec.structs.replace(world.signed(), signatures=swapped)
    )


def test_a_key_the_trust_file_does_not_hold_is_refused(world: World) -> None:
    stranger = world.newcomer("stranger")

    told = refusal(world, dsse.countersigned(world.signed(), stranger))

    assert f"signed by {stranger.id[:16]}, a key the trust file does not hold" in told
    assert "mainstay trust" in told


def test_a_payload_that_nobody_signed_is_never_parsed(world: World) -> None:
    bomb = base64.b64encode(b"[" * 200_000).decode()
    envelope = msgspec.structs.replace(world.signed(), payload=bomb)

    assert "the signature of alice" in refusal(world, envelope)


def test_signed_nonsense_is_refused(world: World) -> None:
    envelope = dsse.countersigned(
        dsse.signed(b"[" * 200_000, world.key("alice")), world.key("operations-lead")
    )

    assert "this is no certificate" in refusal(world, envelope)


def test_base64_in_another_spelling_is_refused(world: World) -> None:
    good = world.signed()
    first = good.signatures[0]
    spellings = (first.sig + "\n", first.sig.rstrip("="), first.sig.replace("=", "") + "====")
    for spelling in spellings:
        pair = (Signature(first.keyid, spelling), good.signatures[1])

        assert "base64" in refusal(world, msgspec.structs.replace(good, signatures=pair))


def test_an_envelope_with_an_unknown_field_is_refused(world: World) -> None:
    content = dsse.encoded(world.signed())
    for wrong in (content.replace(b"{", b'{"x":1,', 1), content[:-1], b"", b"null"):
        with pytest.raises(Refused, match="no signed envelope"):
            dsse.decoded(wrong)


def test_an_envelope_larger_than_the_bound_is_refused() -> None:
    with pytest.raises(Refused, match="larger than the 1,000,000 bytes"):
        dsse.decoded(b" " * 1_000_001)


def test_a_certificate_without_approval_is_refused(world: World) -> None:
    told = refusal(world, world.signed("alice"))

    assert "operations-lead has not approved flight-delay v1" in told
    assert "mainstay approve v1" in told


def test_the_approval_of_another_approver_is_refused(world: World) -> None:
    world.newcomer("other-lead", "approver")

    assert "operations-lead has not approved" in refusal(world, world.signed("alice", "other-lead"))


def test_an_approver_who_is_not_trusted_as_one_is_refused(world: World) -> None:
    world.newcomer("bob", "author")

    told = refusal(world, world.signed("alice", "bob", approver="bob"))

    assert "bob signed, but is not trusted as approver" in told


def test_an_approver_who_is_an_author_is_refused(world: World) -> None:
    authors = (world.key("alice").id, world.key("operations-lead").id)

    assert "nobody approves their own work" in refusal(world, world.signed(authors=authors))


def test_the_authors_own_key_does_not_approve_even_with_both_roles(world: World) -> None:
    trust.trusted(world.folder / "keys", "alice", "approver")

    assert "nobody approves" in refusal(world, world.signed("alice", approver="alice"))


def test_one_key_that_signs_twice_is_refused(world: World) -> None:
    once = world.signed("alice")
    twice = msgspec.structs.replace(once, signatures=once.signatures * 2)

    assert "signed twice: that is one person, not two" in refusal(world, twice)
    with pytest.raises(Refused, match="has signed this already"):
        dsse.countersigned(once, world.key("alice"))


def test_an_approver_alone_cannot_issue(world: World) -> None:
    assert "no author of flight-delay v1 has signed" in refusal(
        world, world.signed("operations-lead")
    )


def test_an_author_who_is_not_trusted_as_one_is_refused(world: World) -> None:
    carol = world.newcomer("carol", "approver")

    told = refusal(world, world.signed("carol", "operations-lead", authors=(carol.id,)))

    assert "no author of flight-delay v1 has signed who is trusted as author" in told


def test_an_expired_certificate_is_refused(world: World) -> None:
    told = refusal(world, world.signed(), at=datetime(2013, 9, 1, tzinfo=UTC))

    assert "expired at 2013-09-01T00:00:00+00:00" in told
    assert "certify --renew" in told


def test_a_certificate_not_yet_issued_is_refused(world: World) -> None:
    told = refusal(world, world.signed(), at=datetime(2013, 4, 1, tzinfo=UTC))

    assert "certified only from 2013-04-02" in told


def test_a_replay_certificate_at_a_production_door_is_refused(world: World) -> None:
    told = refusal(world, world.signed(scope=Scope("replay")))

    assert "certified for replay, not for production" in told


def test_a_production_certificate_at_a_replay_door_is_refused(world: World) -> None:
    told = refusal(world, world.signed(), environment="replay")

    assert "certified for production, not for replay" in told


TAMPERINGS: dict[str, Callable[[Path], object]] = {
    "engine/model.txt was changed": lambda b: (b / "engine" / "model.txt").write_text("other\n"),
    "pylock.toml was changed": lambda b: (b / "pylock.toml").write_text("lock-version = '2.0'\n"),
    "extra.py was added": lambda b: (b / "extra.py").touch(),
    "engine/model.txt was removed": lambda b: (b / "engine" / "model.txt").unlink(),
    "motor/model.txt was added, and 1 more": lambda b: (b / "engine").rename(b / "motor"),
    "link.txt is a symbolic link": lambda b: (b / "link.txt").symlink_to(b / "pylock.toml"),
}


@pytest.mark.parametrize("reason", TAMPERINGS)
def test_a_bundle_that_is_not_what_was_certified_is_refused(world: World, reason: str) -> None:
    envelope = world.signed()
    TAMPERINGS[reason](world.bundle)

    assert f"{reason} | " in refusal(world, envelope)


def test_a_certificate_without_any_gate_is_refused(world: World) -> None:
    assert "nothing was judged" in refusal(world, world.signed(gates=()))


def test_a_gate_that_gates_nothing_is_refused(world: World) -> None:
    for change in ({"limit": None}, {"verdict": None}):
        gate = msgspec.structs.replace(HOLDS, **change)

        assert "it gates nothing" in refusal(world, world.signed(gates=(HOLDS, gate)))


def gate(low: float, high: float, verdict: Verdict) -> Evidence:
    estimate = Estimate((low + high) / 2, low, high, 1000)
    return msgspec.structs.replace(HOLDS, estimate=estimate, verdict=verdict)


def test_a_gate_that_failed_is_refused_even_if_its_clause_is_accepted(world: World) -> None:
    failed = gate(0.60, 0.65, Verdict.FAIL)

    told = refusal(world, world.signed(gates=(HOLDS, failed), accepted_unsure=("roc_auc",)))

    assert "gate 'roc_auc' on 'held-out March' says fail" in told


def test_an_unsure_gate_not_accepted_beforehand_is_refused(world: World) -> None:
    unsure = gate(0.60, 0.70, Verdict.UNSURE)

    told = refusal(world, world.signed(gates=(HOLDS, unsure), accepted_unsure=("slices",)))

    assert "says unsure" in told


@pytest.mark.parametrize(
    ("low", "high", "comes_to"), [(0.60, 0.65, "fail"), (0.60, 0.70, "unsure")]
)
def test_a_verdict_that_its_numbers_do_not_give_is_refused(
    world: World, low: float, high: float, comes_to: str
) -> None:
    lie = gate(low, high, Verdict.PASS)

    told = refusal(world, world.signed(gates=(HOLDS, lie)))

    assert f"says pass, but what it measured comes to {comes_to}" in told


def test_a_pass_without_a_measurement_is_refused(world: World) -> None:
    unmeasured = msgspec.structs.replace(HOLDS, estimate=None)

    assert "comes to unsure" in refusal(world, world.signed(gates=(unmeasured,)))
