"""Which decisions to label next: half at random, half where a label is worth most.

The random half bears an estimate out or refutes it. The other half goes to rows near the decision
threshold, of slices no certificate covers, and of an unforeseen event: each is likelier by WORTH
for each of these. Every row can be drawn, and with what chance is written down: without that no
label that was asked for says anything of the rows that were not.
"""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import ibis.expr.types as ir
import msgspec
import numpy as np
from numpy.typing import NDArray

from mainstay.bundle import manifest
from mainstay.core.columns import Columns, Text
from mainstay.core.nouns import Window
from mainstay.core.typed import FLAG, TIME
from mainstay.data import columns as memory
from mainstay.data import live
from mainstay.data.expression import constant
from mainstay.data.records import COVERED, OUTCOME, SCORE
from mainstay.life.watch import realised
from mainstay.life.watch.audits import moment
from mainstay.life.watch.design import Ask, Design, Key, Row
from mainstay.life.watch.order import Order
from mainstay.stats import sampling
from mainstay.stats.blocks import Floats
from mainstay.trainer.scored import numbers

WORTH = 4.0
"""What each reason adds to the worth of a row, which is 1 without any."""
NEAR = 0.1
"""The share of rows that count as near the threshold."""
RANDOM, CLOSE, OPEN, EVENT = "random", "near the threshold", "not covered", "event"


class Some(NamedTuple):
    """Rows to draw from, or drawn: shape (rows,). score: NaN where there is none; time: in

    microseconds since 1970; covered: False where no certificate speaks of the slice.
    """

    score: Floats
    time: Floats
    covered: NDArray[np.bool_]


def asked(order: Order, count: int, seed: int) -> Ask | None:
    """So many rows at most, of the newest windows of the champion; None where nothing is left.

    Rows that are labelled, or were asked for before, are not drawn from; nor are those whose label
    cannot be known yet.
    """
    columns = memory.fetched(_open(order))
    time = numbers(columns[order.contract.data.decisions.time])
    if not len(time):
        return None
    some = Some(numbers(columns[SCORE]), time, numbers(columns[COVERED]) != 0)
    design = _design(order, some, count)
    generator = np.random.default_rng(seed)
    first = sampling.drawn(np.full(len(time), design.random), generator)
    second = sampling.drawn(_valued(design, some), generator)
    drawn = np.union1d(first, second)
    chances, by_chance = chance(design, some), np.isin(drawn, first)
    named = keys(columns, order.contract.data.decisions.key)
    rows = tuple(
        _row(design, some, int(at), named[at], float(chances[at]), random=bool(random))
        for at, random in zip(drawn, by_chance, strict=True)
    )
    return Ask(order.now, design, rows)


def chance(design: Design, some: Some) -> Floats:
    """With what chance rows are drawn by a design; 0 for those it did not draw from."""
    since, until = design.window.since.timestamp() * 1e6, design.window.until.timestamp() * 1e6
    inside = (some.time >= since) & (some.time <= until)
    both = sampling.either(np.full(len(some.time), design.random), _valued(design, some))
    return np.where(inside, both, 0.0)


def worth(design: Design, some: Some) -> Floats:
    """1, and WORTH for each reason to ask for a row."""
    reasons = list(_reasons(design, some).values())
    return np.asarray(1 + WORTH * np.sum(reasons, axis=0))


def written(path: Path, key: str, time: str, rows: Iterable[Row]) -> None:
    """As CSV, for whoever labels: the key, when it was decided, why it is asked for, its chance."""
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow([key, time, "why", "inclusion_probability"])
        for one in rows:
            lines.writerow([one.key, one.time.isoformat(), "; ".join(one.why), repr(one.chance)])


def keys(columns: Columns, name: str) -> list[Key]:
    """The values of a column that is never null."""
    values = columns[name]
    if isinstance(values, Text):
        return [values.levels[code] for code in values.codes]
    return [int(one) for one in values]


def _open(order: Order) -> ir.Table:
    """Answers of the champion that may be asked for, in the order of their keys."""
    key, time = order.contract.data.decisions.key, order.contract.data.decisions.time
    table = realised.ours(order, order.pooled)
    last = constant((order.now - order.contract.data.label.known_after).isoformat(), TIME)
    label = table[order.contract.data.label.column]
    kept = table.filter(
        label.isnull(), table[OUTCOME] != live.REJECTED, table[time] <= last, table[key].notnull()
    )
    before = [one.key for each in order.asks for one in each.rows]
    kept = kept.filter(~kept[key].isin(before)) if before else kept
    covered = kept[COVERED].fill_null(constant(value=True, kind=FLAG))
    return kept.select(key, time, SCORE, **{COVERED: covered}).order_by(key)


def _design(order: Order, some: Some, count: int) -> Design:
    rows, stated = len(some.time), manifest.read(order.places.bundle(order.champion.bundle))
    centre = {"binary": stated.threshold, "multiclass": 0.0}.get(stated.task)
    centre = None if stated.stakes else centre  # each row has a threshold of its own
    draft = Design(
        version=order.champion.name,
        window=Window(order.pooled.since, order.now - order.contract.data.label.known_after),
        rows=rows,
        random=min((count + 1) // 2 / rows, 1.0),
        rate=None,
        centre=centre,
        near=_near(some, centre),
        event=order.event.window.since if order.event else None,
    )
    found = sampling.rate(worth(draft, some), min(count // 2, rows)) if count > 1 else 0.0
    return msgspec.structs.replace(draft, rate=found if np.isfinite(found) else None)


def _near(some: Some, centre: float | None) -> float:
    """The distance within which NEAR of the scores lie; 0 without any."""
    known = some.score[np.isfinite(some.score)]
    return float(np.quantile(np.abs(known - (centre or 0.0)), NEAR)) if len(known) else 0.0


def _valued(design: Design, some: Some) -> Floats:
    value = worth(design, some)
    return np.ones(len(value)) if design.rate is None else np.minimum(design.rate * value, 1)


def _reasons(design: Design, some: Some) -> dict[str, NDArray[np.bool_]]:
    nothing = np.zeros(len(some.time), dtype=np.bool_)
    centre, event = design.centre, design.event
    return {
        CLOSE: nothing if centre is None else np.abs(some.score - centre) <= design.near,
        OPEN: ~some.covered,
        EVENT: nothing if event is None else some.time >= event.timestamp() * 1e6,
    }


def _row(design: Design, some: Some, at: int, key: Key, odds: float, *, random: bool) -> Row:
    """Why: all that speaks for it; random where nothing but chance does."""
    why = tuple(name for name, of in _reasons(design, some).items() if of[at])
    score = float(some.score[at])
    return Row(
        key=key,
        time=moment(some.time[at]),
        why=(RANDOM, *why) if random or not why else why,
        chance=odds,
        random=random,
        score=score if np.isfinite(score) else None,
        covered=bool(some.covered[at]),
    )
