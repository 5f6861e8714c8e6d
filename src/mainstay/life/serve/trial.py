"""A canary on trial beside who answers the other entities: errors, latency, rules, scores.

Entities are divided by hash, so both see the same world at the same time, and what differs is the
version. Two looks go on together: one at everything since the routing began, each time it has
doubled, for small harm; one at the newest rows, every few seconds, for harm that begins late. Both,
and the look at early labels that `run` takes, spend from one budget of false alarms
(stats.excess.PART), so that looking often alarms nobody.
"""

import threading
from collections.abc import Sequence
from math import sqrt

from mainstay.bundle.guard import Judgement
from mainstay.core import clock
from mainstay.core.entries import ENGINE, EXPIRED, REST
from mainstay.core.nouns import Estimate, Limit, Verdict
from mainstay.life.serve.hearing import Failing
from mainstay.life.serve.routing import bucket
from mainstay.life.serve.served import Answered, Served
from mainstay.stats import excess
from mainstay.stats.excess import Arm

GROUPS = 64
LEAST = 50  # rows of the canary for a look
FRESH = 5.0  # seconds of the newest rows for a look at them
MEASURES = ("stopped", "errors", "slower", "shift")
_STOPPED, _ERRORS, _SLOWER, _SCORE, _SQUARES = 0, 2, 4, 6, 8  # columns: rows, then hits or sums
_COLUMNS = 9
Parts = Sequence[tuple[Served, Judgement]]


class Trial:
    """What both arms did. Touched by every thread that answers while there is a canary."""

    def __init__(self, served: tuple[Served, ...]) -> None:
        """served: of a table with a canary, which is the last of them."""
        self.canary = served[-1].share.version
        self._beside = served[0].share.version if len(served) > 1 else "the baseline"
        self._operation = served[-1].held.runtime.manifest.operation
        bands = {one.held.runtime.abstain for one in (served[0], served[-1])}
        # Scores on which one of them abstains are not counted: then both score other rows.
        self._measures = MEASURES if len(bands) == 1 else MEASURES[:-1]
        self._lock = threading.Lock()
        self._newest, self._before = _nothing(), _nothing()
        self._looks = [0, 0]  # at everything, at the newest
        self._due = float(LEAST)
        self._since = clock.stopwatch()

    def saw(self, parts: Parts, said: Sequence[object], seconds: float) -> None:
        """A request was answered; seconds: for all of its rows."""
        slow = float(seconds > self._operation.latency) if len(parts) == 1 else None
        with self._lock:
            for (one, judgement), answer in zip(parts, said, strict=True):
                if judgement.row is not None:
                    arm = one.share.version == self.canary and not one.resting
                    group = bucket(one.entity(judgement.row)) % GROUPS
                    self._add(arm * _COLUMNS * GROUPS + group, judgement, answer, slow)

    def failing(self) -> Failing | None:
        """What fails by now; None where nothing surely does. For one thread."""
        now = clock.stopwatch()
        with self._lock:
            newest = [*self._newest]
            everything = [one + two for one, two in zip(self._before, newest, strict=True)]
            rows = sum(_arm(newest, 1, _STOPPED).rows)
            if rows < LEAST or now - self._since < FRESH:
                return None
            self._newest, self._before, self._since = _nothing(), everything, now
        found = self._judged(newest, 1)
        total = sum(_arm(everything, 1, _STOPPED).rows)
        if found is None and total >= self._due:
            self._due = 2 * total
            found = self._judged(everything, 0)
        return found

    def _add(self, place: int, judgement: Judgement, answer: object, slow: float | None) -> None:
        counts = self._newest
        stopped = judgement.outcome != "score"
        counts[place + _STOPPED * GROUPS] += 1
        counts[place + (_STOPPED + 1) * GROUPS] += stopped
        if slow is not None:
            counts[place + _SLOWER * GROUPS] += 1
            counts[place + (_SLOWER + 1) * GROUPS] += slow
        if stopped or not isinstance(answer, Answered) or EXPIRED in answer.flags:
            return
        counts[place + _ERRORS * GROUPS] += 1
        counts[place + (_ERRORS + 1) * GROUPS] += ENGINE in answer.flags
        if answer.decided_by == "model" and REST not in answer.flags:
            counts[place + _SCORE * GROUPS] += 1
            counts[place + (_SCORE + 1) * GROUPS] += answer.score
            counts[place + _SQUARES * GROUPS] += answer.score**2

    def _judged(self, counts: list[float], kind: int) -> Failing | None:
        alpha = excess.spent(excess.PART, self._looks[kind]) / len(self._measures)
        self._looks[kind] += 1
        for measure in self._measures:
            limit = Limit("at_most", getattr(self._operation.trial, measure))
            estimate = _estimate(counts, measure, alpha)
            if limit.judge(estimate) is Verdict.FAIL:
                return Failing(measure, estimate, limit, self._why(measure, estimate, limit))
        return None

    def _why(self, measure: str, found: Estimate, limit: Limit) -> str:
        what = {
            "stopped": "rules stop more of its rows",
            "errors": "its engine fails on more rows",
            "slower": f"more of its answers take longer than {self._operation.latency * 1e3:g} ms",
            "shift": "its scores lie elsewhere, in standard deviations",
        }[measure]
        return (
            f"{what} than beside it with {self._beside}: {found.value:.3g} more, at least"
            f" {found.low:.3g} over {found.n:,} rows, limit {limit}"
        )


def _nothing() -> list[float]:
    return [0.0] * (2 * _COLUMNS * GROUPS)


def _arm(counts: list[float], arm: int, column: int) -> Arm:
    at = (arm * _COLUMNS + column) * GROUPS
    return Arm(counts[at : at + GROUPS], counts[at + GROUPS : at + 2 * GROUPS])


def _estimate(counts: list[float], measure: str, alpha: float) -> Estimate:
    if measure == "shift":
        return _shift(counts, alpha)
    column = {"stopped": _STOPPED, "errors": _ERRORS, "slower": _SLOWER}[measure]
    return excess.excess(_arm(counts, 1, column), _arm(counts, 0, column), alpha)


def _shift(counts: list[float], alpha: float) -> Estimate:
    """In standard deviations of the scores of who answers beside it."""
    other = _arm(counts, 0, _SCORE)
    rows, total = sum(other.rows), sum(other.hits)
    squares = sum(counts[_SQUARES * GROUPS : (_SQUARES + 1) * GROUPS])
    spread = sqrt(max(squares / rows - (total / rows) ** 2, 0.0)) if rows else 0.0
    return excess.shift(_arm(counts, 1, _SCORE), other, spread, alpha)
