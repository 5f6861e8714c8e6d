"""Who stands before a broker that asks nobody: TLS, and SASL as Kafka has it, then all is let by.

Scrambled as RFC 5802 and 7677 say it; the broker behind is a real one.
"""

import base64
import hashlib
import hmac
import os
import socket
import socketserver
import ssl
import struct
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import NamedTuple

_HANDSHAKE, _AUTHENTICATE = 17, 36
_UNKNOWN_MECHANISM, _REFUSED = 33, 58
_ROUNDS = 4096


class House(NamedTuple):
    """Whom to let in, how, and where they go then. tls: its own certificate, None in clear."""

    user: str
    password: str
    mechanism: str
    broker: int
    tls: ssl.SSLContext | None


@contextmanager
def standing(house: House, port: int) -> Iterator[None]:
    """At the door while the block runs."""

    class Visitor(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                _received(house, self.request)

    class Door(socketserver.ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True

    with Door(("127.0.0.1", port), Visitor) as door:
        Thread(target=door.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield
        finally:
            door.shutdown()


def _received(house: House, plain: socket.socket) -> None:
    visitor = house.tls.wrap_socket(plain, server_side=True) if house.tls else plain
    with visitor, socket.create_connection(("127.0.0.1", house.broker)) as broker:
        if _let_in(house, visitor, broker):
            Thread(target=_carried, args=(broker, visitor), daemon=True).start()
            _carried(visitor, broker)


def _let_in(house: House, visitor: socket.socket, broker: socket.socket) -> bool:
    """Whether a visitor proved who it is; what it asks before that the broker may answer."""
    talk = _scram(house) if house.mechanism.startswith("SCRAM") else _plain(house)
    next(talk)
    while True:
        frame = _frame(visitor)
        kind, _, number = struct.unpack(">hhi", frame[:8])
        body = frame[10 + max(struct.unpack(">h", frame[8:10])[0], 0) :]
        if kind not in (_HANDSHAKE, _AUTHENTICATE):
            _send(broker, frame)
            _send(visitor, _frame(broker))
        elif kind == _HANDSHAKE:
            code = 0 if body[2:].decode() == house.mechanism else _UNKNOWN_MECHANISM
            _send(visitor, struct.pack(">ihi", number, code, 1) + _text(house.mechanism))
        else:
            said = talk.send(body[4:])
            code, words = (_REFUSED, _text("who is that?")) if said is None else (0, b"\xff\xff")
            answer = struct.pack(">i", len(said or b"")) + (said or b"") + struct.pack(">q", 0)
            _send(visitor, struct.pack(">ih", number, code) + words + answer)
            if said is None or said.startswith(b"v=") or not said:
                return said is not None


def _plain(house: House) -> Generator[bytes | None, bytes]:
    heard = yield b""
    yield b"" if heard == f"\0{house.user}\0{house.password}".encode() else None


def _scram(house: House) -> Generator[bytes | None, bytes]:
    """The server's part: its answer to each message of the client, None to refuse it."""
    name, salt = house.mechanism.removeprefix("SCRAM-").replace("-", "").lower(), os.urandom(16)
    first = (yield b"").partition(b",,")[2]
    nonce = dict(part.split(b"=", 1) for part in first.split(b","))[b"r"] + b"door"
    said = b"r=%s,s=%s,i=%d" % (nonce, base64.b64encode(salt), _ROUNDS)
    final, _, proof = (yield said).rpartition(b",p=")
    salted = hashlib.pbkdf2_hmac(name, house.password.encode(), salt, _ROUNDS)
    client, ours = (hmac.digest(salted, one, name) for one in (b"Client Key", b"Server Key"))
    whole = b",".join((first, said, final))
    signed = hmac.digest(hashlib.new(name, client).digest(), whole, name)
    expected = bytes(one ^ two for one, two in zip(client, signed, strict=True))
    known = first.startswith(b"n=%s," % house.user.encode()) and b"r=" + nonce in final
    proven = known and hmac.compare_digest(base64.b64decode(proof), expected)
    yield b"v=" + base64.b64encode(hmac.digest(ours, whole, name)) if proven else None


def _text(words: str) -> bytes:
    return struct.pack(">h", len(words)) + words.encode()


def _frame(one: socket.socket) -> bytes:
    return _read(one, struct.unpack(">i", _read(one, 4))[0])


def _read(one: socket.socket, size: int) -> bytes:
    content = b""
    while len(content) < size:
        more = one.recv(size - len(content))
        if not more:
            raise ConnectionError("gone")
        content += more
    return content


def _send(one: socket.socket, frame: bytes) -> None:
    one.sendall(struct.pack(">i", len(frame)) + frame)


def _carried(one: socket.socket, other: socket.socket) -> None:
    """Until one of both is gone; then so is the other."""
    with suppress(OSError):
        while content := one.recv(1 << 16):
            other.sendall(content)
    for each in (one, other):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
