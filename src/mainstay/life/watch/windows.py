"""Windows of live decisions in counts, and the training windows they are compared with."""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import ibis.expr.types as ir
import msgspec
import numpy as np

from mainstay.bundle.layout import PROFILE, SCORES
from mainstay.bundle.manifest import Manifest
from mainstay.core import digest
from mainstay.core.nouns import Window
from mainstay.core.rules import STOPPING, FieldRule, Rule
from mainstay.data import answered, live, snapshot
from mainstay.data import profile as profiling
from mainstay.data import rules as data_rules
from mainstay.data.answered import Answered
from mainstay.data.profile import NOTHING, Bins, Moments, Numbers, Profile, Selection, Texts
from mainstay.data.rules import Marked
from mainstay.life.watch import lateness, mended
from mainstay.life.watch.order import Late, Order, Profiled, Stopped, Subject
from mainstay.stats import components
from mainstay.stats.components import Column

_KEPT, _THEIRS, _ASKED = "mainstay_kept", "mainstay_theirs", "mainstay_asked"


def profiled(order: Order, stated: Manifest) -> tuple[Profiled, ...]:
    """The windows that are over and were not profiled yet; every row is looked at once."""
    windows = order.windows
    if not windows:
        return ()
    table = order.decided(Window(windows[0].since, windows[-1].until))
    found = _counted(order, stated, table, windows)
    counts = live.counts(table, order.contract, windows, order.now)
    known = lateness.ages(order, windows)
    ages = [{name: one[at] for name, one in known.items()} for at in range(len(windows))]
    name, right = order.champion.name, mended.counted(order, stated, table, windows)
    return tuple(
        Profiled(window, name, one.kept, count, one.stopped, one.said, Late(one.asked, age), clean)
        for window, one, count, age, clean in zip(windows, found, counts, ages, right, strict=True)
    )


def bins(order: Subject, stated: Manifest) -> Bins:
    """Those of the champion's training profile, of the columns that are no key, time or entity."""
    path = order.places.bundle(order.champion.bundle) / PROFILE
    trained = msgspec.json.decode(path.read_bytes(), type=Profile)
    fields = frozenset(column.name for column in stated.request if column.role == "field")
    return profiling.bins_of(trained, fields)


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


class _Counted(NamedTuple):
    """A window: the rows that reached the model, its answers, what rules stopped, how late it was

    asked for.
    """

    kept: Profile
    said: Profile | None
    stopped: tuple[Stopped, ...]
    asked: Moments | None


def _counted(
    order: Order, stated: Manifest, table: ir.Table, windows: tuple[Window, ...]
) -> Iterator[_Counted]:
    """All of each window, in one pass."""
    rules = tuple(rule for rule in stated.rules if rule.on_breach != "flag")
    marked = data_rules.marked(table, rules)
    fields = dict(_stopping(marked, rules))
    past, time = unseen(order), order.contract.data.decisions.time
    columns = {
        _KEPT: data_rules.kept(marked, rules),
        _THEIRS: answered.theirs(marked.table, order.champion.name),
        _ASKED: lateness.asked(marked.table, time),
    }
    kept, said, asked, *stopped = live.selected(
        marked.table.mutate(**columns),
        time,
        windows,
        (
            Selection(bins(order, stated), _KEPT),
            Selection(past.bins if past else NOTHING, _THEIRS),
            Selection(Bins({_ASKED: ()}, {})),
            *(Selection(one, mark) for mark, one in fields.values()),
        ),
    )
    for at, late in enumerate(asked):
        broken = zip(fields, [one[at] for one in stopped], strict=True)
        some = tuple(Stopped(name, one.rows, late.rows, _moments(one)) for name, one in broken)
        yield _Counted(
            kept[at], said[at] if past else None, some if late.rows else (), _moments(late)
        )


def _stopping(marked: Marked, rules: tuple[Rule, ...]) -> Iterator[tuple[str, tuple[str, Bins]]]:
    """The fields whose rule stops rows: the column that says where, what to know of them there."""
    for rule, mark in zip(rules, marked.broken, strict=True):
        if isinstance(rule, FieldRule) and rule.on_breach in STOPPING:
            number = marked.table[rule.name].type().is_numeric()
            yield rule.name, (mark, Bins({rule.name: ()}, {}) if number else NOTHING)


def _moments(found: Profile) -> Moments | None:
    """Of its only column."""
    first = next(iter(found.columns), None)
    return first.moments if isinstance(first, Numbers) else None


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
