"""What a guard says of a request: a judgement per row with its reasons, or one refusal."""

from typing import Literal

import msgspec

from mainstay.bundle.encoder import Row
from mainstay.core.rules import SEVERITY, STOPPING, OnBreach

Outcome = Literal["score", "fallback", "reject"]
SHOWN = 40
"""Characters of a caller's own text that an answer repeats."""
_LONGEST = 200  # characters of one reason


class Breach(msgspec.Struct, frozen=True):
    """One rule not kept; path is where in the request, for example `$.records[0].distance`."""

    path: str
    field: str
    what: str
    on_breach: OnBreach


class Judgement(msgspec.Struct, frozen=True, gc=False):
    """What to do with one row; a value that could not be read is None in it, or imputed.

    row is None only where the record is no object, and then the outcome is reject.
    """

    row: Row | None
    outcome: Outcome
    reasons: tuple[Breach, ...] = ()

    @property
    def flags(self) -> tuple[str, ...]:
        """Fields and conditions that mark the answer, or made it the fallback's; each once."""
        marking = (reason.field for reason in self.reasons if reason.on_breach != "reject")
        return tuple(dict.fromkeys(marking))


class Rejection(msgspec.Struct, frozen=True):
    """A request refused as a whole: 400 where it is no JSON, 422 where it is no request."""

    status: Literal[400, 422]
    reasons: tuple[Breach, ...]


def judgement(row: Row, found: tuple[Breach, ...]) -> Judgement:
    """By the worst of what was found."""
    if not found:
        return Judgement(row, "score")
    worst = max((breach.on_breach for breach in found), key=SEVERITY.index)
    outcome: Outcome = worst if worst in STOPPING else "score"  # type: ignore[assignment]  # two literals
    return Judgement(row, outcome, found)


def rejection(status: Literal[400, 422], path: str, what: str) -> Rejection:
    """A refusal for one reason."""
    return Rejection(status, (Breach(path, "", what[:_LONGEST], "reject"),))
