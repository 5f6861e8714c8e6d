"""`people`: who has which role, and what they sign in with; on record but for the secrets."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, get_args

import msgspec

from mainstay.control import admission, commenting, offering
from mainstay.control.commands import (
    DropToken,
    GiveToken,
    Grant,
    Invite,
    OfferKey,
    OfPeople,
    OwnToken,
    TakeBack,
    Withdraw,
)
from mainstay.control.commenting import Said
from mainstay.control.project import Project
from mainstay.control.queries import Own, People
from mainstay.control.roles import EVERY, ROWS, Permission, Role
from mainstay.core import clock, nearest
from mainstay.core.answers import Answer
from mainstay.core.errors import Conflict, Missing, Mistake, Refused
from mainstay.ledger import credentials, state
from mainstay.ledger.credentials import Credential, Kind
from mainstay.seal.keys import NAME

LONGEST = 366
"""Days of a token at most."""
_WEEK = 168
"""Hours of an invitation at most."""


def changed(project: Project, command: OfPeople) -> Answer:
    """Does what a command about people asks."""
    match command:
        case Grant():
            return grant(project, command)
        case Withdraw():
            return withdraw(project, command)
        case Invite():
            return invite(project, command)
        case GiveToken():
            scopes = _scopes(command.scopes)
            return _token(project, command.name, command.label, scopes, command.days)
        case TakeBack():
            return take_back(project, command)
        case _:
            return _of_their_own(project, command)


def _of_their_own(project: Project, command: OwnToken | DropToken | OfferKey) -> Answer:
    match command:
        case OwnToken():
            return own_token(project, command)
        case DropToken():
            return take_back(project, TakeBack(project.actor.name, _label(command.label)))
        case OfferKey():
            return offering.offer(project, command)


def grant(project: Project, command: Grant) -> Answer:
    """Raises Mistake for a name or role that is none, Refused for a role of one's own."""
    _check(project, command)
    days = command.days
    if days is not None and days < 1:
        raise Mistake(f"a role lasts at least a day, not {days}", hint="--days 30")
    expires = clock.machine() + timedelta(days=days) if days else None
    said = {
        "name": command.name, "role": command.role, "model": command.model, "expires": expires,
    }  # fmt: skip
    project.ledger.append("Granted", command.model, project.actor, said)
    until = f" until {expires:%Y-%m-%d}" if expires else ""
    return Answer(
        f"{command.name} is {command.role} of {_which(command.model)}{until}.",
        next=f"mainstay people invite {command.name}",
        facts=said,
    )


def withdraw(project: Project, command: Withdraw) -> Answer:
    """Raises Conflict where they do not have it."""
    _check(project, command)
    said = {"name": command.name, "role": command.role, "model": command.model}
    project.ledger.append("Withdrawn", command.model, project.actor, said)
    return Answer(
        f"{command.name} is no longer {command.role} of {_which(command.model)}.",
        next="mainstay people list",
        facts=said,
    )


def invite(project: Project, command: Invite) -> Answer:
    """A code, shown this once, that sets a password; the one there is holds until then."""
    if not 1 <= command.hours <= _WEEK:
        raise Mistake(f"an invitation lasts 1 to {_WEEK} hours", hint="--hours 24")
    until = clock.machine() + timedelta(hours=command.hours)
    code = secrets.token_urlsafe(32)
    _kept(project, command.name, code, _Given("invitation", "", (), until))
    return Answer(
        f"Invited {command.name} until {until:%Y-%m-%d %H:%M} UTC; the link is good once.",
        lines=(f"/invitation/{code}", "at the address of mainstay control"),
        next="mainstay people list",
        facts={"name": command.name, "path": f"/invitation/{code}", "until": until},
    )


def own_token(project: Project, command: OwnToken) -> Answer:
    """One for whoever signed in. Raises Refused where it would be wider than what they hold."""
    by = project.by
    if by is None:
        raise Mistake("nobody is signed in here", hint="mainstay people token NAME --label LABEL")
    scopes = _scopes(command.scopes)
    if by.scopes is not None:
        wider = sorted(set(scopes) - by.scopes)
        if wider:
            raise Refused(f"a token cannot give what it does not have: {', '.join(wider)}")
        scopes = scopes or tuple(sorted(by.scopes))
    return _token(project, by.name, command.label, scopes, command.days)


def take_back(project: Project, command: TakeBack) -> Answer:
    """Raises Missing where there is nothing to end."""
    ledger, now = project.ledger, clock.machine().timestamp()
    known = credentials.good(ledger, now, command.name)
    if command.label:
        known = tuple(one for one in known if (one.kind, one.label) == ("token", command.label))
    held = not command.label and command.name in credentials.passwords(ledger)
    if not known and not held:
        raise Missing(
            f"{command.name} has no {'token ' + command.label if command.label else 'credential'}",
            hint="mainstay people list",
        )
    said = {"name": command.name, "label": command.label, "ended": len(known) + held}
    with ledger.transaction():
        for one in known:
            credentials.dropped(ledger, one)
        if held:
            credentials.set_password(ledger, command.name, "")
        ledger.append("CredentialRevoked", EVERY, project.actor, said)
    return Answer(
        f"Took back the token {command.label} of {command.name}."
        if command.label
        else f"{command.name} cannot sign in any more.",
        next="mainstay people list",
        facts=said,
    )


def asked(project: Project, query: People | Own) -> Answer:
    """Everybody, or whoever asks."""
    return listed(project) if isinstance(query, People) else own(project)


def listed(project: Project) -> Answer:
    """Everybody with a role or a credential."""
    ledger, now = project.ledger, clock.machine()
    able, good = credentials.passwords(ledger), credentials.good(ledger, now.timestamp())
    seats = state.grants(ledger)
    names = sorted({*able, *(one.name for one in seats), *(one.name for one in good)} - {""})
    facts = [
        {
            "name": name,
            "roles": [
                {"role": one.role, "model": one.model, "expires": one.expires or None}
                for one in seats
                if one.name == name
            ],
            "password": name in able,
            "tokens": [_fact(one) for one in good if (one.name, one.kind) == (name, "token")],
        }
        for name in names
    ]
    return Answer(
        f"{len(names)} have a role or sign in." if names else "Nobody has a role yet.",
        lines=tuple(_line(one) for one in facts),
        next="mainstay people grant NAME --role ROLE",
        facts={"people": facts},
    )


def own(project: Project) -> Answer:
    """Of whoever asks."""
    ledger, now, name = project.ledger, clock.machine(), project.actor.name
    tokens = [one for one in credentials.good(ledger, now.timestamp(), name) if one.kind == "token"]
    seats = [(one.role, one.model) for one in state.grants(ledger, name)]
    facts = {
        "name": name,
        "roles": [{"role": role, "model": model} for role, model in seats],
        "password": name in credentials.passwords(ledger),
        "tokens": [_fact(one) for one in tokens],
        "keys": [msgspec.to_builtins(one) for one in offering.of(project, name)],
        "named": [msgspec.to_builtins(one) for one in _naming(project, name)],
    }
    roles = ", ".join(f"{role} of {_which(model)}" for role, model in seats)
    return Answer(f"You are {name}: {roles or 'no role'}.", facts=facts)


def _naming(project: Project, name: str) -> tuple[Said, ...]:
    """Nobody said anything before there was a contract."""
    there = project.places.contract.is_file() or project.models is not None
    return commenting.naming(project, name) if there else ()


def _label(label: str) -> str:
    """Raises Mistake for none: that would end everything."""
    if not label:
        raise Mistake("which token?", hint="the label it was given")
    return label


class _Given(msgspec.Struct, frozen=True):
    """A credential before it is kept."""

    kind: Kind
    label: str
    scopes: tuple[str, ...]
    until: datetime


def _token(project: Project, name: str, label: str, scopes: tuple[str, ...], days: int) -> Answer:
    """A token, shown this once. Raises Mistake, Missing for nobody, Conflict for a label twice."""
    if not 1 <= days <= LONGEST:
        raise Mistake(f"a token lives 1 to {LONGEST} days, not {days}", hint="--days 90")
    if not NAME.fullmatch(label):
        raise Mistake(f"{label!r} cannot name a token", hint="small letters, for example laptop")
    until = clock.machine() + timedelta(days=days)
    text = admission.TOKEN + secrets.token_urlsafe(32)
    _kept(project, name, text, _Given("token", label, scopes, until))
    what = f"narrowed to {', '.join(scopes)}" if scopes else "for all that the roles hold"
    return Answer(
        f"Gave {name} the token {label} until {until:%Y-%m-%d}; it is not shown again.",
        lines=(text, what, "kept as a hash, beside the ledger"),
        next=f"mainstay people revoke {name} --label {label}",
        facts={"name": name, "label": label, "token": text, "until": until},
    )


def _kept(project: Project, name: str, secret: str, given: _Given) -> None:
    """On record without the secret. Raises Missing for who has no role, Conflict for a label."""
    ledger, now = project.ledger, clock.machine().timestamp()
    said = {
        "name": name, "credential": given.kind, "label": given.label, "until": given.until,
    }  # fmt: skip
    one = Credential(
        credentials.digest(secret), given.kind, name, given.label, ",".join(given.scopes),
        given.until.timestamp(), given.until.timestamp(),
    )  # fmt: skip
    with ledger.transaction():
        if not state.grants(ledger, name):
            known = {one.name for one in state.grants(ledger)}
            hint = nearest.hint(name, known) if known else f"mainstay people grant {name}"
            raise Missing(f"{name} has no role here", hint=hint)
        there = credentials.good(ledger, now, name)
        if given.kind == "token" and any(_same(one, given) for one in there):
            raise Conflict(f"{name} has a token {given.label} already", hint="another --label")
        credentials.put(ledger, one)
        ledger.append("CredentialGiven", EVERY, project.actor, said)


def _same(one: Credential, given: _Given) -> bool:
    return (one.kind, one.label) == (given.kind, given.label)


def _check(project: Project, command: Grant | Withdraw) -> None:
    if not NAME.fullmatch(command.name):
        raise Mistake(f"{command.name!r} cannot name a person", hint="small letters, such as ana")
    known = (*get_args(Role), ROWS)
    if command.role not in known:
        raise Mistake(f"{command.role!r} is no role", hint=nearest.hint(command.role, known))
    if command.model != EVERY and not NAME.fullmatch(command.model):
        raise Mistake(f"{command.model!r} cannot name a model", hint="a model's name, or * for all")
    if project.by and project.by.name == command.name:
        raise Refused(f"{command.name} cannot change roles of their own", hint="another admin can")


def _scopes(asked: Iterable[str]) -> tuple[str, ...]:
    known: tuple[str, ...] = get_args(Permission)
    scopes = tuple(dict.fromkeys(asked))
    for one in scopes:
        if one not in known:
            raise Mistake(f"{one!r} is no scope", hint=nearest.hint(one, known))
    return scopes


def _which(model: str) -> str:
    return "every model" if model == EVERY else model


def _fact(one: Credential) -> dict[str, object]:
    return {
        "label": one.label,
        "scopes": one.scopes.split(",") if one.scopes else None,
        "until": admission.moment(one.until),
        "used": admission.moment(one.used) if one.used else None,
    }


def _line(fact: dict[str, Any]) -> str:
    roles = ", ".join(f"{one['role']} of {_which(one['model'])}" for one in fact["roles"])
    signs = ["a password"] if fact["password"] else []
    signs += [f"token {one['label']} until {one['until']:%Y-%m-%d}" for one in fact["tokens"]]
    return f"{fact['name']:<16}{roles or 'no role'}; {', '.join(signs) or 'cannot sign in'}"
