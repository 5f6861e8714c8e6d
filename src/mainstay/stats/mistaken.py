"""What answers get wrong that are no yes or no: one class for another, a value too high or too low.

Every share and sum has its own interval, by blocks.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from mainstay.core.nouns import Estimate, known
from mainstay.stats import bootstrap
from mainstay.stats.blocks import Blocks, Floats
from mainstay.stats.blockwise import Summed, divided


class Cell(msgspec.Struct, frozen=True):
    """Decisions of one class that was another, or itself; both by place, -1 one never learned.

    often: of 1,000 decisions. worth: of one; None without money, and of one never learned.
    """

    actual: int
    decided: int
    often: Estimate | None
    worth: float | None


class Side(msgspec.Struct, frozen=True):
    """Values answered too high, too low, or both.

    share: of all decisions; by: how far off one of them is on average, in units of the label; cost:
    money of 1,000 decisions, None without money or an interval.
    """

    name: str
    share: Estimate | None
    by: Estimate | None
    cost: Estimate | None


def cells(
    label: Floats,
    decided: Floats,
    classes: int,
    worth: Floats | None,
    blocks: tuple[Blocks, ...],
    *,
    seed: int,
) -> tuple[Cell, ...]:
    """Of every pair of classes that happened; label and decided: places of classes, (rows,).

    worth: money by actual and decided, shape (classes, classes).
    """
    pair = (label * classes + decided).astype(np.int64)
    happened, place = np.unique(pair, return_inverse=True)
    each = Summed(_shares, [np.ones(len(pair))], bins=(place, len(happened)))
    found = bootstrap.pointwise(each, blocks, seed=seed)
    return tuple(
        Cell(
            at // classes,
            at % classes,
            known(bootstrap.within(one, 0, 1000)),
            None if worth is None or at < 0 else float(worth[at // classes, at % classes]),
        )
        for at, one in zip(happened.tolist(), found, strict=True)
    )


def _shares(total: Floats) -> Floats:
    return 1000 * divided(total[:, :, 0], total.sum(axis=1))


def sides(
    label: Floats,
    said: Floats,
    money: Floats | None,
    blocks: tuple[Blocks, ...],
    *,
    seed: int,
    unit: str = "",
) -> tuple[Side, Side, Side]:
    """Too high, too low, either; money: of each row, costs negative, shape (rows,); unit: its."""
    off = said - label
    paid = np.zeros(len(off)) if money is None else money
    over, under = off > 0, off < 0
    found = [
        _side(name, [some, np.abs(off) * some, 1000 * paid * some], blocks, seed)
        for name, some in (("over", over), ("under", under), ("either", over | under))
    ]
    first, second, both = (
        msgspec.structs.replace(one, cost=_priced(one.cost, unit) if money is not None else None)
        for one in found
    )
    return first, second, both


def _side(
    name: str, sums: list[NDArray[np.generic]], blocks: tuple[Blocks, ...], seed: int
) -> Side:
    """sums: which rows, how far off they are, their money."""
    one = np.ones(len(sums[0]))
    three = Summed(
        lambda total: divided(total[:, 0, :3], total[:, 0, 3:]), [*sums, one, sums[0], one]
    )
    share, by, cost = bootstrap.pointwise(three, blocks, seed=seed)
    return Side(name, known(bootstrap.within(share, 0, 1)), known(by), known(cost))


def _priced(cost: Estimate | None, unit: str) -> Estimate | None:
    return msgspec.structs.replace(cost, unit=unit) if cost else None
