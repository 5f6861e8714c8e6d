"""Keys that people hold in a browser: their public half on record, trusted only by hand.

The trust file lies outside the project and no request changes it: whoever keeps it compares the
fingerprint that the person reads out with the one on record, and writes it down.
"""

import msgspec

from mainstay.control.commands import OfferKey, Trust
from mainstay.control.project import Project
from mainstay.core.answers import Answer
from mainstay.core.errors import Conflict, Missing, Mistake
from mainstay.seal import keys
from mainstay.seal.keys import short

LEAST = 16
"""Characters of an id that must be given, so that nobody else's key begins the same: 64 bits."""


class Offered(msgspec.Struct, frozen=True):
    """A public key on record. trusted: as what it is trusted, in words; empty: not."""

    key: str
    public: str
    trusted: str


def offer(project: Project, command: OfferKey) -> Answer:
    """Raises Mistake for what is no key, Conflict for one that is somebody else's."""
    name, raw = project.actor.name, _raw(command.public)
    key = keys.key_id(raw)
    holder = project.trust.holder(key)
    if holder and holder.name != name:
        raise Conflict(f"the key {short(key)} is that of {holder.name}", hint="make another one")
    if all(one.key != key for one in of(project, name)):
        said = {"name": name, "key": key, "public": raw.hex()}
        project.ledger.append("KeyOffered", "*", project.actor, said)
    next_ = f"mainstay trust {name} --role approver --key {short(key)}"
    return Answer(
        f"The key {short(key)} of {name} is on record.",
        lines=("it counts once whoever keeps the trust file has compared it with yours",),
        next="mainstay status" if holder else next_,
        facts={"name": name, "key": key},
    )


def of(project: Project, name: str) -> tuple[Offered, ...]:
    """All that somebody offered, oldest first."""
    trusted = {one.key: " and ".join(one.roles) for one in project.trust.principals}
    return tuple(
        Offered(said["key"], said["public"], trusted.get(said["key"], ""))
        for said in (one.payload for one in project.ledger.events(kind="KeyOffered"))
        if said["name"] == name
    )


def public(project: Project, command: Trust) -> bytes:
    """The key that is meant. Raises Mistake for too few characters, Missing for none of theirs."""
    if len(command.key) < LEAST:
        raise Mistake(
            f"{command.key!r} does not tell a key apart", hint=f"give {LEAST} characters or more"
        )
    theirs = of(project, command.name)
    one = next((one for one in theirs if one.key.startswith(command.key)), None)
    if one is None:
        known = ", ".join(short(one.key) for one in theirs)
        raise Missing(
            f"{command.name} offered no key {command.key}",
            hint=f"on record: {known}" if known else "the settings page of a browser makes one",
        )
    return bytes.fromhex(one.public)


def _raw(text: str) -> bytes:
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        raw = b""
    if len(raw) != keys.LENGTH:
        raise Mistake("this is no public key", hint=f"{keys.LENGTH} bytes of Ed25519, in hex")
    return raw
