"""What a door says of itself: /livez, /readyz, /startupz, /metrics."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from mainstay.core.clock import stopwatch
from mainstay.life.serve import metrics
from mainstay.life.serve.breaker import Breaker
from mainstay.life.serve.counters import Counters
from mainstay.life.serve.gate import Gate
from mainstay.life.serve.handle import Door
from mainstay.life.serve.health import Health
from mainstay.life.serve.journal import Journal
from mainstay.life.serve.metrics import Family, State
from mainstay.life.serve.shadow import Shadows
from mainstay.life.serve.watching import Watch

ENCODE = msgspec.json.Encoder().encode
LAGGING = 5.0  # seconds of a write after which readiness names the disk
JSON = b"application/json"


class Said(NamedTuple):
    """A status, its facts, and what they are."""

    status: int
    body: bytes
    kind: bytes = JSON


class Parts(NamedTuple):
    """All that a door knows of itself."""

    watch: Watch
    journal: Journal
    door: Door
    counters: Counters
    health: Health
    breaker: Breaker
    shadows: Shadows
    gate: Gate
    began: float


def sound(parts: Parts) -> bool:
    """Whether it is ready and no circuit of a routed version is open."""
    table = parts.watch.table
    whole = table is not None and not any(one.held.circuit.engine for one in table.served)
    return whole and _ready(parts)[0]


def livez(parts: Parts) -> Said:
    """Whether the process is worth keeping: who can answer this lives."""
    return Said(200, ENCODE({"live": True, "seconds": round(stopwatch() - parts.began, 3)}))


def startupz(parts: Parts) -> Said:
    """503 until a first routing is followed; 200 ever after."""
    started = parts.watch.table is not None
    return Said(200 if started else 503, ENCODE({"started": started}))


def readyz(parts: Parts) -> Said:
    """200 where every routed version answered its golden rows lately; else 503 and why.

    Then who answers, by whom, and all that is not as wished.
    """
    watch, table = parts.watch, parts.watch.table
    ready, doubts = _ready(parts)
    versions = table.served if table else ()
    said = {
        "ready": ready,
        "model": table.routing.model if table else "",
        "sequence": table.routing.sequence if table else 0,
        "environment": watch.place.environment,
        "versions": [
            {"version": one.share.version, "share": one.share.share, "certificate": one.short}
            for one in versions
        ],
        "reasons": list(dict.fromkeys((*_reasons(parts), *doubts))),
        "lost": parts.journal.lost,
        "failed": parts.door.failed,
    }
    return Said(200 if ready else 503, ENCODE(said))


def metrics_of(parts: Parts) -> Said:
    """Every number, for Prometheus."""
    return Said(200, metrics.text(families_of(parts)), metrics.TYPE)


def families_of(parts: Parts) -> tuple[Family, ...]:
    """The same, by name."""
    watch = parts.watch
    state = State(
        watch.table, parts.journal.standing(), watch.time(), _ready(parts)[0], parts.door.failed,
        watch.restarts, parts.breaker.openings, parts.shadows.standing(), watch.views.cut,
    )  # fmt: skip
    return tuple(metrics.families(parts.counters.counted(), state))


def shortened(said: Said, what: str) -> Said:
    """Yes or no only, for whoever may not see more."""
    known: dict[str, Any] = msgspec.json.decode(said.body)
    return said._replace(body=ENCODE({what: known[what]}))


PAGES: Mapping[str, tuple[Callable[[Parts], Said], str]] = {
    "/livez": (livez, "live"),
    "/readyz": (readyz, "ready"),
    "/startupz": (startupz, "started"),
    "/metrics": (metrics_of, ""),
}
"""By path: what is said, and the one fact of it that everybody may know."""


def _ready(parts: Parts) -> tuple[bool, tuple[str, ...]]:
    doubts = parts.health.reasons()
    return parts.watch.table is not None and not doubts, doubts


def _reasons(parts: Parts) -> list[str]:
    """What is not as wished, and stops no answer."""
    table = parts.watch.table
    now = parts.watch.time() if table else None
    served = table.served if table else ()
    runtimes = [one.held.runtime for one in served]
    standing = parts.journal.standing()
    found = [
        parts.watch.refused,
        parts.watch.shadow_refused,
        parts.gate.refused,
        parts.watch.views.lacking,
        *(one.silenced(now) for one in served),
    ]
    found += [note for one in runtimes for note in one.notes]
    found += [str(one.failure) for one in runtimes if one.failure]
    found += [one.held.circuit.breaches for one in served]
    if table and table.recalled:
        found.append(f"{table.served[-1].share.version} was recalled: {table.recalled}")
    if table and table.private:
        found.append(table.private.lacks)
    if standing.full:
        found.append(
            f"the journal holds {standing.kept:,} bytes, all it may: nobody brings it; run "
            "mainstay watch, or raise MAINSTAY_JOURNAL_GB"
        )
    if standing.lost:
        why = "it is full" if standing.full else "the disk is or was full or slow"
        found.append(f"{standing.lost:,} answers are in no journal: {why}")
    if standing.lag > LAGGING:
        found.append(f"the journal waits for its disk since {standing.lag:.0f} s")
    return [reason for reason in found if reason]
