"""The control plane somewhere else: commands and queries as the same values, over HTTP.

Private keys never travel: approvals and waivers are signed here, and only signatures are sent.
"""

import http.client
import ssl
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from mainstay.control.commands import (
    Approve,
    Command,
    Countersign,
    Labels,
    SendLabels,
    SendWaiver,
    Waive,
)
from mainstay.control.queries import Paper, Query, Shortfall
from mainstay.control.roles import HERE, NEEDS
from mainstay.core import clock, errors, settings
from mainstay.core.answers import Answer
from mainstay.core.errors import Facts, Missing, Mistake, Refused, Unavailable
from mainstay.seal import certificate, checks, dsse, keys, trust, waiver
from mainstay.seal.dsse import Envelope
from mainstay.seal.waiver import Missed, Waiver

COMMANDS, QUERIES = "/api/commands", "/api/queries"
PATIENCE = 120.0
"""Seconds for one answer; a deployment copies bundles."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")
_MOST = 64_000_000


class Failure(msgspec.Struct, frozen=True):
    """What is answered instead of an Answer."""

    error: Facts


class _Paper(NamedTuple):
    """A certificate as it waits there, and its digest."""

    certificate: str
    envelope: Envelope


def handle(url: str, command: Command) -> Answer:
    """Does what a command asks, there. Raises what it raises there; Mistake for what stays here."""
    match command:
        case Approve():
            return _sent(url, COMMANDS, _signed(url, command))
        case Waive():
            return _sent(url, COMMANDS, _waived(url, command))
        case Labels():
            return _sent(url, COMMANDS, _read(command))
        case _:
            return _sent(url, COMMANDS, command)


def answer(url: str, query: Query) -> Answer:
    """Answers a query about the project there."""
    return _sent(url, QUERIES, query)


def is_local(asked: Command | Query) -> bool:
    """Whether it is about this machine alone, wherever the project is: keys and tokens of doors."""
    name = asked.__struct_config__.tag
    return str(name).startswith(("key_", "token_")) or name == "trust"


def _sent(url: str, path: str, asked: Command | Query) -> Answer:
    if NEEDS[type(asked)] == HERE:
        name = str(asked.__struct_config__.tag).replace("_", " ")
        raise Mistake(
            f"{name} needs the files of the project, and works only in its folder",
            hint="run it where the project is, without MAINSTAY_URL",
        )
    status, body = _asked(url, path, msgspec.json.encode(asked))
    try:
        if status == 200:
            return msgspec.json.decode(body, type=Answer)
        said = msgspec.json.decode(body, type=Failure).error
    except msgspec.MsgspecError as error:
        raise Unavailable(
            f"{url} answered {status}, and not as a control plane does",
            hint="MAINSTAY_URL is the address that mainstay control prints",
        ) from error
    raise errors.of_facts(said)


def _asked(url: str, path: str, body: bytes) -> tuple[int, bytes]:
    """One request; no redirect is followed and no proxy asked. Raises Unavailable, Mistake."""
    headers = {"content-type": "application/json"}
    token = settings.token()
    if token:
        headers["authorization"] = f"Bearer {token}"
    connection = _connection(url)
    try:
        connection.request("POST", urlsplit(url).path + path, body, headers)
        reply = connection.getresponse()
        return reply.status, reply.read(_MOST)
    except (OSError, http.client.HTTPException) as error:
        raise Unavailable(
            f"{url} does not answer: {error}", hint="is mainstay control running there?"
        ) from error
    finally:
        connection.close()


def _connection(url: str) -> http.client.HTTPConnection:
    """Raises Mistake for an address that is none, Refused where a token would travel in clear."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host or parts.username:
        raise Mistake(
            "MAINSTAY_URL is no address of a control plane", hint="https://mainstay.example.org"
        )
    if parts.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, port, timeout=PATIENCE, context=context)
    if host not in LOOPBACK:
        raise Refused(
            f"{host} is asked without TLS: whoever is in between could read the token",
            hint="https://, or a tunnel to 127.0.0.1",
        )
    return http.client.HTTPConnection(host, port, timeout=PATIENCE)


def _signed(url: str, command: Approve) -> Countersign:
    """The approval of a certificate that was fetched, looked into and signed here.

    Where a trust file lies here, the author's signature must hold under it. Raises Refused for
    another version, or where somebody else is to approve.
    """
    found = _paper(url, command.version)
    signer = keys.load(settings.keys_folder(), settings.key_name())
    known = trust.read(settings.keys_folder())
    if known.principals:
        both = checks.approved(found.envelope, signer, known)
    else:
        both = dsse.countersigned(found.envelope, signer)
    issued = certificate.parsed(dsse.unproven(both))
    if command.version not in (issued.version.name, issued.version.name[1:]):
        raise Refused(f"asked for {command.version}, and was given {issued.name}")
    if issued.approver != signer.name:
        raise Refused(
            f"{issued.approver} is to approve {issued.name}, not {signer.name}",
            hint=f"MAINSTAY_KEY={issued.approver}",
        )
    return Countersign(command.version, found.certificate, both.signatures[-1], command.because)


def _waived(url: str, command: Waive) -> SendWaiver:
    """A waiver of what was measured there, signed here. Raises Refused for another gate."""
    facts = answer(url, Shortfall(command.version, command.clause)).facts
    try:
        found = msgspec.convert(facts["shortfall"], Missed)
    except (KeyError, msgspec.ValidationError) as error:
        raise Unavailable(f"{url} gave no gate: {error}") from error
    named = (found.version, found.version[1:])
    if command.version not in named or found.gate.clause != command.clause:
        raise Refused(
            f"asked for {command.clause!r} of {command.version}, and was given"
            f" {found.gate.clause!r} of {found.version}"
        )
    signer = keys.load(settings.keys_folder(), settings.key_name())
    made = Waiver(found, command.because, signer.name, clock.now(), command.until)
    return SendWaiver(*msgspec.structs.astuple(waiver.signed(made, signer)))


def _paper(url: str, version: str) -> _Paper:
    facts = answer(url, Paper(version)).facts
    try:
        envelope = msgspec.convert(facts["envelope"], Envelope)
        return _Paper(str(facts["certificate"]), envelope)
    except (KeyError, msgspec.ValidationError) as error:
        raise Unavailable(f"{url} gave no certificate: {error}") from error


def _read(command: Labels) -> SendLabels:
    path = Path(command.file)
    try:
        return SendLabels(path.name, path.read_bytes())
    except OSError as error:
        raise Missing(f"{path} cannot be read: {error.strerror}") from error
