"""What is at stake in one decision, where money hangs on its own columns.

With a chance p of yes, acting gains p G and loses (1 - p) L against leaving: G is what a yes acted
on is worth above one left, L what a no left is worth above one acted on. Both hang on the row, so
the probability from which on acting pays does too. The leaning puts all rows on one scale from 0 to
1: 1/2 where p is just worth it, so one threshold decides all of them.

Source: Elkan (2001), The Foundations of Cost-Sensitive Learning.
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from mainstay.bundle.encoder import Row, attribute
from mainstay.core.columns import Columns, Text, rows
from mainstay.core.errors import Mistake

Floats = NDArray[np.float64]


class Payoff(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """plus + times the column; one that is below 0 counts as 0, a null as `missing`."""

    plus: float = 0.0
    column: str = ""
    times: float = 0.0
    missing: float = 0.0


class Stakes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Money of a decision of each kind."""

    true_positive: Payoff
    false_positive: Payoff
    true_negative: Payoff
    false_negative: Payoff

    @property
    def payoffs(self) -> tuple[Payoff, Payoff, Payoff, Payoff]:
        """In the order of a value matrix."""
        return (self.true_positive, self.false_positive, self.true_negative, self.false_negative)

    @property
    def columns(self) -> tuple[str, ...]:
        """What money hangs on, each once."""
        return tuple(dict.fromkeys(one.column for one in self.payoffs if one.column))


def money(payoffs: tuple[Payoff, ...], columns: Columns) -> Floats:
    """Of each row by each payoff, shape (rows, payoffs). Raises Mistake for a column of text."""
    made = np.empty((rows(columns), len(payoffs)))
    for place, one in enumerate(payoffs):
        made[:, place] = one.plus
        if one.column:
            amount = _numbers(one.column, columns[one.column])
            known = np.where(np.isnan(amount), one.missing, np.maximum(amount, 0.0))
            made[:, place] += one.times * known
    return made


def leanings(score: Floats, payoffs: Floats) -> Floats:
    """Of each row, in [0, 1]; payoffs: money by kind, shape (rows, 4), as `money` gives it."""
    gain, loss = payoffs[:, 0] - payoffs[:, 3], payoffs[:, 2] - payoffs[:, 1]
    up, down = score * gain, (1 - score) * loss
    whole = np.abs(up) + np.abs(down)
    apart = np.divide(up - down, whole, out=np.full(len(score), -1.0), where=whole > 0)
    return np.asarray(0.5 + 0.5 * apart)


def likeliest(score: Floats, matrix: tuple[tuple[float, ...], ...]) -> NDArray[np.int64]:
    """The place of the class that is decided for, shape (rows,); score: (rows, classes).

    matrix: money by actual and decided class: the class that earns most by the chances of all;
    without it the likeliest. Of equals the first. Sums go class by class, so one row alone adds up
    to the same bits as among others.
    """
    earned = score
    if matrix:
        money = np.array(matrix)
        earned = score[:, [0]] * money[0]
        for at in range(1, len(money)):
            earned = earned + score[:, [at]] * money[at]
    found: NDArray[np.int64] = earned.argmax(axis=1)
    return found


def leaning(stakes: Stakes, columns: tuple[str, ...]) -> Callable[[float, Row], float]:
    """The same of one row, whose columns stand in this order: bit for bit."""
    reads = [_reader(one, columns) for one in stakes.payoffs]

    def leans(score: float, row: Row) -> float:
        acted, wrongly, left, missed = (read(row) for read in reads)
        up, down = score * (acted - missed), (1 - score) * (left - wrongly)
        whole = abs(up) + abs(down)
        return 0.5 + 0.5 * ((up - down) / whole if whole > 0 else -1.0)

    return leans


def _reader(one: Payoff, columns: tuple[str, ...]) -> Callable[[Any], float]:
    if not one.column:
        return lambda _: one.plus
    read = attrgetter(attribute(columns, one.column))

    def worth(row: Any) -> float:
        amount = read(row)
        known = one.missing if amount is None or amount != amount else max(float(amount), 0.0)  # noqa: PLR0124 - no NaN
        return one.plus + one.times * known

    return worth


def _numbers(name: str, values: Any) -> Floats:
    if isinstance(values, Text):
        raise Mistake(f"money hangs on {name}, which is text", hint="name a column of numbers")
    return np.asarray(values, dtype=np.float64)
