"""A waiver: one gate of one version excused by a person, for a reason, until a time, signed.

It is bound to the bundle, the contract and the evidence that its signer saw: the same clause on
other rows, or against another limit, is another gate. It excuses what a version is worth, never the
proofs that what answers is what was judged.
"""

import base64
from datetime import datetime

import msgspec

from mainstay.core import digest
from mainstay.core.errors import Mistake, Refused
from mainstay.core.nouns import Evidence, Verdict
from mainstay.seal import dsse
from mainstay.seal.dsse import Envelope, Signature
from mainstay.seal.keys import Key, short
from mainstay.seal.terms import Digest, Moment, Text
from mainstay.seal.trust import Principal, Trust

WAIVER = "application/vnd.mainstay.waiver+json"
PROOFS = ("parity", "clean_room", "time_travel")
"""Gates that nobody can excuse: where they are broken, all other numbers are of something else."""


class Missed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A gate that a version does not pass, as it was measured."""

    model: Text
    version: Text
    bundle: Digest
    contract: Digest
    gate: Evidence


class Waiver(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is signed; in force in [signed, expires)."""

    shortfall: Missed
    reason: Text
    by: Text
    signed: Moment
    expires: Moment

    @property
    def clause(self) -> str:
        """The gate it is about."""
        return self.shortfall.gate.clause

    def excuses(self, gate: Evidence) -> bool:
        """Whether it is about this gate: the same clause, rows and limit, and not passed."""
        seen = self.shortfall.gate
        same = (gate.clause, gate.window, gate.limit) == (seen.clause, seen.window, seen.limit)
        return same and gate.verdict is not Verdict.PASS and excusable(gate)


class Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A waiver and the signature over its canonical JSON."""

    waiver: Waiver
    signature: Signature


def excusable(gate: Evidence) -> bool:
    """Whether a person may excuse it at all: it gates something, and is no proof."""
    return gate.limit is not None and gate.clause.partition(",")[0] not in PROOFS


def signed(waiver: Waiver, key: Key) -> Signed:
    """The waiver, signed. Raises Mistake for one that cannot be read back."""
    if waiver.signed >= waiver.expires:
        raise Mistake("a waiver that is over excuses nothing", hint="--until a later day")
    return Signed(waiver, dsse.signed(_content(waiver), key, WAIVER).signatures[0])


def signer(one: Signed, trust: Trust) -> Principal:
    """Who signed it. Raises Refused unless the signature holds, of the approver it names."""
    (found,) = dsse.signers(_envelope(one), trust)
    if found.name != one.waiver.by:
        raise Refused(f"the waiver is said to be by {one.waiver.by}, but {found.name} signed it")
    if "approver" not in found.roles:
        raise Refused(
            f"{found.name} may not waive {one.waiver.clause!r}: not trusted as approver",
            hint=f"mainstay trust {found.name} --role approver",
        )
    return found


def refuse_authors(by: Principal, one: Waiver, authors: tuple[str, ...]) -> None:
    """Raises Refused where whoever waives is one of them; authors: ids of their keys."""
    if by.key in authors:
        raise Refused(
            f"{by.name} ({short(by.key)}) is an author of {one.shortfall.model}"
            f" {one.shortfall.version}: nobody excuses their own work",
            hint="somebody else must waive it",
        )


def in_force(one: Waiver, at: datetime) -> bool:
    """Whether it excuses anything at a moment."""
    return one.signed <= at < one.expires


def _envelope(one: Signed) -> Envelope:
    payload = base64.b64encode(_content(one.waiver)).decode()
    return Envelope(WAIVER, payload, (one.signature,))


def _content(waiver: Waiver) -> bytes:
    try:
        same = msgspec.json.decode(digest.canonical(waiver), type=Waiver)
    except (msgspec.MsgspecError, TypeError) as error:
        raise Mistake(f"this waiver cannot be written: {error}") from error
    return digest.canonical(same)
