"""Scores of many rows by a model that refuses some of them: the others are scored all the same."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.core.errors import Mistake

Matrix = NDArray[np.float64]
Scores = Callable[[Matrix], Matrix]


class Answers(NamedTuple):
    """Scores, (rows,) or (rows, classes), NaN where refused; refused: the last refusal."""

    scores: Matrix
    refused: Mistake | None


class _Refused(NamedTuple):
    rows: int
    why: Mistake


def answers(ask: Scores, rows: Matrix, most: int) -> Answers:
    """What a model says of rows, at least one.

    A refused stretch is cut in half and asked again; after `most` refusals it counts as refused in
    every row.
    """
    parts = list(_parts(ask, rows, count(1), most))
    shape = next((part.shape[1:] for part in parts if not isinstance(part, _Refused)), ())
    refused = [part.why for part in parts if isinstance(part, _Refused)]
    filled = [
        np.full((part.rows, *shape), np.nan) if isinstance(part, _Refused) else part
        for part in parts
    ]
    return Answers(np.concatenate(filled), refused[-1] if refused else None)


def _parts(
    ask: Scores, rows: Matrix, refused: Iterator[int], most: int
) -> Iterator[Matrix | _Refused]:
    """Scores of stretches of rows, in order."""
    try:
        yield ask(rows)
    except Mistake as why:
        if len(rows) == 1 or next(refused) > most:
            yield _Refused(len(rows), why)
            return
        for half in np.array_split(rows, 2):
            yield from _parts(ask, half, refused, most)
