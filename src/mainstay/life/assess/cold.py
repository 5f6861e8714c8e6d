"""How many decisions are about somebody never seen before."""

from collections.abc import Iterator

import ibis
import ibis.expr.types as ir
import msgspec
import numpy as np

from mainstay.contract.model import Contract
from mainstay.core.nouns import Estimate, Evidence, Window
from mainstay.core.typed import TIME
from mainstay.data import columns
from mainstay.data.expression import constant
from mainstay.life.assess.alone import Floats
from mainstay.life.assess.findings import DAYS, finding
from mainstay.stats import bootstrap
from mainstay.stats.metrics import ratio
from mainstay.stats.proportion import wilson

PART = 6  # the last sixth of the training period stands for the future
CLAUSE = "cold entities"
DAY_SECONDS = 24 * 3600
METHOD = f"first seen in the last sixth of the training period; {DAYS}"


def cold(contract: Contract, rows: ir.Table, train: Window, *, seed: int) -> Iterator[Evidence]:
    """The share of the newest rows whose entity no earlier row is about; nothing without entities.

    rows: those decided in `train`. A row that names no entity is about somebody new.
    """
    entity, time = contract.data.decisions.entity, contract.data.decisions.time
    if entity is None or entity == contract.data.decisions.key:
        return
    since = train.until - (train.until - train.since) / PART
    found = columns.fetched(_by_day(rows, entity, time, since.isoformat()))
    counts, new = (np.asarray(found[name], dtype=np.float64) for name in ("counts", "new"))
    if counts.sum():
        yield finding(CLAUSE, entity, METHOD, _share(new, counts, seed))


def _by_day(rows: ir.Table, entity: str, time: str, since: str) -> ir.Table:
    """Of each day since then how many rows there are, and how many about a new entity."""
    first = rows[time].min().over(ibis.window(group_by=rows[entity]))
    begin = constant(since, TIME)
    marked = rows.select(
        when=rows[time], new=(rows[entity].isnull() | (first >= begin)).cast("int64")
    )
    last = marked.filter(marked.when >= begin)
    by_day = last.group_by(day=(last.when.epoch_seconds() // DAY_SECONDS).cast("int64"))
    return by_day.aggregate(counts=last.count(), new=last.new.sum()).order_by("day")


def _share(new: Floats, counts: Floats, seed: int) -> Estimate:
    """By days; where they are too few or all alike, as if rows were independent."""
    days = np.arange(len(counts))
    rows = int(counts.sum())
    found = bootstrap.estimate(ratio(new, counts), (days,), seed=seed)
    if not np.isfinite(found.low):
        return wilson(int(new.sum()), rows)
    return msgspec.structs.replace(bootstrap.within(found, 0.0, 1.0), n=rows)
