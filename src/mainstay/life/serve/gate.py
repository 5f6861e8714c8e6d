"""Who is let in: with a token file, or beyond loopback, only those who show a token.

A file that cannot be read lets nobody in; one that is removed takes every token back.
"""

import ipaddress
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from mainstay.core.errors import MainstayError, Missing, Refused
from mainstay.life.serve.present import Print, fingerprint
from mainstay.seal import tokens
from mainstay.seal.tokens import Action, Tokens

AUTHORIZATION, _BEARER = b"authorization", b"bearer "
_NEVER: Print = (-1, 0, 0)
_CHALLENGE = 'Bearer realm="mainstay"'


class Denial(NamedTuple):
    """Why somebody is not let in; challenge: the header that says how one would be."""

    status: int
    what: str
    challenge: bytes


class Gate:
    """The tokens in force. refused: why the newest file is not followed."""

    def __init__(self, file: Path, now: Callable[[], datetime], *, required: bool = False) -> None:
        """required: also without a file. Looks once."""
        self.required, self.refused = required, ""
        self._file, self._now = file, now
        self._tokens, self._print = Tokens(), _NEVER
        self.look()

    def look(self) -> None:
        """Follows the file, where it changed."""
        found = fingerprint(self._file)
        if found == self._print:
            return
        try:
            self._tokens, self.refused = tokens.read(self._file), ""
            self.required = True
        except Missing:
            self._tokens = Tokens()
        except MainstayError as error:
            self._tokens, self.refused = Tokens(), str(error)
            self.required = True
        self._print = found

    def denied(
        self, headers: Iterable[tuple[bytes, bytes]], model: str, action: Action
    ) -> Denial | None:
        """None for whoever may do this with this model."""
        if not self.required:
            return None
        shown = next((value for name, value in headers if name == AUTHORIZATION), b"")
        if shown[: len(_BEARER)].lower() != _BEARER:
            return _denial(401, "a token is needed: authorization: Bearer TOKEN", "")
        token = self._tokens.holder(shown[len(_BEARER) :].strip())
        if token is None or self._now() >= token.expires:
            return _denial(401, "the token is not known, or no longer", "invalid_token")
        if model not in token.models or action not in token.actions:
            return _denial(403, f"the token of {token.name} is not for this", "insufficient_scope")
        return None


def refuse_the_open(host: str, *, tokens: bool, tls: bool) -> None:
    """Raises Refused for a door beyond this machine that anybody could ask, or overhear."""
    if is_loopback(host):
        return
    lacking = [what for what, there in (("tokens", tokens), ("TLS", tls)) if not there]
    if lacking:
        raise Refused(
            f"a door on {host} can be reached from other machines: not without "
            f"{' and '.join(lacking)}",
            hint="mainstay token new NAME --model MODEL, then --certificate FILE --private-key "
            "FILE; or leave --host out, for this machine only",
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches it."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _denial(status: int, what: str, error: str) -> Denial:
    said = f', error="{error}"' if error else ""
    return Denial(status, what, f"{_CHALLENGE}{said}".encode())
