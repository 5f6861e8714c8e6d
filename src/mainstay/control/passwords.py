"""Passwords as Argon2id makes them slow to guess; the hash says with which costs."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from mainstay.core.errors import Mistake

LEAST, MOST = 12, 1024
"""Characters; the upper end is one of work, not of taste."""
_HASHER = PasswordHasher()
_NOBODYS = (
    "$argon2id$v=19$m=65536,t=3,p=4$7Cd5TqCQ1NfPGFxZt4g6GA$"
    "m9L90XwtRkxhjkMES9JcHV+26V66RCdCUlC0q7s+7Is"
)
"""Of a word, with the costs of today: made here, it would make every command wait."""


def hashed(password: str) -> str:
    """What is kept of it. Raises Mistake for one that is too short."""
    if not LEAST <= len(password) <= MOST:
        raise Mistake(
            f"a password has {LEAST} to {MOST:,} characters", hint="four words that do not belong"
        )
    return _HASHER.hash(password)


def holds(kept: str, password: str) -> bool:
    """Whether it is the one; where none is kept it takes as long, and is not."""
    try:
        _HASHER.verify(kept or _NOBODYS, password[:MOST])
    except (VerificationError, InvalidHashError):
        return False
    return bool(kept)
