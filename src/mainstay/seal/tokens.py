"""The token file: who may ask a door what, about which models, until when; only as hashes.

A token is 256 random bits, so that a plain SHA-256 of it cannot be turned back.
"""

import hashlib
import hmac
import secrets
from datetime import datetime
from pathlib import Path
from typing import Literal, get_args

import msgspec

from mainstay.core import nearest
from mainstay.core.errors import Conflict, Missing, Mistake
from mainstay.seal import guarded
from mainstay.seal.keys import NAME

Action = Literal["predict", "observe"]
"""predict: answers; observe: metrics, and what a door says of itself beyond yes and no."""
FILE = "tokens.json"
PREFIX = "mainstay_"
"""How tokens begin, so that searches for secrets find them."""
_WHAT = "token file"


class Token(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One caller; digest: SHA-256 of the token in hex. It is good before `expires`."""

    name: str
    digest: str
    models: tuple[str, ...]
    actions: tuple[Action, ...]
    expires: datetime


class Tokens(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every token that was given and not taken back."""

    tokens: tuple[Token, ...] = ()

    def holder(self, text: bytes) -> Token | None:
        """Whose token it is, in a time that does not tell how much of it was right."""
        digest = hashlib.sha256(text).hexdigest()
        found = [one for one in self.tokens if hmac.compare_digest(one.digest, digest)]
        return found[0] if found else None


def read(path: Path) -> Tokens:
    """Raises Missing, Mistake where it is malformed, Refused where others can write it."""
    content = guarded.content(path, _WHAT, hint="mainstay token new NAME --model MODEL writes it")
    try:
        return msgspec.json.decode(content, type=Tokens)
    except (msgspec.MsgspecError, ValueError) as error:
        raise Mistake(f"{path} is not a token file: {error}") from error


def given(
    folder: Path, name: str, models: tuple[str, ...], actions: tuple[str, ...], expires: datetime
) -> str:
    """A new token, written down as its hash; the only time that it is seen.

    Raises Mistake for a bad name or action, Conflict for a name that has one.
    """
    if not NAME.fullmatch(name):
        raise Mistake(f"{name!r} cannot name a token", hint="small letters, for example web-shop")
    unknown = [one for one in actions if one not in get_args(Action)]
    if unknown or not models or not actions:
        raise Mistake(
            f"a token is for models and actions: {', '.join(unknown) or 'none'} is no action",
            hint=f"known: {', '.join(get_args(Action))}",
        )
    text = PREFIX + secrets.token_urlsafe(32)
    digest = hashlib.sha256(text.encode()).hexdigest()
    known_actions = tuple(one for one in get_args(Action) if one in actions)
    with guarded.alone(folder / FILE, _WHAT) as written:
        known = _known(folder)
        if any(one.name == name for one in known.tokens):
            raise Conflict(
                f"{name} has a token already", hint=f"another name, or mainstay token revoke {name}"
            )
        made = Token(name, digest, models, known_actions, expires)
        written(_content((*known.tokens, made)))
    return text


def revoked(folder: Path, name: str) -> None:
    """Takes a token back; doors follow within a second. Raises Missing."""
    with guarded.alone(folder / FILE, _WHAT) as written:
        known = _known(folder)
        left = tuple(one for one in known.tokens if one.name != name)
        if len(left) == len(known.tokens):
            names = [one.name for one in known.tokens]
            raise Missing(f"no token is called {name}", hint=nearest.hint(name, names))
        written(_content(left))


def _known(folder: Path) -> Tokens:
    return read(folder / FILE) if (folder / FILE).exists() else Tokens()


def _content(tokens: tuple[Token, ...]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(Tokens(tokens)))
