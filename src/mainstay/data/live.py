"""Live decisions: what the door answered, once per key, with the label where it is known."""

import itertools
from datetime import datetime, timedelta
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from mainstay.contract.model import Contract
from mainstay.core.errors import Mistake
from mainstay.core.nouns import Window
from mainstay.core.typed import INTEGER, TIME
from mainstay.data import profile as profiling
from mainstay.data import rows, schema
from mainstay.data.expression import constant
from mainstay.data.labels import KNOWN_AT
from mainstay.data.profile import Bins, Profile, Selection
from mainstay.data.records import AT, FLAGS, OUTCOME, PLACE

LABELLED_AT = "mainstay_known_at"
"""Since when the label of a decision is known; null where it is not."""
_RANK, _WINDOW = "mainstay_rank", "mainstay_window"
_INSTANT = timedelta(microseconds=1)
REJECTED, PERSON = "rejected", "person"


class Counts(NamedTuple):
    """Of one window: decisions = model + baseline + rejected + person.

    Of those answered: labelled + unlabelled (will never come) + immature (may still come), and
    flagged among them.
    """

    decisions: int
    model: int
    baseline: int
    rejected: int
    flagged: int
    labelled: int
    unlabelled: int
    immature: int
    person: int = 0


def decisions(
    table: ir.Table, labels: ir.Table, contract: Contract, window: Window, now: datetime
) -> ir.Table:
    """The decisions of a window as they stand now: the journal's columns, then the label.

    One row per key: the newest answer, or the newest rejection where it was never answered; a
    rejected row without key is kept. What was rejected without a time counts where it was asked.
    The label is null until time + known_after. labels: one row per key, see data.labels.
    """
    stated = contract.data
    key, time = stated.decisions.key, stated.decisions.time
    for name in (key, time):
        schema.column(table, name, "the journal")
    asked = table.filter(table[AT] <= constant(now.isoformat(), TIME))
    timed = asked.mutate(**{time: ibis.coalesce(asked[time], asked[AT])})
    newest = _newest(rows.within(timed, time, window), key)
    return _labelled(newest, labels, contract, now)


class Arrivals(NamedTuple):
    """Of each window: answers, and labels known by now that were known by each age, not falling."""

    answers: tuple[int, ...]
    labelled: tuple[tuple[int, ...], ...]


def arrivals(
    table: ir.Table, contract: Contract, windows: tuple[Window, ...], ages: tuple[timedelta, ...]
) -> Arrivals:
    """How old decisions were when their label, as it is now, came; table: as `decisions` gives it.

    Only who is so old by now can show it: see stats.maturity.
    """
    time, known_at = table[contract.data.decisions.time], table[LABELLED_AT]
    by = {
        f"{_RANK}_{place}": known_at <= time + ibis.interval(microseconds=age // _INSTANT)
        for place, age in enumerate(ages)
    }
    answered = table.filter(table[OUTCOME] != REJECTED)
    placed = answered.select(**by, **{_WINDOW: _place(time, windows)})
    sums = {name: ibis.ifelse(placed[name], 1, 0).sum() for name in by}
    found = placed.group_by(_WINDOW).aggregate(**{_RANK: placed.count()}, **sums)
    known = {one[_WINDOW]: one for one in found.to_pyarrow().to_pylist()}
    rows = [known.get(place, {}) for place in range(len(windows))]
    return Arrivals(
        tuple(one.get(_RANK, 0) for one in rows),
        tuple(tuple(one.get(name) or 0 for name in by) for one in rows),
    )


def settled(table: ir.Table, contract: Contract, until: datetime) -> ir.Table:
    """The same without the labels of what was decided later: as if they had not come yet."""
    early = table[contract.data.decisions.time] <= constant(until.isoformat(), TIME)
    return labelled_where(table, contract, early)


def unlabelled(table: ir.Table, contract: Contract, windows: tuple[Window, ...]) -> ir.Table:
    """The same as if the labels of these windows had not come."""
    outside = _place(table[contract.data.decisions.time], windows).isnull()
    return labelled_where(table, contract, outside)


def cut(span: Window, width: timedelta) -> tuple[Window, ...]:
    """Whole windows from the beginning of a span, at least one; what is left over is in none."""
    count = max(int((span.until - span.since) // width), 1)
    starts = [span.since + at * width for at in range(count)]
    return tuple(Window(one, one + width) for one in starts)


def profiles(
    table: ir.Table, time: str, windows: tuple[Window, ...], bins: Bins
) -> tuple[Profile, ...]:
    """One profile per window, in the order given, of any table with a time; windows do not overlap.

    An empty window has a profile of no rows. Raises Mistake.
    """
    (found,) = selected(table, time, windows, (Selection(bins),))
    return found


def selected(
    table: ir.Table, time: str, windows: tuple[Window, ...], selections: tuple[Selection, ...]
) -> tuple[tuple[Profile, ...], ...]:
    """The same for each selection, in one pass."""
    place = _place(schema.column(table, time, "the table"), windows)
    return profiling.selected(table, selections, place, len(windows))


def counts(
    table: ir.Table, contract: Contract, windows: tuple[Window, ...], now: datetime
) -> tuple[Counts, ...]:
    """What became of the decisions of each window; table: as `decisions` gives it."""
    time, label = table[contract.data.decisions.time], table[contract.data.label.column]
    answered = table[OUTCOME] != REJECTED
    over = time <= constant((now - contract.data.label.never_after).isoformat(), TIME)
    asked = {
        "decisions": table[OUTCOME].notnull(),
        "model": table[OUTCOME] == "model",
        "baseline": table[OUTCOME] == "baseline",
        "rejected": ~answered,
        "person": table[OUTCOME] == PERSON,
        "flagged": answered & (table[FLAGS] != ""),
        "labelled": answered & label.notnull(),
        "unlabelled": answered & label.isnull() & over,
        "immature": answered & label.isnull() & ~over,
    }
    found = sums(table, time, asked, windows)
    return tuple(
        Counts(**{name: int(some[place]) for name, some in found.items()})
        for place in range(len(windows))
    )


def sums(
    table: ir.Table, time: ir.Value, asked: dict[str, ir.Value], windows: tuple[Window, ...]
) -> dict[str, NDArray[np.float64]]:
    """How many rows of each window, by a time, are so; shape (windows,). Windows do not overlap."""
    placed = table.select(**asked, **{_WINDOW: _place(time, windows)})
    counted = {name: ibis.ifelse(placed[name], 1, 0).sum() for name in asked}
    rows = placed.group_by(_WINDOW).aggregate(**counted).to_pyarrow().to_pylist()
    known = {one[_WINDOW]: one for one in rows}
    nothing = dict.fromkeys(asked, 0)
    return {
        name: np.array(
            [known.get(place, nothing)[name] or 0 for place in range(len(windows))], float
        )
        for name in asked
    }


def labelled_where(table: ir.Table, contract: Contract, where: ir.Value) -> ir.Table:
    """The same with the labels of some rows only."""
    return table.mutate(
        **{
            name: ibis.ifelse(where, table[name], ibis.null(table[name].type()))
            for name in (contract.data.label.column, LABELLED_AT)
        }
    )


def _newest(asked: ir.Table, key: str) -> ir.Table:
    """An answer before any rejection, then what came last; PLACE makes the order whole."""
    order = [asked[OUTCOME] == REJECTED, asked[AT].desc(), asked[PLACE].desc()]
    ranked = asked.mutate(
        **{_RANK: ibis.row_number().over(group_by=asked[key], order_by=order)},
    )
    return ranked.filter((ranked[_RANK] == 0) | ranked[key].isnull()).drop(_RANK)


def _labelled(table: ir.Table, labels: ir.Table, contract: Contract, now: datetime) -> ir.Table:
    key, label = contract.data.decisions.key, contract.data.label.column
    theirs = labels.select(
        **{_RANK: labels[key], label: labels[label], LABELLED_AT: labels[KNOWN_AT]}
    )
    joined = table.drop(*{label, LABELLED_AT} & set(table.columns)).left_join(
        theirs, table[key] == theirs[_RANK]
    )
    ripe = joined[contract.data.decisions.time] <= constant(
        (now - contract.data.label.known_after).isoformat(), TIME
    )
    hidden = {
        name: ibis.ifelse(ripe, joined[name], ibis.null(joined[name].type()))
        for name in (label, LABELLED_AT)
    }
    return joined.drop(_RANK).mutate(**hidden)


def _place(time: ir.Value, windows: tuple[Window, ...]) -> ir.IntegerValue:
    """The number of the window a moment lies in; null for none."""
    ordered = sorted(windows, key=lambda one: one.since)
    for one, other in itertools.pairwise(ordered):
        if other.since < one.until:
            raise Mistake(f"the windows from {one.since} and from {other.since} overlap")
    inside = [
        (
            (time >= constant(one.since.isoformat(), TIME))
            & (time < constant(one.until.isoformat(), TIME)),
            constant(at, INTEGER),
        )
        for at, one in enumerate(windows)
    ]
    return ibis.cases(*inside, else_=ibis.null(INTEGER)) if inside else ibis.null(INTEGER)
