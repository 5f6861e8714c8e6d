"""The guard's judgement of a batch, by masks: the same outcome and the same flags on every row.

The guard reads a record field by field where a value is missing that must be there, and then names
these fields first; so do the flags here.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.bundle.judgement import Outcome
from mainstay.core import rules
from mainstay.core.rules import SEVERITY, STOPPING, FieldRule, OnBreach
from mainstay.data.stream import Batch, Flags
from mainstay.life.score.asked import Asks, infinite

Codes = NDArray[np.int64]
OUTCOMES: tuple[Outcome, ...] = ("score", "fallback", "reject")
SCORE, FALLBACK, REJECT = range(3)
_WORD = 64  # bits of the numbers by which combinations of breaches are told apart


class Found(NamedTuple):
    """What rows of one kind broke: names in the guard's order, and those that mark answers."""

    outcome: int
    names: tuple[str, ...]
    flags: tuple[str, ...]


class Judged(NamedTuple):
    """kind: of each row, its place among kinds, the first of which broke nothing."""

    kind: Codes
    kinds: tuple[Found, ...]

    @property
    def outcome(self) -> Codes:
        """Of each row: SCORE, FALLBACK or REJECT."""
        return np.array([one.outcome for one in self.kinds])[self.kind]


class _Sign(NamedTuple):
    """What one mask says of a row: which name, what it does, how early the guard says it."""

    name: str
    on_breach: OnBreach
    order: tuple[int, int]


_NOTHING = Found(SCORE, (), ())


def judged(batch: Batch, asks: Asks) -> Judged:
    """Every row by the worst rule that it breaks."""
    signs, masks = _signs(batch, asks)
    kind = np.zeros(batch.rows, np.int64)
    some = np.flatnonzero(np.any(masks, axis=0)) if masks else kind[:0]
    if not len(some):
        return Judged(kind, (_NOTHING,))
    combinations, place = _combinations(np.stack([one[some] for one in masks], axis=1))
    kind[some] = place + 1
    found = (_found([signs[at] for at in np.flatnonzero(one)]) for one in combinations)
    return Judged(kind, (_NOTHING, *found))


def _signs(batch: Batch, asks: Asks) -> tuple[list[_Sign], list[Flags]]:
    """Every mask with anything in it, and what it says."""
    signs, masks = [], []

    def add(name: str, on_breach: OnBreach, order: tuple[int, int], mask: Flags) -> None:
        if mask.any():
            signs.append(_Sign(name, on_breach, order))
            masks.append(mask)

    columns = {name: place for place, name in enumerate(asks.came)}
    for place, (rule, broken, required) in enumerate(asks.rules):
        mask, name = broken(batch), rules.name(rule)
        if not mask.any():
            continue
        group = 1 if isinstance(rule, FieldRule) else 2
        if required:
            missing = mask & _missing(batch, asks.came[name])
            add(name, rule.on_breach, (0, columns[name]), missing)
            mask = mask & ~missing
        add(name, rule.on_breach, (group, place), mask)
    for name, mask in infinite(batch, asks).items():
        add(name, "reject", (0, columns[name]), mask)
    return signs, masks


def _missing(batch: Batch, name: str) -> Flags:
    column = batch.column(name)
    null: Flags = column.is_null(nan_is_null=True).to_numpy(zero_copy_only=False)
    return null


def _combinations(marks: Flags) -> tuple[Flags, Codes]:
    """Distinct rows of a table of marks, and the place of each row among them."""
    packed = np.packbits(marks, axis=1)
    room = -packed.shape[1] % (_WORD // 8)
    words = np.pad(packed, ((0, 0), (0, room))).view(np.uint64)
    _, first, place = np.unique(
        words[:, 0] if words.shape[1] == 1 else words,
        axis=0, return_index=True, return_inverse=True,
    )  # fmt: skip
    return marks[first], place.reshape(-1)


def _found(signs: list[_Sign]) -> Found:
    """Of all that one row broke."""
    ordered = sorted(signs, key=lambda one: one.order)
    names = tuple(dict.fromkeys(one.name for one in ordered))
    flags = (one.name for one in ordered if one.on_breach != "reject")
    worst = max((one.on_breach for one in ordered), key=SEVERITY.index)
    outcome = OUTCOMES.index(worst) if worst in STOPPING else SCORE
    return Found(outcome, names, tuple(dict.fromkeys(flags)))
