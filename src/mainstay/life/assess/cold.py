"""How many decisions are about somebody never seen before."""

from collections.abc import Iterator

import ibis
import ibis.expr.types as ir
import msgspec
import numpy as np

from mainstay.contract.model import Contract
from mainstay.core import expressions
from mainstay.core.expressions import Output
from mainstay.core.nouns import Estimate, Evidence, Window
from mainstay.core.typed import TIME
from mainstay.data import columns, features
from mainstay.data.expression import constant
from mainstay.life.assess.alone import Floats
from mainstay.life.assess.findings import DAYS, finding
from mainstay.stats import bootstrap
from mainstay.stats.metrics import ratio
from mainstay.stats.proportion import wilson

PART = 6  # the last sixth of the training period stands for the future
CLAUSE = "cold entities"
WHEN, NEW = "mainstay_when", "mainstay_new"
METHOD = f"first seen in the last sixth of the training period; {DAYS}"


def cold(
    contract: Contract,
    rows: ir.Table,
    outputs: tuple[Output, ...],
    train: Window,
    *,
    seed: int,
) -> Iterator[Evidence]:
    """The share of the newest rows whose entity no earlier row is about; nothing without entities.

    rows: those decided in `train`; outputs: what features() makes of them. A row that names no
    entity is about somebody new.
    """
    entity, time = contract.data.decisions.entity, contract.data.decisions.time
    if entity is None or entity == contract.data.decisions.key:
        return
    since = train.until - (train.until - train.since) / PART
    hanging = known_by(contract, outputs)
    last = _last(rows, entity, time, since.isoformat())
    found = columns.fetched(_by_day(last, hanging))
    summed = {name: np.asarray(values, dtype=np.float64) for name, values in found.items()}
    counts, new = summed["counts"], summed["new"]
    if counts.sum():
        note = _told(hanging, summed)
        yield finding(CLAUSE, entity, METHOD, _share(new, counts, seed), note)


def known_by(contract: Contract, outputs: tuple[Output, ...]) -> tuple[Output, ...]:
    """The inputs made of the entity, or of context that is looked up by it."""
    entity = contract.data.decisions.entity
    brought = {
        one.name
        for context in contract.data.context.values()
        if entity in context.on
        for one in context.take
    }
    hang = {entity, *brought}
    return tuple(one for one in outputs if hang & set(expressions.columns(one.expression)))


def _last(rows: ir.Table, entity: str, time: str, since: str) -> ir.Table:
    """The rows since then, each with its moment and whether it is about a new entity."""
    first = rows[time].min().over(ibis.window(group_by=rows[entity]))
    begin = constant(since, TIME)
    new = ibis.ifelse(rows[entity].isnull() | (first >= begin), 1, 0)
    marked = rows.mutate(**{WHEN: rows[time], NEW: new})
    return marked.filter(marked[WHEN] >= begin)


def _by_day(last: ir.Table, hanging: tuple[Output, ...]) -> ir.Table:
    """Of each day how many rows there are, how many about a new entity, and what those lack."""
    made = features.inputs(last, hanging, (WHEN, NEW))
    lacking = {
        f"{at}.{of}": ibis.ifelse(made[one.name].isnull(), times, 0).sum()
        for at, one in enumerate(hanging)
        for of, times in (("all", 1), ("new", made[NEW]))
    }
    by_day = made.group_by(day=made[WHEN].cast("timestamp").date())  # in UTC, whatever the engine
    return by_day.aggregate(counts=made.count(), new=made[NEW].sum(), **lacking).order_by("day")


def _told(hanging: tuple[Output, ...], summed: dict[str, Floats]) -> str:
    """What the model has of somebody new."""
    if not hanging:
        return "no input hangs on who it is: the model sees of them what it sees of others"
    many, rows = summed["new"].sum(), summed["counts"].sum()
    lacking = {
        one.name: (summed[f"{at}.new"].sum() / max(many, 1), summed[f"{at}.all"].sum() / rows)
        for at, one in enumerate(hanging)
    }
    worst = max(lacking, key=lambda name: lacking[name][0] - lacking[name][1])
    theirs, of_all = lacking[worst]
    said = f"{worst} is missing of {theirs:.0%} of them, of all {of_all:.0%}"
    others = f"; {len(hanging) - 1} more inputs hang on who it is" if len(hanging) > 1 else ""
    return said + others


def _share(new: Floats, counts: Floats, seed: int) -> Estimate:
    """By days; where they are too few or all alike, as if rows were independent."""
    days = np.arange(len(counts))
    rows = int(counts.sum())
    found = bootstrap.estimate(ratio(new, counts), (days,), seed=seed)
    if not np.isfinite(found.low):
        return wilson(int(new.sum()), rows)
    return msgspec.structs.replace(bootstrap.within(found, 0.0, 1.0), n=rows)
