"""What a door counts while it answers: plain numbers under one lock, 1 us a request at most.

Labels are bounded: statuses, the versions served lately, fields and rules of their bundles.
"""

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mainstay.bundle.guard import Breach, Judgement
from mainstay.bundle.manifest import Manifest
from mainstay.core import rules
from mainstay.life.serve.served import Served

BOUNDS = (
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
)  # fmt: skip
"""Upper ends of the buckets of latency, in seconds."""
REJECTED = "rejected"
_VERSIONS = 20  # that are told apart; the oldest is forgotten for a new one


class Counted(NamedTuple):
    """Everything at one moment.

    statuses: requests by status. records: by version and who decided. breaches: by field and what
    followed. buckets: requests per bucket of BOUNDS, the last beyond all. seconds: their sum.
    """

    statuses: dict[int, int]
    records: dict[tuple[str, str], int]
    breaches: dict[tuple[str, str], int]
    buckets: tuple[int, ...]
    seconds: float
    in_flight: int


class Counters:
    """Counts from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._statuses: Counter[int] = Counter()
        self._records: dict[tuple[str, str], int] = {}
        self._breaches: Counter[tuple[str, str]] = Counter()
        self._buckets = [0] * (len(BOUNDS) + 1)
        self._seconds, self._in_flight = 0.0, 0
        self._fields: dict[str, frozenset[str]] = {}

    def begun(self) -> None:
        """A request came."""
        with self._lock:
            self._in_flight += 1

    def ended(self, status: int, seconds: float) -> None:
        """Its answer went."""
        with self._lock:
            self._in_flight -= 1
            self._statuses[status] += 1
            self._buckets[bisect_left(BOUNDS, seconds)] += 1
            self._seconds += seconds

    def answered(
        self, parts: Iterable[tuple[Served, Judgement]], decided_by: Sequence[str]
    ) -> None:
        """Records with the version each was for, and who decided: model, baseline or nobody."""
        with self._lock:
            for (one, judgement), who in zip(parts, decided_by, strict=True):
                place = one.share.version, who
                try:
                    self._records[place] += 1
                except KeyError:
                    self._first(place)
                if judgement.reasons:
                    self._broken(one.held.runtime.manifest, judgement.reasons)

    def refused(self, one: Served, reasons: tuple[Breach, ...]) -> None:
        """A request that was refused as a whole."""
        with self._lock:
            self._broken(one.held.runtime.manifest, reasons)

    def counted(self) -> Counted:
        """A copy of it all."""
        with self._lock:
            return Counted(
                dict(self._statuses), dict(self._records), dict(self._breaches),
                tuple(self._buckets), self._seconds, self._in_flight,
            )  # fmt: skip

    def _first(self, place: tuple[str, str]) -> None:
        versions = dict.fromkeys(version for version, _ in self._records)
        if place[0] not in versions and len(versions) >= _VERSIONS:
            oldest = next(iter(versions))
            for one in [one for one in self._records if one[0] == oldest]:
                del self._records[one]
        self._records[place] = 1

    def _broken(self, stated: Manifest, reasons: tuple[Breach, ...]) -> None:
        """A name that only a caller knows counts under no name."""
        known = self._fields.get(stated.contract)
        if known is None:
            known = frozenset((*stated.columns, *map(rules.name, stated.rules)))
            self._fields = {**dict(list(self._fields.items())[-_VERSIONS:]), stated.contract: known}
        for reason in reasons:
            field = reason.field if reason.field in known else ""
            self._breaches[field, reason.on_breach] += 1
