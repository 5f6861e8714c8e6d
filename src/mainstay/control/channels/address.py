"""Connections to the addresses an operator wrote down, and to nothing they could be turned into.

A name is resolved once and the address found is the one connected to. Names of public services do
not lead to this machine or its networks, whatever a name server says, unless the operator says so;
the network's own services at link-local addresses are reached by no name at all. Redirects are
not followed, and no proxy of the environment is asked.
"""

import http.client
import ipaddress
import socket
import ssl
from typing import NamedTuple
from urllib.parse import urlsplit

from mainstay.core.errors import Mistake, Refused, Unavailable

PATIENCE = 10.0
"""Seconds for each step of a conversation."""
ANSWER = 64 * 1024
"""Bytes of an answer that are read at most."""


class Place(NamedTuple):
    """Where to connect. private: whether a name may lead to a private address."""

    host: str
    port: int
    secure: bool
    private: bool
    authority: str = ""


def connected(place: Place) -> socket.socket:
    """A connection, not encrypted yet. Raises Refused, Unavailable."""
    met = ""
    for address in resolved(place):
        try:
            return socket.create_connection((address, place.port), timeout=PATIENCE)
        except OSError as error:
            met = type(error).__name__
    raise Unavailable(f"{place.host} does not answer: {met}")


def encrypted(plain: socket.socket, place: Place) -> ssl.SSLSocket:
    """The same, with the name of the place proven. Raises Refused, Unavailable."""
    try:
        return context(place).wrap_socket(plain, server_hostname=place.host)
    except ssl.SSLCertVerificationError as error:
        raise Refused(f"the certificate of {place.host} does not hold") from error
    except OSError as error:
        raise Unavailable(f"{place.host} does not speak TLS: {type(error).__name__}") from error


def context(place: Place) -> ssl.SSLContext:
    """Trusts the operator's authority alone where one is named."""
    return ssl.create_default_context(cafile=place.authority or None)


def resolved(place: Place) -> tuple[str, ...]:
    """The addresses of a place. Raises Unavailable, Refused for one it may not lead to."""
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unavailable(f"{place.host} is no name that is known") from error
    addresses = tuple(dict.fromkeys(str(one[4][0]) for one in found))
    for address in addresses:
        if not _allowed(place, address):
            raise Refused(
                f"{place.host} leads to {address}, which is not public",
                hint="write the address itself, or private = true beside it",
            )
    return addresses


def posted(
    url: str, body: bytes, headers: dict[str, str], *, private: bool, authority: str
) -> None:
    """POST, once. Raises Mistake for an address nobody may use, Refused, Unavailable."""
    place, path = of_url(url, private=private, authority=authority)
    connection = http.client.HTTPConnection(place.host, place.port, timeout=PATIENCE)
    plain = connected(place)
    connection.sock = plain
    try:
        connection.sock = encrypted(plain, place) if place.secure else plain
        connection.request("POST", path, body, {"user-agent": "mainstay", **headers})
        answer = connection.getresponse()
        answer.read(ANSWER)
    except (http.client.HTTPException, OSError) as error:
        raise Unavailable(f"{place.host} does not answer: {type(error).__name__}") from error
    finally:
        connection.close()
    if not 200 <= answer.status < 300:
        raise Unavailable(f"{place.host} answers {answer.status}")


def of_url(url: str, *, private: bool, authority: str) -> tuple[Place, str]:
    """The place and the path. Raises Mistake."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise Mistake(f"{parts.hostname or 'a channel'}: no address to post to", hint="https://...")
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(parts.hostname, port, secure, private, authority), path


def _allowed(place: Place, address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    if place.host in (address, "localhost"):
        return True
    if found.is_global:
        return True
    return place.private and not found.is_link_local and not found.is_multicast
