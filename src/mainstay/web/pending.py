"""Sign-ins at a provider that are under way."""

import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from mainstay.core.errors import Refused

SPAN, MOST = timedelta(minutes=10), 1_000
"""How long somebody may take there, and how many may be under way."""


class Under(NamedTuple):
    """A sign-in under way: since when, what the token must carry, what proves who began it."""

    since: datetime
    nonce: str
    verifier: str
    there: str


class Pending:
    """Those under way, in memory; the oldest is forgotten for one too many."""

    def __init__(self) -> None:
        self._under: dict[str, Under] = {}

    def begun(self, there: str, now: datetime) -> tuple[str, Under]:
        """A new one, by its state."""
        while len(self._under) >= MOST:
            del self._under[next(iter(self._under))]
        one, known = secrets.token_urlsafe(32), secrets.token_urlsafe
        self._under[one] = Under(now, known(32), known(48), there)
        return one, self._under[one]

    def taken(self, state_: str, now: datetime) -> Under:
        """It ends with this. Raises Refused for one that never was, or took too long."""
        one = self._under.pop(state_, None)
        if one is None or now - one.since > SPAN:
            raise Refused("this sign-in was not begun here, or took too long", hint="/sign-in")
        return one
