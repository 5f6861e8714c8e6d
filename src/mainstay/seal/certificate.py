"""The certificate: why a version may go live, where and until when; an in-toto Statement v1.

Source: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import msgspec

from mainstay.core import digest
from mainstay.core.errors import Mistake, Refused
from mainstay.core.nouns import Dataset, Evidence, ModelVersion
from mainstay.seal import dsse
from mainstay.seal.dsse import Envelope
from mainstay.seal.keys import Key
from mainstay.seal.terms import Count, Digest, Moment, Text
from mainstay.seal.trust import Trust
from mainstay.seal.waiver import Signed, Waiver

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://mainstay.dev/certificate/v1"
LOCK = "pylock.toml"

Environment = Literal["production", "replay"]


class Registered(msgspec.Struct, frozen=True):
    """The contract on record before anything was judged: its event in the ledger, the look."""

    contract: Digest
    revision: Count
    position: Count
    look: Count


class Scope(msgspec.Struct, frozen=True):
    """Where it may answer, and the largest share of the traffic, in (0, 1]."""

    environment: Environment
    traffic: Annotated[float, msgspec.Meta(gt=0, le=1)] = 1.0


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a signature of a certificate covers.

    files: path -> SHA-256 of every file of the bundle (core.digest.files); datasets: what the
    gates were judged on, those of training stand in the version; accepted_unsure: clauses that
    the contract named before the held-out rows were opened; waivers: signed exceptions, none of
    which ends before it; authors: key ids of everybody who made the version; approver: the name of
    the one who must sign besides; supersedes: digest of the envelope before, empty for the first;
    term: why it ends then. Valid in [issued, not_after).
    """

    version: ModelVersion
    registered: Registered
    datasets: tuple[Dataset, ...]
    gates: tuple[Evidence, ...]
    files: dict[str, Digest]
    authors: Annotated[tuple[Digest, ...], msgspec.Meta(min_length=1)]
    approver: Text
    scope: Scope
    issued: Moment
    not_after: Moment
    accepted_unsure: tuple[str, ...] = ()
    not_covered: tuple[str, ...] = ()
    baselines: tuple[Evidence, ...] = ()
    waivers: tuple[Signed, ...] = ()
    supersedes: str = ""
    term: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError where two of its members contradict each other."""
        if LOCK not in self.files:
            raise ValueError(f"the bundle has no {LOCK}: its environment is not locked")
        if self.subjects["bundle"] != self.version.bundle:
            raise ValueError("the files are not those of the version's bundle")
        if self.registered.contract != self.version.contract:
            raise ValueError("the contract registered is not the one the version was built for")
        if self.not_after <= self.issued:
            raise ValueError("it ends before it begins")
        if any(self.not_after > one.waiver.expires for one in self.waivers):
            raise ValueError("it outlives a waiver that it hangs on")

    @property
    def subjects(self) -> dict[str, str]:
        """What it is about: digest of the bundle's folder, digest of its environment's lock."""
        return {"bundle": digest.of_value(self.files), "environment": self.files[LOCK]}

    def waiver(self, gate: Evidence) -> Waiver | None:
        """What excuses a gate of it; whether its signature holds is for `checks` to say."""
        return next((one.waiver for one in self.waivers if one.waiver.excuses(gate)), None)

    @property
    def name(self) -> str:
        """`flight-delay v3`: how people call it."""
        return f"{self.version.model} {self.version.name}"


class _Subject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    digest: dict[str, str]


class _Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    type: str = msgspec.field(name="_type")
    subject: tuple[_Subject, ...]
    predicate_type: str = msgspec.field(name="predicateType")
    predicate: Certificate


def issued(certificate: Certificate, author: Key) -> Envelope:
    """The certificate signed by one of its authors; an approver's signature is still missing.

    Raises Refused for a key that is no author's, Mistake for content that cannot be read back.
    """
    if author.id not in certificate.authors:
        raise Refused(
            f"{author.name} is not an author of {certificate.name}",
            hint="the key that signs must be one of the authors",
        )
    return dsse.signed(content(certificate), author)


def opened(envelope: Envelope, trust: Trust) -> Certificate:
    """The certificate in an envelope: read only after all its signatures hold. Raises Refused."""
    return parsed(dsse.payload(envelope, trust))


def content(certificate: Certificate) -> bytes:
    """The statement as canonical JSON. Raises Mistake for what cannot be read back."""
    try:
        same = _decoded(digest.canonical(_statement(certificate)))
    except (msgspec.MsgspecError, TypeError) as error:
        raise Mistake(
            f"the certificate of {certificate.name} cannot be written: {error}",
            hint="every number must be finite, every time have a zone, every digest be SHA-256",
        ) from error
    return digest.canonical(same)


def parsed(payload: bytes) -> Certificate:
    """The certificate of a statement whose signatures hold.

    Raises Refused for another type, a field that is not known or members that do not agree.
    """
    try:
        statement = _decoded(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(f"this is no certificate: {error}") from error
    if (statement.type, statement.predicate_type) != (STATEMENT, PREDICATE):
        raise Refused(f"this is a {statement.predicate_type!r}, not a certificate of Mainstay")
    strangers = list(_strangers(msgspec.json.decode(payload), msgspec.to_builtins(statement)))
    if strangers:
        raise Refused(
            f"the certificate holds {strangers[0]}, which this version does not know",
            hint="verify it with the version of Mainstay that issued it, or a newer one",
        )
    if statement.subject != _statement(statement.predicate).subject:
        raise Refused("the subjects of the statement are not those of the certificate in it")
    return statement.predicate


def _statement(certificate: Certificate) -> _Statement:
    subjects = (_Subject(name, {"sha256": sha}) for name, sha in certificate.subjects.items())
    return _Statement(STATEMENT, tuple(subjects), PREDICATE, certificate)


def _decoded(payload: bytes) -> _Statement:
    return msgspec.json.decode(payload, type=_Statement)


def _strangers(found: Any, known: Any, place: str = "") -> Iterator[str]:
    """Names in what was found that are not in what was understood, at any depth.

    Not by comparing bytes: a field that a later version adds must not void old certificates.
    """
    if isinstance(found, dict) and isinstance(known, dict):
        for name, value in found.items():
            if name in known:
                yield from _strangers(value, known[name], f"{place}{name}.")
            else:
                yield f"{place}{name}"
    elif isinstance(found, list) and isinstance(known, list | tuple):
        for one, other in zip(found, known, strict=True):
            yield from _strangers(one, other, place)
