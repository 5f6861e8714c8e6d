"""Who answers which share of the requests: one signed table that a door follows.

The sequence rises with every change, also with a rollback; so an old table cannot be replayed.
"""

import math
from pathlib import Path
from typing import Annotated

import msgspec

from mainstay.core import digest
from mainstay.core.errors import Mistake, Refused
from mainstay.seal import dsse
from mainstay.seal.certificate import Environment
from mainstay.seal.dsse import Envelope
from mainstay.seal.keys import Key, short
from mainstay.seal.terms import Count, Digest, Moment, Text
from mainstay.seal.trust import Trust

FILE = "routing.json"
ROUTING = "application/vnd.mainstay.routing+json"
BUNDLES, CERTIFICATES, ENVIRONMENTS = "bundles", "certificates", "environments"
"""Folders beside the table: bundles by digest, envelopes by the digest of the file, and the Python
environments of models that no native engine answers, by lock."""


class Share(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A version and its part of the requests, in [0, 1]; certificate: digest of the envelope."""

    version: Text
    bundle: Digest
    certificate: Digest
    share: Annotated[float, msgspec.Meta(ge=0, le=1)]


class Shadow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A version that answers nobody: it scores a share of the rows after their answers went.

    It decides nothing, so it needs no certificate; the signature of the table vouches for the
    digest of its bundle.
    """

    version: Text
    bundle: Digest
    share: Annotated[float, msgspec.Meta(gt=0, le=1)]


class Routing(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The whole table of one model; the first share is the champion, a second one the canary.

    previous: the version that was live before, where it answers for a champion that cannot.

    Two shares make one whole. What a single one leaves is answered by its baseline: a first version
    has no other beside it. person: what it leaves a person decides, not its baseline.
    """

    model: Text
    sequence: Count
    environment: Environment
    issued: Moment
    shares: Annotated[tuple[Share, ...], msgspec.Meta(min_length=1, max_length=2)]
    previous: Share | None = None
    shadow: Shadow | None = None
    person: bool = False

    def __post_init__(self) -> None:
        """Raises ValueError unless the shares make one whole of different versions."""
        total = math.fsum(one.share for one in self.shares)
        if len(self.shares) > 1 and abs(total - 1) > 1e-9:
            raise ValueError(f"the shares come to {total:g}, not to 1")
        if len({one.version for one in self.shares}) < len(self.shares):
            raise ValueError("a version has two shares")


def signed(routing: Routing, key: Key) -> Envelope:
    """The table in an envelope. Raises Mistake for one that cannot be read back."""
    payload = digest.canonical(routing)
    try:
        msgspec.json.decode(payload, type=Routing)
    except msgspec.MsgspecError as error:
        raise Mistake(f"this routing of {routing.model} cannot be written: {error}") from error
    return dsse.signed(payload, key, ROUTING)


def opened(envelope: Envelope, trust: Trust) -> Routing:
    """The table in an envelope, read only after all its signatures hold. Raises Refused."""
    payload = dsse.payload(envelope, trust, ROUTING)
    _permitted(envelope, trust)
    try:
        return msgspec.json.decode(payload, type=Routing)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Refused(f"this is no routing: {error}") from error


def read(path: Path, trust: Trust) -> Routing:
    """The table of a serving folder. Raises Refused with the reason, Missing."""
    return opened(dsse.read(path), trust)


def _permitted(envelope: Envelope, trust: Trust) -> None:
    """Raises Refused unless one who signed is trusted with a role."""
    signers = dsse.signers(envelope, trust)
    if not any(one.roles for one in signers):
        raise Refused(
            f"{signers[0].name} ({short(signers[0].key)}) signed the routing and has no role",
            hint=f"mainstay trust {signers[0].name} --role author",
        )
