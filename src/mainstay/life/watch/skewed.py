"""Whether what the door looked up is what training would have seen: a gate of every look."""

from collections.abc import Iterator

from msgspec import structs

from mainstay.bundle.manifest import Manifest
from mainstay.contract.model import Contract
from mainstay.core.errors import Missing, Mistake, Unavailable
from mainstay.core.nouns import Evidence, Limit, Verdict, known
from mainstay.core.typed import TEXT, TIME
from mainstay.data import rows, skew
from mainstay.data.expression import constant
from mainstay.data.records import VERSION
from mainstay.data.skew import Skew
from mainstay.life.watch.order import Finding, Order
from mainstay.stats import proportion

CLAUSE = "skew"
ROWS, CUTS = 2_000, 12
"""Answers that are joined again at most, and refreshes they looked up in: each is a join."""
METHOD = (
    "joined again from the sources as of when it was looked up; the column with most others,"
    " Clopper-Pearson, 95 % over all columns"
)


def evidence(order: Order, stated: Manifest) -> tuple[Evidence, ...]:
    """Of each context that the champion looks up; unsure of what cannot be joined again."""
    contract = order.looks_up
    if contract is None:
        return ()
    held = skew.held(contract, {*stated.columns})
    lost = {
        name: why for name in contract.data.context if (why := _lost(order, contract, name, held))
    }
    asked = {name: some for name, some in held.items() if name not in lost}
    try:
        found = _skews(order, contract, asked) if asked else ()
    except (Mistake, Missing, Unavailable) as error:
        found, lost = (), lost | dict.fromkeys(asked, str(error))
    columns = sum(map(len, asked.values()))
    told = (_judged(order, name, found, columns) for name in asked if name not in lost)
    return (*(_unknown(order, name, why) for name, why in lost.items()), *told)


def findings(order: Order, some: tuple[Evidence, ...]) -> Iterator[Finding]:
    """Of each context that is surely beyond its limit."""
    for one in some:
        if one.verdict is Verdict.FAIL and one.estimate:
            name = one.clause.partition(", ")[2]
            yield Finding(
                clause=CLAUSE,
                columns=(name,),
                what=f"{one.estimate.value:.1%} of what was looked up in {name} is not what"
                f" training sees: {one.note}",
                cause="the views of the door, or rows of the source, changed afterwards",
                owner=order.contract.owner,
                action="mainstay context refresh; where it lasts, mainstay context skew names rows",
                verdict=Verdict.FAIL,
                window=one.window or order.pooled,
            )


def _lost(order: Order, contract: Contract, name: str, held: dict[str, tuple[str, ...]]) -> str:
    """Why it cannot be told of a context; "" where it can."""
    on = {*contract.data.context[name].on}
    if name in order.unfit:
        return "its source cannot be read"
    if on & order.hidden:
        return "the journal hides what its rows are found by"
    return "" if name in held else "requests hold nothing of it, or not what it is found by"


def _skews(order: Order, contract: Contract, asked: dict[str, tuple[str, ...]]) -> tuple[Skew, ...]:
    table, time = order.table, contract.data.decisions.time
    since = constant(order.pooled.since.isoformat(), TIME)
    ours = table.filter(table[VERSION] == constant(order.champion.name, TEXT), table[time] >= since)
    logged = skew.newest(ours, rows=ROWS, cuts=CUTS)
    sources = rows.prepared(contract, order.reader, order.now)
    return skew.skews(contract, sources, logged, asked, order.now)


def _judged(order: Order, name: str, found: tuple[Skew, ...], columns: int) -> Evidence:
    """By the column of which most values are others."""
    ours = [one for one in found if one.context == name]
    if not ours:
        return _unknown(order, name, "no answer looked anything up")
    worst = max(ours, key=lambda one: (one.differing, one.column))
    level = 1 - 0.05 / max(columns, 1)
    seen = proportion.clopper_pearson(worst.differing, worst.rows, level=level)
    example = "" if worst.example is None else f", for example at {worst.example}"
    return structs.replace(
        _unknown(order, name, f"{worst.differing:,} of {worst.rows:,} {worst.column}{example}"),
        population=f"{worst.rows:,} newest answers",
        estimate=known(seen),
        verdict=_limit(order).judge(seen),
    )


def _unknown(order: Order, name: str, why: str) -> Evidence:
    return Evidence(
        clause=f"{CLAUSE}, {name}", subject=order.champion.name, population="looked-up values",
        method=METHOD, window=order.pooled, limit=_limit(order), verdict=Verdict.UNSURE, note=why,
    )  # fmt: skip


def _limit(order: Order) -> Limit:
    return order.contract.watch.skew.limit
