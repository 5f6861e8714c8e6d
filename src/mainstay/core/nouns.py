"""The nouns everybody speaks, frozen."""

import math
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

import msgspec


class Verdict(StrEnum):
    """What a judgement comes to; unsure never counts as pass."""

    PASS = "pass"
    FAIL = "fail"
    UNSURE = "unsure"


class Estimate(msgspec.Struct, frozen=True):
    """A measured value with its interval [low, high] over n rows; an exact count has low = high."""

    value: float
    low: float
    high: float
    n: int
    unit: str = ""


def known(estimate: Estimate) -> Estimate | None:
    """The estimate where all its numbers are finite, else None: JSON has no infinity.

    What has no interval was not measured, and nothing that was not measured has a verdict but
    unsure.
    """
    numbers = (estimate.value, estimate.low, estimate.high)
    return estimate if all(map(math.isfinite, numbers)) else None


class Limit(msgspec.Struct, frozen=True):
    """A bound on a measure."""

    comparison: Literal["at_least", "at_most"]
    bound: float

    def judge(self, estimate: Estimate) -> Verdict:
        """Pass when the whole interval clears the bound, fail when it misses it whole.

        The one place where a number becomes a verdict. Anything not finite, or no rows, is unsure.
        """
        known = estimate.n > 0 and all(
            map(math.isfinite, (estimate.low, estimate.high, self.bound))
        )
        if not known:
            return Verdict.UNSURE
        clears, misses = self._sides(estimate)
        return Verdict.PASS if clears else Verdict.FAIL if misses else Verdict.UNSURE

    def _sides(self, estimate: Estimate) -> tuple[bool, bool]:
        if self.comparison == "at_least":
            return estimate.low >= self.bound, estimate.high < self.bound
        return estimate.high <= self.bound, estimate.low > self.bound

    def __str__(self) -> str:
        return f"{'≥' if self.comparison == 'at_least' else '≤'} {self.bound:g}"


class Window(msgspec.Struct, frozen=True):
    """A stretch of decision time, [since, until), UTC."""

    since: datetime
    until: datetime


class Evidence(msgspec.Struct, frozen=True):
    """One clause measured on one population: estimate against limit gives the verdict.

    Without a limit it is a plain finding and `verdict` is None; it then gates nothing.
    inputs: digests of what was read. note: one line for a person, for example what would help.
    """

    clause: str
    subject: str
    population: str
    method: str
    window: Window | None = None
    estimate: Estimate | None = None
    limit: Limit | None = None
    verdict: Verdict | None = None
    inputs: tuple[str, ...] = ()
    note: str = ""


class Column(msgspec.Struct, frozen=True):
    """A column of a table: its name and its engine-neutral type (an Ibis data type as text)."""

    name: str
    type: str


class Dataset(msgspec.Struct, frozen=True):
    """Rows that were read, by content: digest over the rows, not over the file."""

    uri: str
    digest: str
    columns: tuple[Column, ...]
    rows: int
    window: Window | None = None


class Actor(msgspec.Struct, frozen=True):
    """Who did it: the principal's name and, where an act was signed, the id of the key."""

    name: str
    key: str = ""


class ModelVersion(msgspec.Struct, frozen=True):
    """One built bundle of one model: everything it came from, by digest."""

    model: str
    number: int
    bundle: str
    contract: str
    datasets: tuple[Dataset, ...]
    code: dict[str, str]

    @property
    def name(self) -> str:
        """`v3`: how people call it."""
        return f"v{self.number}"


class Event(msgspec.Struct, frozen=True):
    """Anything that happened, as the ledger keeps it; hash covers all other members."""

    seq: int
    time: datetime
    kind: str
    subject: str
    actor: Actor
    payload: dict[str, Any]
    previous: str
    hash: str
