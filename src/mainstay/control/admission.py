"""Who is asking, by what they show: a token, a session, a password, an invitation.

All of it runs out by the machine's clock, also where the project lives in a replay.
"""

import hmac
import secrets
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from mainstay.control import passwords
from mainstay.control.project import Project
from mainstay.control.roles import EVERY, Principal, Seat
from mainstay.core.errors import Conflict, Missing, Mistake, Refused
from mainstay.core.nouns import Actor
from mainstay.ledger import credentials, state
from mainstay.ledger.credentials import Credential
from mainstay.ledger.store import Ledger
from mainstay.seal.keys import NAME
from mainstay.seal.tokens import PREFIX

TOKEN = f"{PREFIX}control_"
"""How tokens of the control plane begin, so that searches for secrets find them."""
IDLE, LONGEST = timedelta(hours=12), timedelta(days=7)
"""A session ends when it was not used for so long, and in any case after so long."""
SETUP = "setup"
"""The label of the invitation by which the first person comes in; it names nobody."""
_OFTEN = 60.0
"""Seconds until it is written down again that something is used."""


class Session(NamedTuple):
    """What a browser holds: the secret of its cookie, and what its forms carry besides."""

    secret: str
    form: str


class Entered(NamedTuple):
    """Who asks by a session, and what their forms must carry."""

    principal: Principal
    form: str


def by_token(ledger: Ledger, text: str, now: datetime) -> Principal | None:
    """Whose token it is, narrowed to its scopes."""
    one = credentials.found(ledger, text, "token", now.timestamp())
    if one is None:
        return None
    _noted(ledger, one, now, one.until)
    return Principal(one.name, seats(ledger, one.name), _scopes(one))


def by_session(ledger: Ledger, secret: str, now: datetime) -> Entered | None:
    """Who signed in with this browser, within the last hours."""
    one = credentials.found(ledger, secret, "session", now.timestamp())
    if one is None:
        return None
    _noted(ledger, one, now, min(one.latest, (now + IDLE).timestamp()))
    return Entered(Principal(one.name, seats(ledger, one.name), _scopes(one)), one.label)


def by_password(ledger: Ledger, name: str, password: str) -> bool:
    """Whether it is theirs; it takes as long for a name that nobody has."""
    return passwords.holds(credentials.password(ledger, name), password)


def begun(
    ledger: Ledger, name: str, now: datetime, *, token: str = "", before: str = ""
) -> Session:
    """A new session; the one that the browser held before ends with it.

    token: the one it is begun with, whose scopes and end it has. Raises Refused where it is none.
    """
    session = Session(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
    idle, latest = (now + IDLE).timestamp(), (now + LONGEST).timestamp()
    with ledger.transaction():
        ended(ledger, before, now)
        credentials.pruned(ledger, now.timestamp())
        made = Credential(
            credentials.digest(session.secret), "session", name, session.form, "", idle, latest,
            now.timestamp(),
        )  # fmt: skip
        if token:
            made = _narrowed(ledger, made, token, now)
        credentials.put(ledger, made)
    return session


def _narrowed(ledger: Ledger, session: Credential, token: str, now: datetime) -> Credential:
    one = credentials.found(ledger, token, "token", now.timestamp())
    if one is None:
        raise Refused("this token is not known, or not good any more")
    return msgspec.structs.replace(
        session, name=one.name, scopes=one.scopes, parent=one.digest,
        until=min(session.until, one.until), latest=min(session.latest, one.until),
    )  # fmt: skip


def ended(ledger: Ledger, secret: str, now: datetime) -> None:
    """Nobody is signed in by it any more."""
    one = credentials.found(ledger, secret, "session", now.timestamp())
    if one:
        credentials.dropped(ledger, one)


def seats(ledger: Ledger, name: str) -> tuple[Seat, ...]:
    """The roles of somebody."""
    return tuple(
        Seat(one.role, one.model, state.moment(one.expires) if one.expires else None)
        for one in state.grants(ledger, name)
    )


def anybody(ledger: Ledger, now: datetime) -> bool:
    """Whether at least one person with a role that lasts can sign in."""
    able = {*credentials.passwords(ledger)}
    able |= {one.name for one in credentials.good(ledger, now.timestamp()) if one.kind == "token"}
    return any(
        seat.expires is None or now < seat.expires for name in able for seat in seats(ledger, name)
    )


def opened(ledger: Ledger, now: datetime) -> str | None:
    """The code by which the first person comes in, in place of any before; None where one is."""
    if anybody(ledger, now):
        return None
    code = secrets.token_urlsafe(32)
    until = (now + timedelta(days=1)).timestamp()
    made = Credential(credentials.digest(code), "invitation", "", SETUP, "", until, until)
    with ledger.transaction():
        for one in credentials.good(ledger, now.timestamp()):
            if one.kind == "invitation" and one.label == SETUP:
                credentials.dropped(ledger, one)
        credentials.put(ledger, made)
    return code


def invitation(ledger: Ledger, code: str, now: datetime) -> Credential:
    """The one a code stands for. Raises Missing where it was used, ran out or never was."""
    one = credentials.found(ledger, code, "invitation", now.timestamp())
    if one is None or (one.label == SETUP and anybody(ledger, now)):
        raise Missing("this invitation was used, ran out or never was", hint="ask for another one")
    return one


def accepted(project: Project, code: str, name: str, password: str, now: datetime) -> str:
    """Sets the password of who was invited; who sets the project up becomes its admin.

    The name of whoever can sign in now. Raises Missing, Mistake, Conflict for a second use.
    """
    ledger, one = project.ledger, invitation(project.ledger, code, now)
    first = one.label == SETUP
    chosen = name.strip() if first else one.name
    if not NAME.fullmatch(chosen):
        raise Mistake(f"{chosen!r} cannot name a person", hint="small letters, for example ana")
    hashed = passwords.hashed(password)
    with ledger.transaction():
        if not credentials.dropped(ledger, one):
            raise Conflict("this invitation was used just now", hint="ask for another one")
        if first:
            granted = {"name": chosen, "role": "admin", "model": EVERY, "expires": None}
            ledger.append("Granted", EVERY, Actor(chosen), granted)
        credentials.set_password(ledger, chosen, hashed)
        said = {"name": chosen, "credential": "password", "label": "", "until": None}
        ledger.append("CredentialGiven", EVERY, Actor(chosen), said)
    return chosen


def changed(ledger: Ledger, name: str, password: str, now: datetime) -> None:
    """Another password of somebody, and no session that was begun before. Raises Mistake."""
    hashed = passwords.hashed(password)
    with ledger.transaction():
        for one in credentials.good(ledger, now.timestamp(), name):
            if one.kind == "session":
                credentials.dropped(ledger, one)
        credentials.set_password(ledger, name, hashed)
        said = {"name": name, "credential": "password", "label": "", "until": None}
        ledger.append("CredentialGiven", EVERY, Actor(name), said)


def same(given: str, kept: str) -> bool:
    """Whether two secrets are one, in a time that does not tell how much of it was right."""
    return hmac.compare_digest(given.encode(), kept.encode())


def moment(seconds: float) -> datetime:
    """A time as the tables beside the record hold it."""
    return datetime.fromtimestamp(seconds, UTC)


def _scopes(one: Credential) -> frozenset[str] | None:
    return frozenset(one.scopes.split(",")) if one.scopes else None


def _noted(ledger: Ledger, one: Credential, now: datetime, until: float) -> None:
    if now.timestamp() - one.used > _OFTEN:
        credentials.used(ledger, one, now.timestamp(), until)
