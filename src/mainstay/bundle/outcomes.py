"""What becomes of records by column, through the guard and the runtime that will serve."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.bundle.judgement import Rejection
from mainstay.bundle.runtime import Answer, Runtime

Floats = NDArray[np.float64]
Records = Mapping[str, list[Any]]
"""Column -> its values, None is null; all equally long."""
Outcome = Literal["rejected", "fallback", "flagged", "person", "unnoticed"]
"""unnoticed: answered by the model, without a mark; flagged: by the model, with one."""


class Outcomes(NamedTuple):
    """Of each record; score, decided: of its answer, as numbers, NaN where there is none."""

    outcome: tuple[Outcome, ...]
    score: Floats
    decided: Floats

    def are(self, *some: Outcome) -> NDArray[np.bool_]:
        """Which records met one of these, shape (records,)."""
        return np.array([one in some for one in self.outcome], dtype=np.bool_)


def outcomes(opened: Runtime, records: Records) -> Outcomes:
    """Every record as a door would answer it, in their order."""
    found = opened.guard.judged(opened.guard.request([records[one] for one in opened.guard.types]))
    count = len(next(iter(records.values())))
    score, decided = np.full(count, np.nan), np.full(count, np.nan)
    if isinstance(found, Rejection):
        nobody: tuple[Outcome, ...] = ("rejected",)
        return Outcomes(nobody * count, score, decided)
    answered = [at for at, one in enumerate(found) if one.outcome != "reject"]
    answers = dict(zip(answered, opened.answers([found[at] for at in answered]), strict=True))
    for at, one in answers.items():
        score[at], decided[at] = one.score, _number(opened, one)
    marked = [bool(one.reasons) for one in found]
    said = (_outcome(answers.get(at), marked=marked[at]) for at in range(count))
    return Outcomes(tuple(said), score, decided)


def _outcome(answer: Answer | None, *, marked: bool) -> Outcome:
    if answer is None:
        return "rejected"
    if answer.decided_by == "person":
        return "person"
    if answer.decided_by == "baseline":
        return "fallback"
    return "flagged" if marked else "unnoticed"


def _number(opened: Runtime, answer: Answer) -> float:
    """1 or 0, the value, the place of the class; NaN where nothing was decided."""
    if answer.decision is None:
        return float("nan")
    if opened.manifest.task == "multiclass":
        return float(opened.manifest.classes.index(answer.decision))
    return float(answer.decision)
