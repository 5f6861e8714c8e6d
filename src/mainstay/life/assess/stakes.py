"""What a score of some ROC AUC earns on the rows at hand, above those who decide without one.

Money is the same for all rows, or hangs on each: then rows are decided by their leanings, as the
door does (`bundle.stakes`).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from mainstay.contract.model import Contract
from mainstay.core.nouns import Estimate
from mainstay.life.assess.alone import Codes, Floats
from mainstay.life.assess.baselines import Judged
from mainstay.life.assess.money import rivals
from mainstay.stats import bootstrap, earning, leant
from mainstay.stats.blockwise import Finish, Summed
from mainstay.trainer.measures import worth as matrix_of

CENTS = 6  # digits of money: what lies behind them is rounding
BEST, RULE, NOTHING = "the best rival", "the rule", "doing nothing"
AGAINST = (BEST, RULE, NOTHING)
_GAINED, _LOST, _ROWS, _LEFT, _RIVALS = range(5)


class Stakes(NamedTuple):
    """What acting gains on a yes and loses on a no, shape (rows,), above leaving the row.

    Both are 0 where a row is decided whatever the score. left: money of each row without a score;
    rivals: of each row by those of AGAINST; running: what an answer costs, negative. bins: of each
    row by its slope, where rows differ; slope: of each bin.
    """

    gain: Floats
    loss: Floats
    left: Floats
    rivals: tuple[Floats, ...]
    running: float
    label: Floats
    day: Codes
    bins: Codes
    slope: Floats


class _Sums(NamedTuple):
    """Of each draw: what can be gained and lost, in all and by bin, and what a rival earns above

    what is sure.
    """

    gained: Floats
    slope: Floats
    by_row: leant.Stakes
    short: Floats


Reached = Callable[[_Sums], Floats]


def of(contract: Contract, judged: Judged) -> Stakes | None:
    """None where there is no money, or nothing for a score to decide.

    A row on which acting pays for a no and costs for a yes is none that a score of yes decides.
    """
    value, label = contract.objective.value, judged.label
    if value is None or contract.objective.task != "binary":
        return None
    gain, loss = sides(contract, judged.payoffs, len(label))
    decides = (gain > 0) & (loss > 0)
    if ((gain < 0) & (loss < 0)).any() or not decides.any() or not 0 < label[decides].mean() < 1:
        return None
    best, earned = rivals(contract, judged)
    bins, slope = leant.bins(gain, loss, float(label[decides].mean()))
    return Stakes(
        gain=np.where(decides, gain, 0.0),
        loss=np.where(decides, loss, 0.0),
        left=np.where(~decides & (gain > 0), earned["always"], earned["never"]),
        rivals=(earned[best], earned["baseline"], earned["never"]),
        running=value.per_1000_predictions / 1000,
        label=label,
        day=judged.day,
        bins=bins,
        slope=slope,
    )


def sides(contract: Contract, payoffs: Floats | None, rows: int) -> tuple[Floats, Floats]:
    """What acting gains on a yes and loses on a no, of each row; below 0 where it is otherwise."""
    matrix = matrix_of(contract, payoffs)
    gain = np.broadcast_to(matrix.true_positive - matrix.false_negative, rows)
    loss = np.broadcast_to(matrix.true_negative - matrix.false_positive, rows)
    return gain.astype(np.float64), loss.astype(np.float64)


def needed(stakes: Stakes, above: float, seed: int) -> Estimate:
    """The ROC AUC that earns so much per 1,000 above the best rival."""
    ways = (earning.at_least_needed, earning.likely_enough, earning.surely_enough)

    def finish(total: Floats) -> Floats:
        each = _sums(stakes, total, _RIVALS)
        wanted = each.short + above / 1000 * total[:, :, _ROWS].sum(axis=1)
        found = [way(wanted / each.gained, each.slope) for way in ways]
        if len(stakes.slope) > 1:
            both = (leant.at_most, leant.likely)
            found[1:2] = [leant.enough(way, wanted, each.by_row) for way in both]
        return np.stack(found, axis=1)

    found = _bounds(stakes, finish, seed, "roc_auc")
    return bootstrap.within(found[0], 0.5, 1.0)


def earned(stakes: Stakes, auc: float, seed: int, unit: str) -> dict[str, Estimate]:
    """Money per 1,000 above each of AGAINST by a score of this ROC AUC, from the same resamples."""

    def finish(total: Floats) -> Floats:
        rows = total[:, :, _ROWS].sum(axis=1)
        found = []
        for place in range(len(AGAINST)):
            each = _sums(stakes, total, _RIVALS + place)
            found += [1000 * (made - each.short) / rows for made in _made(stakes, each, auc)]
        return np.round(np.stack(found, axis=1), CENTS) + 0.0  # sums in another order are no loss

    return dict(zip(AGAINST, _bounds(stakes, finish, seed, unit, len(AGAINST)), strict=True))


def _made(stakes: Stakes, each: _Sums, auc: float) -> list[Floats]:
    """Money above what is sure: at least, as the value, at most; by more than one way each."""
    area = np.full(len(each.gained), max(auc, 0.5))
    made = [
        each.gained * way(area, each.slope)
        for way in (earning.surely, earning.likely, earning.at_most)
    ]
    if len(stakes.slope) > 1:
        made[1:2] = [way(auc, each.by_row) for way in (leant.at_most, leant.likely)]
    return made


def _sums(stakes: Stakes, total: Floats, rival: int) -> _Sums:
    """A resample may hold one class: half a row of the other stands in for it."""
    gained, lost = (total[:, :, at].sum(axis=1) for at in (_GAINED, _LOST))
    gained = np.maximum(gained, _half(stakes.gain, stakes.label == 1))
    slope = np.maximum(lost, _half(stakes.loss, stakes.label == 0)) / gained
    sure = total[:, :, _LEFT] + stakes.running * total[:, :, _ROWS]
    short = (total[:, :, rival] - sure).sum(axis=1)
    by_row = leant.Stakes(stakes.slope, total[:, :, _GAINED], total[:, :, _LOST])
    return _Sums(gained, slope, by_row, short)


def _half(money: Floats, whose: Codes) -> float:
    return float(money[whose & (money > 0)].mean()) / 2


def _bounds(stakes: Stakes, finish: Finish, seed: int, unit: str, count: int = 1) -> list[Estimate]:
    """From the lowest end of several values to the highest; the last but one is told.

    count: of how many families of values.
    """
    yes = stakes.label == 1
    one = np.ones(len(yes))
    sums = [stakes.gain * yes, stakes.loss * ~yes, one, stakes.left, *stakes.rivals]
    statistic = Summed(finish, sums, bins=(stakes.bins, len(stakes.slope)))
    found = bootstrap.pointwise(statistic, (stakes.day,), seed=seed, unit=unit)
    few = int(stakes.day.max()) + 1 - int(stakes.day.min()) < bootstrap.FEWEST_BLOCKS
    size = len(found) // count
    return [_joined(found[at : at + size], few=few) for at in range(0, len(found), size)]


def _joined(found: list[Estimate], *, few: bool) -> Estimate:
    middle = found[-2]
    low = min(_end(one.low, one.value, few=few) for one in found)
    high = max(_end(one.high, one.value, few=few) for one in found)
    return Estimate(middle.value, low, high, middle.n, middle.unit)


def _end(end: float, value: float, *, few: bool) -> float:
    """What is the same over all resamples, as acting always is worth itself, has no interval."""
    return end if few or np.isfinite(end) else value
