"""Windows of live decisions in counts, and the training windows they are compared with."""

from datetime import datetime
from functools import lru_cache
from pathlib import Path

import ibis
import ibis.expr.types as ir
import msgspec
import numpy as np

from mainstay.bundle.layout import PROFILE, SCORES
from mainstay.bundle.manifest import Manifest
from mainstay.core import digest
from mainstay.core.nouns import Window
from mainstay.core.rules import STOPPING, FieldRule
from mainstay.data import answered, live, schema, snapshot
from mainstay.data import rules as data_rules
from mainstay.data.answered import Answered
from mainstay.data.profile import Bins, Numbers, Profile, Texts
from mainstay.life.watch import lateness
from mainstay.life.watch.order import Order, Profiled, Stopped, Subject
from mainstay.stats import components
from mainstay.stats.components import Column

_BROKEN = "mainstay_broken "


def profiled(order: Order, stated: Manifest) -> tuple[Profiled, ...]:
    """The windows that are over and were not profiled yet; every row is looked at once."""
    windows = order.windows
    if not windows:
        return ()
    span = Window(windows[0].since, windows[-1].until)
    table = order.decided(span)
    counts = live.counts(table, order.contract, windows, order.now)
    kept = data_rules.let_through(table, stated.rules)
    time = order.contract.data.decisions.time
    found = live.profiles(kept, time, windows, bins(order, stated))
    broken = _stopped(order, stated, table, windows)
    said, late = _said(order, table, windows), lateness.late(order, table, windows)
    name = order.champion.name
    return tuple(
        Profiled(window, name, one, count, some, answers, after)
        for window, one, count, some, answers, after in zip(
            windows, found, counts, broken, said, late, strict=True
        )
    )


def bins(order: Subject, stated: Manifest) -> Bins:
    """Those of the champion's training profile, of the columns that are no key, time or entity."""
    path = order.places.bundle(order.champion.bundle) / PROFILE
    trained = msgspec.json.decode(path.read_bytes(), type=Profile)
    fields = {column.name for column in stated.request if column.role == "field"}
    kept = [one for one in trained.columns if one.name in fields]
    return Bins(
        {one.name: one.edges for one in kept if not isinstance(one, Texts)},
        {one.name: one.levels for one in kept if isinstance(one, Texts)},
    )


def trained(order: Subject, stated: Manifest) -> tuple[Profile, ...]:
    """The training rows of the champion by windows of the contract's width; none without rows.

    Computed once and kept in the work folder: it can be deleted at any time.
    """
    learned = stated.datasets[0]
    width = str(order.width.total_seconds())
    name = digest.of_value([order.champion.bundle, learned.digest, width, "with empty ones"])
    path = order.places.work / "reference" / f"{name}.json"
    if path.is_file():
        return _read(path)
    table = snapshot.read(order.engine, learned.digest, order.places.snapshots)
    found = _cut(order, stated, table)
    _kept(path, found)
    return found


def unseen(order: Subject) -> Answered | None:
    """Answers of the champion's kind about rows they were not learned from; None where the bundle

    has none in windows of the contract's width.
    """
    path = order.places.bundle(order.champion.bundle) / SCORES
    if not path.is_file():
        return None
    found = msgspec.json.decode(path.read_bytes(), type=Answered)
    return found if found.windows and found.seconds == order.width.total_seconds() else None


def columns(profiles: tuple[Profile, ...], names: tuple[str, ...]) -> list[Column]:
    """Some columns of several windows, as stats takes them."""
    by_name = [{one.name: one for one in each.columns} for each in profiles]
    return [_column([each[name] for each in by_name]) for name in names]


def _cut(order: Subject, stated: Manifest, table: ir.Table) -> tuple[Profile, ...]:
    windows = spans(order, stated)
    if not windows:
        return ()
    time = order.contract.data.decisions.time
    found = live.profiles(table, time, windows, bins(order, stated))
    return found if any(one.rows for one in found) else ()


def spans(order: Subject, stated: Manifest) -> tuple[Window, ...]:
    """The training windows; none where rows have no known time."""
    span = stated.datasets[0].window
    return live.cut(span, order.width) if span else ()


def begun(stated: Manifest) -> datetime | None:
    """When the first training window begins."""
    span = stated.datasets[0].window
    return span.since if span else None


def _said(order: Order, table: ir.Table, windows: tuple[Window, ...]) -> tuple[Profile | None, ...]:
    """Of each window, what the champion's model answered."""
    past = unseen(order)
    if past is None:
        return (None,) * len(windows)
    answers = answered.theirs(table, order.champion.name)
    return live.profiles(answers, order.contract.data.decisions.time, windows, past.bins)


def _stopped(
    order: Order, stated: Manifest, table: ir.Table, windows: tuple[Window, ...]
) -> tuple[tuple[Stopped, ...], ...]:
    """Of each window, the fields whose rule stops rows: how often, and what the values were."""
    fields = (one for one in stated.rules if isinstance(one, FieldRule))
    rules = [one for one in fields if one.on_breach in STOPPING]
    numbers = [one for one in rules if table[one.name].type().is_numeric()]
    rows = schema.widened(table)
    made = {
        f"{_BROKEN}{one.name}": ibis.ifelse(data_rules.broken(rows, one), 1, 0) for one in rules
    }
    for one in numbers:
        value = rows[one.name]
        kept = ibis.ifelse(data_rules.broken(rows, one), value, ibis.null(value.type()))
        made[one.name] = kept
    time = order.contract.data.decisions.time
    nothing = Bins(dict.fromkeys(made, ()), {})
    found = live.profiles(rows.select(rows[time], **made), time, windows, nothing)
    return tuple(_fields(one, [rule.name for rule in rules]) for one in found)


def _fields(profile: Profile, names: list[str]) -> tuple[Stopped, ...]:
    known = {one.name: one.moments for one in profile.columns if isinstance(one, Numbers)}
    flags = {name: known[f"{_BROKEN}{name}"] for name in names}
    return tuple(
        Stopped(name, round(flag.mean * flag.n), profile.rows, known.get(name))
        for name, flag in flags.items()
        if flag
    )


@lru_cache(2)
def _read(path: Path) -> tuple[Profile, ...]:
    """A file by digest: what it holds never changes."""
    return msgspec.json.decode(path.read_bytes(), type=tuple[Profile, ...])


def _kept(path: Path, found: tuple[Profile, ...]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_bytes(msgspec.json.encode(found))
    fresh.replace(path)


def _column(found: list[Numbers | Texts]) -> Column:
    first = found[0]
    counts = np.array([one.counts for one in found], dtype=np.int64)
    nulls = np.array([one.nulls for one in found], dtype=np.int64)
    if not isinstance(first, Texts):
        return components.Numbers(first.name, counts, nulls)
    other = np.array([one.other for one in found if isinstance(one, Texts)], dtype=np.int64)
    return components.Texts(first.name, first.levels, counts, other, nulls)
