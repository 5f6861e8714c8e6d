"""What each row is worth by the contract: by the columns that money hangs on."""

import numpy as np

from mainstay.bundle import stakes
from mainstay.bundle.stakes import Payoff, Stakes
from mainstay.contract.model import Contract
from mainstay.contract.payoffs import ByColumn
from mainstay.core.columns import Columns
from mainstay.core.errors import Mistake
from mainstay.stats.blocks import Floats


def by_row(contract: Contract, columns: Columns) -> Floats | None:
    """Money of each row by kind, shape (rows, kinds), kinds as in Value.payoffs.

    None where it hangs on no column: it is the same for all rows.
    """
    if not contract.objective.amounts:
        return None
    some = {name: columns[name] for name in contract.objective.amounts}
    return stakes.money(payoffs(contract), some)


def payoffs(contract: Contract) -> tuple[Payoff, ...]:
    """As a bundle states them; none without money."""
    value = contract.objective.value
    stated = value.payoffs(contract.objective.task) if value else ()
    return tuple(map(_payoff, stated))


def at_stake(contract: Contract) -> Stakes | None:
    """What decides at the door; None where money hangs on no column or no yes or no is decided."""
    if contract.objective.task != "binary" or not contract.objective.amounts:
        return None
    return Stakes(*payoffs(contract))


def by_class(contract: Contract) -> tuple[tuple[float, ...], ...]:
    """Money by actual and decided class; empty without a matrix."""
    value = contract.objective.value
    return value.by_class if value else ()


def refuse_other_classes(contract: Contract, classes: tuple[bool | int | float | str, ...]) -> None:
    """Raises Mistake where the matrix names other classes than the training rows hold."""
    value = contract.objective.value
    if value is None or not value.matrix:
        return
    named, known = value.classes, tuple(map(str, classes))
    strange, missing = sorted({*named} - {*known}), sorted({*known} - {*named})
    if missing:
        raise Mistake(
            f"objective.value.matrix does not name {', '.join(missing)}, which training rows are",
            hint="say what it is worth to decide for it, and what every decision for it is worth",
        )
    if strange:
        raise Mistake(
            f"objective.value.matrix names {', '.join(strange)}, which no training row is",
            hint=f"the classes are {', '.join(known)}",
        )
    if named != known or any(isinstance(one, bool) for one in classes):
        raise Mistake(
            f"classes {', '.join(known)} cannot be priced: they are truths, or numbers as text",
            hint="name classes by whole numbers, or by texts that are no numbers",
        )


def refuse_unknown(contract: Contract, columns: Columns) -> None:
    """Raises Mistake where an amount is negative, or null and nothing says how much that is."""
    for one in dict.fromkeys(_hanging(contract)):
        amount = np.asarray(columns[one.column], dtype=np.float64)
        nulls = int(np.isnan(amount).sum()) if one.missing is None else 0
        below = int((amount < 0).sum())
        if nulls or below:
            what = f"{nulls:,} null" if nulls else f"{below:,} negative"
            raise Mistake(
                f"money hangs on {one.column}, which is {what} among {len(amount):,} rows that no"
                " rule stops",
                hint=f"data.fields.{one.column}.on_breach: reject, or correct it in the source",
            )


def _hanging(contract: Contract) -> list[ByColumn]:
    value = contract.objective.value
    stated = value.payoffs(contract.objective.task) if value else ()
    return [one for one in stated if isinstance(one, ByColumn)]


def _payoff(one: float | ByColumn) -> Payoff:
    if not isinstance(one, ByColumn):
        return Payoff(float(one))
    return Payoff(float(one.plus), one.column, float(one.times), float(one.missing or 0.0))
