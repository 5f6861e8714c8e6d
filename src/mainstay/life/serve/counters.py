"""What a door counts while it answers: plain numbers, 1 us a request at most.

Labels are bounded: statuses, the versions served lately, fields and rules of their bundles.
"""

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from mainstay.bundle.guard import Breach, Judgement
from mainstay.bundle.lookup import marks
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
    followed. stopped: by version, records that a rule kept from its model; refused: requests that a
    rule refused as a whole, one of stopped each. buckets: requests per bucket of BOUNDS, the last
    beyond all. seconds: their sum.
    """

    statuses: dict[int, int]
    records: dict[tuple[str, str], int]
    breaches: dict[tuple[str, str], int]
    stopped: dict[str, int]
    refused: dict[str, int]
    buckets: tuple[int, ...]
    seconds: float
    in_flight: int


class Said(Protocol):
    """What one record got."""

    @property
    def decided_by(self) -> str:
        """Model, baseline, person or REJECTED."""


Parts = Sequence[tuple[Served, Judgement]]
Records = dict[tuple[str, str], int]


class Counters:
    """Counts for one thread that answers callers, and others that do so for it, said by `away`."""

    def __init__(self) -> None:
        self._lock, self._breaking = threading.Lock(), threading.Lock()
        self._statuses: dict[int, int] = {}
        self._here: Records = {}
        self._away: Records = {}
        self._breaches: Counter[tuple[str, str]] = Counter()
        self._stopped: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._buckets = [0] * (len(BOUNDS) + 1)
        self._seconds, self._begun = 0.0, 0
        self._fields: dict[str, frozenset[str]] = {}

    def begun(self) -> None:
        """A request came."""
        self._begun += 1

    def ended(self, status: int, seconds: float) -> None:
        """Its answer went."""
        statuses = self._statuses
        statuses[status] = statuses.get(status, 0) + 1
        self._buckets[bisect_left(BOUNDS, seconds)] += 1
        self._seconds += seconds

    def answered(self, parts: Parts, said: Sequence[Said], *, away: bool = False) -> None:
        """Records with the version each was for, and what it got; one alone costs 0.3 us."""
        if away:
            with self._lock:
                self._all(self._away, parts, said)
        elif len(parts) > 1:
            self._all(self._here, parts, said)
        else:
            (one, judgement), answer = parts[0], said[0]
            try:
                self._here[one.share.version, answer.decided_by] += 1
            except KeyError:
                _first(self._here, (one.share.version, answer.decided_by))
            if judgement.reasons:
                self._broken(one, judgement.reasons, stopped=judgement.outcome != "score")

    def said(self, version: str, by: str, count: int) -> None:
        """Records of one request that break nothing, all answered alike, here."""
        place = version, by
        if place not in self._here:
            _first(self._here, place)
            count -= 1
        self._here[place] += count

    def refused(self, one: Served, reasons: tuple[Breach, ...]) -> None:
        """A request that was refused as a whole; what was no request at all breaks no rule."""
        ruled = any(reason.field for reason in reasons)
        with self._breaking:
            self._refused[one.share.version] += ruled
        self._broken(one, reasons, stopped=ruled)

    def counted(self) -> Counted:
        """A copy of it all."""
        with self._lock:
            records = Counter(self._here)
            records.update(self._away)
            return Counted(
                dict(self._statuses), records, dict(self._breaches), dict(self._stopped),
                dict(self._refused), tuple(self._buckets), self._seconds,
                self._begun - sum(self._buckets),
            )  # fmt: skip

    def _all(self, records: Records, parts: Parts, said: Sequence[Said]) -> None:
        for (one, judgement), answer in zip(parts, said, strict=True):
            place = one.share.version, answer.decided_by
            if place in records:
                records[place] += 1
            else:
                _first(records, place)
            if judgement.reasons:
                self._broken(one, judgement.reasons, stopped=judgement.outcome != "score")

    def _broken(self, one: Served, reasons: tuple[Breach, ...], *, stopped: bool) -> None:
        """A name that only a caller knows counts under no name."""
        stated = one.held.runtime.manifest
        known = self._fields.get(stated.contract)
        if known is None:
            of_context = (mark for each in stated.lookups for mark in marks(each))
            known = frozenset((*stated.columns, *map(rules.name, stated.rules), *of_context))
            self._fields = {**dict(list(self._fields.items())[-_VERSIONS:]), stated.contract: known}
        with self._breaking:
            self._stopped[one.share.version] += stopped
            for reason in reasons:
                field = reason.field if reason.field in known else ""
                self._breaches[field, reason.on_breach] += 1


def _first(records: Records, place: tuple[str, str]) -> None:
    versions = dict.fromkeys(version for version, _ in records)
    if place[0] not in versions and len(versions) >= _VERSIONS:
        oldest = next(iter(versions))
        for one in [one for one in records if one[0] == oldest]:
            del records[one]
    records[place] = 1
