"""A provider of OpenID Connect: where it is, what it says of somebody who signed in there.

Source: OpenID Connect Core 1.0, code flow, with PKCE (RFC 7636). What an identity token says counts
only after its signature, issuer, audience, times and nonce hold.
"""

import base64
import http.client
import ssl
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from mainstay.control.channels.config import Words
from mainstay.control.remote import LOOPBACK
from mainstay.core import clock
from mainstay.core.errors import Mistake, Refused, Unavailable
from mainstay.core.secret import Secret, private, revealed

Said = TypeVar("Said")

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
"""Of signatures: never `none`, and no secret that both sides hold."""
LARGEST, PATIENCE, SLACK = 1_000_000, 10.0, 60.0
"""Bytes of an answer, seconds until one, seconds by which two clocks may differ."""


class Registered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the provider and this control plane know of each other, as a file says it.

    claim: which says who somebody is here; domain: what stands behind the `@` of it and falls off.
    """

    issuer: Words
    client: Words
    secret: Secret
    claim: Annotated[str, msgspec.Meta(min_length=1)] = "preferred_username"
    domain: str = ""


class Places(msgspec.Struct, frozen=True):
    """Of a provider, as it says itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class _Given(msgspec.Struct, frozen=True):
    """What it gives for a code; everything else is left aside."""

    id_token: str


def read(path: Path) -> Registered:
    """Raises Missing, Mistake, Refused where others may read the file."""
    try:
        found = msgspec.convert(tomllib.loads(private(path)), Registered)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Mistake(
            f"{path}: {error}", hint="docs/reference/control.md#single-sign-on"
        ) from error
    _refuse_in_clear(found.issuer)
    return found


def places(known: Registered) -> Places:
    """Raises Unavailable, Refused where it speaks for another one or would be asked in clear."""
    address = f"{known.issuer.rstrip('/')}/.well-known/openid-configuration"
    found = _decoded(_asked(address), Places)
    if found.issuer != known.issuer:
        raise Refused(f"{known.issuer} says that it is {found.issuer}")
    for one in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri):
        _refuse_in_clear(one)
    return found


def address(known: Registered, found: Places, asked: Mapping[str, str]) -> str:
    """Where a browser is led to sign in; asked: state, nonce, challenge, where to come back to."""
    stated = {
        "response_type": "code", "client_id": known.client, "scope": "openid profile email",
        "code_challenge_method": "S256", **asked,
    }  # fmt: skip
    joint = "&" if urlsplit(found.authorization_endpoint).query else "?"
    return f"{found.authorization_endpoint}{joint}{urlencode(stated)}"


def host(known: Registered | None) -> str:
    """Whom people sign in with; empty where with nobody."""
    return urlsplit(known.issuer).netloc if known else ""


def name(known: Registered, said: Mapping[str, Any]) -> str:
    """What somebody is called here. Raises Refused where the claim does not say it."""
    value = said.get(known.claim)
    if not isinstance(value, str) or not value:
        raise Refused(f"the provider does not say the claim {known.claim}", hint="ask who runs it")
    if known.claim == "email" and said.get("email_verified") is not True:
        raise Refused("the provider has not verified this address")
    before, _, domain = value.rpartition("@")
    if known.domain:
        if domain.casefold() != known.domain.casefold():
            raise Refused(f"only people of {known.domain} sign in here")
        value = before
    return value.casefold()


def claims(known: Registered, found: Places, form: Mapping[str, str], nonce: str) -> dict[str, Any]:
    """What an identity token says, for a code. Raises Refused, Unavailable."""
    secret = f"{known.client}:{revealed(known.secret)}".encode()
    headers = {
        "authorization": f"Basic {base64.b64encode(secret).decode()}",
        "content-type": "application/x-www-form-urlencoded",
    }
    body = urlencode({"grant_type": "authorization_code", **form}).encode()
    given = _decoded(_asked(found.token_endpoint, body, headers), _Given)
    try:
        keys = KeySet.import_key_set(msgspec.json.decode(_asked(found.jwks_uri)))
        token = jwt.decode(given.id_token, keys, algorithms=ALGORITHMS)
    except (JoseError, ValueError, msgspec.DecodeError) as error:
        raise Refused(f"the provider's token does not hold: {error}") from error
    return _checked(known, token.claims, nonce)


def _checked(known: Registered, said: dict[str, Any], nonce: str) -> dict[str, Any]:
    """Core 1.0, section 3.1.3.7."""
    now, of = clock.machine().timestamp(), said.get("aud")
    audience = of if isinstance(of, list) else [of]
    wrong = {
        "of another issuer": said.get("iss") != known.issuer,
        "for another client": known.client not in audience,
        "for several clients, and another one asked": len(audience) > 1
        and said.get("azp") != known.client,
        "past its end": not _number(said.get("exp")) or said["exp"] + SLACK <= now,
        "from the future": not _number(said.get("iat")) or said["iat"] - SLACK > now,
        "for another sign-in": said.get("nonce") != nonce,
    }
    for what, is_so in wrong.items():
        if is_so:
            raise Refused(f"the provider's token is {what}", hint="sign in again")
    return said


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _decoded(body: bytes, kind: type[Said]) -> Said:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.MsgspecError as error:
        raise Unavailable(f"the provider's answer cannot be read: {error}") from error


def _asked(address: str, body: bytes | None = None, headers: Mapping[str, str] = {}) -> bytes:
    """One request; no redirect is followed and no proxy asked."""
    parts = urlsplit(address)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    connection = _connection(parts.scheme, parts.hostname or "", parts.port)
    try:
        connection.request("POST" if body is not None else "GET", path, body, dict(headers))
        reply = connection.getresponse()
        content = reply.read(LARGEST + 1)
    except (OSError, http.client.HTTPException) as error:
        raise Unavailable(f"{parts.hostname} does not answer: {error}") from error
    finally:
        connection.close()
    if reply.status != 200 or len(content) > LARGEST:
        raise Refused(f"{parts.hostname} answered {reply.status}", hint="sign in again")
    return content


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, port, timeout=PATIENCE, context=context)
    return http.client.HTTPConnection(host, port, timeout=PATIENCE)


def _refuse_in_clear(address: str) -> None:
    """Raises Refused unless nobody in between can read or change what is said."""
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise Refused(f"{address} would be asked without TLS", hint="https://")
