"""Circuit breaker: opens where a version's engine is out, closes when golden rows hold again.

A row that an engine fails on gets the fallback by itself, so one bad caller takes the model away
from nobody: what opens the circuit is the engine's own failure on rows whose scores are known.
While too many of the newest rows break rules, the rows between them are doubtful too: answers say
so, or the fallback gives them, as the contract says (docs/decisions/040).
"""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from mainstay.bundle.operation import Breaker as Bounds
from mainstay.core import clock
from mainstay.core.notices import Kind
from mainstay.life.serve.away import Away
from mainstay.life.serve.counters import Counted
from mainstay.life.serve.served import Held, Served, Silent, Table

EVERY = 0.25  # seconds between two looks
PAUSE = 0.5  # seconds until an open circuit is tried first
LONGEST = 30.0  # seconds between two tries at most
CALM = 60.0  # seconds after closing; who opens again within them is tried less often
CLOSED = 0.8  # of the limit, below which the share of stopped rows must fall again
_STEPS = 60  # parts of the window of breaches that are told apart
Probe = Callable[[Served], str]
"""What is wrong with golden rows of a version now."""
Tell = Callable[[Served, Kind, str], object]
"""Hears of each change: what happened to the circuit of a version, and why."""


@dataclass(slots=True)
class _Seen:
    """How a version stood at the last look. marks: moment, rows, rows that a rule stopped."""

    failed: int
    pause: float = PAUSE
    since: float = 0.0
    told: str = ""
    marks: deque[tuple[float, int, int]] = field(default_factory=deque)


class Breaker:
    """Looks at every version of the table in force, and sets its circuit.

    openings: how often any was opened.
    """

    def __init__(
        self,
        table: Callable[[], Table | None],
        counted: Callable[[], Counted],
        probe: Probe,
        tell: Tell,
    ) -> None:
        self._table, self._counted, self._probe, self._tell = table, counted, probe, tell
        self.openings = 0
        self._seen: dict[Held, _Seen] = {}

    def look(self) -> None:
        """Once; the next look sees what changed since."""
        table = self._table()
        if table is None:
            return
        counted, now = self._counted(), clock.stopwatch()
        seen = self._seen
        self._seen = {}
        for one in table.everyone:
            held = one.held
            self._seen[held] = standing = seen.get(held) or _Seen(held.runtime.failed)
            with held.used() as alive:
                if alive and not isinstance(held.runtime.engine, Silent):
                    self._engine(one, standing, now)
            self._breaches(one, standing, counted, now)
            self._say(one, standing)

    def _say(self, one: Served, standing: _Seen) -> None:
        why = one.held.circuit.engine or one.held.circuit.breaches
        if bool(why) != bool(standing.told):
            self.openings += bool(why)
            self._tell(one, "opened" if why else "closed", why or standing.told)
        standing.told = why

    def _engine(self, one: Served, standing: _Seen, now: float) -> None:
        """Half open is a try by golden rows, never by a caller's."""
        circuit, runtime = one.held.circuit, one.held.runtime
        failed, standing.failed = runtime.failed > standing.failed, runtime.failed
        if not circuit.engine:
            why = _gone(one) or one.held.wrong or (self._probe(one) if failed else "")
            if why:
                again = now - standing.since < CALM and standing.since > 0
                standing.pause = min(2 * standing.pause, LONGEST) if again else PAUSE
                standing.since = now
                circuit.of_engine(why)
        elif now - standing.since >= standing.pause:
            why = _gone(one) or self._probe(one)
            standing.since = now
            one.held.wrong = why
            if not why:
                runtime.failure = None
                circuit.of_engine("")

    def _breaches(self, one: Served, standing: _Seen, counted: Counted, now: float) -> None:
        bounds, marks = one.held.runtime.manifest.operation.breaker, standing.marks
        rows, stopped = _counts(one.share.version, counted)
        if not marks or now - marks[-1][0] >= bounds.over / _STEPS:
            marks.append((now, rows, stopped))
        while len(marks) > 1 and now - marks[1][0] >= bounds.over:
            marks.popleft()
        rows, stopped = rows - marks[0][1], stopped - marks[0][2]
        circuit = one.held.circuit
        if too_many(bounds, rows, stopped):
            if not circuit.breaches:
                what = f"rules stop {stopped / rows:.0%} of the newest {rows:,} rows"
                falls_back = bounds.on_breach == "fallback"
                circuit.of_breaches(f"{one.share.version}: {what}", falls_back=falls_back)
        elif circuit.breaches and (not rows or stopped < CLOSED * bounds.breaches * rows):
            circuit.of_breaches("", falls_back=False)


def too_many(bounds: Bounds, rows: int, stopped: int) -> bool:
    """Whether so much is stopped that the rest is doubtful; few rows say nothing."""
    return rows >= bounds.least_rows and stopped >= bounds.breaches * rows


def _counts(version: str, counted: Counted) -> tuple[int, int]:
    """Rows asked of a version, and those that a rule stopped."""
    refused = counted.refused.get(version, 0)
    by_version: Counter[str] = Counter()
    for (name, _), count in counted.records.items():
        by_version[name] += count
    return by_version[version] + refused, counted.stopped.get(version, 0)


def _gone(one: Served) -> str:
    """Why a model in a process of its own cannot be asked; empty where it can."""
    engine = one.held.runtime.engine
    if not isinstance(engine, Away) or engine.alive:
        return ""
    return str(one.held.runtime.failure or "the model's process is not running")
