"""How often somebody tried to sign in and failed: beyond a number they wait."""

from collections import deque
from datetime import datetime, timedelta

from mainstay.core.errors import Crowded

SPAN, MOST, NAMES = timedelta(minutes=15), 10, 10_000
"""Failures of one name within the span, and names that are remembered."""


class Attempts:
    """In memory: a restart forgets them, and takes longer than a guess."""

    def __init__(self) -> None:
        self._failed: dict[str, deque[datetime]] = {}

    def refuse(self, name: str, now: datetime) -> None:
        """Raises Crowded where the name failed too often lately."""
        failed = self._failed.get(name, deque())
        while failed and now - failed[0] > SPAN:
            failed.popleft()
        if len(failed) >= MOST:
            minutes = SPAN.seconds // 60
            raise Crowded("too many attempts", hint=f"wait {minutes} minutes, or use a token")

    def failed(self, name: str, now: datetime) -> None:
        """Remember it; of too many names the oldest are forgotten."""
        while len(self._failed) >= NAMES:
            del self._failed[next(iter(self._failed))]
        self._failed.setdefault(name, deque(maxlen=MOST)).append(now)

    def succeeded(self, name: str) -> None:
        """Forget what failed before."""
        self._failed.pop(name, None)
