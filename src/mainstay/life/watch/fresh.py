"""A fresh model on the rows that the live one answered: what is ageing, what a harder period."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import NamedTuple

import ibis.expr.types as ir
import numpy as np
from msgspec import structs

from mainstay.bundle import environment, runtime
from mainstay.bundle.manifest import Manifest
from mainstay.bundle.runtime import Runtime
from mainstay.contract.metrics import MEASURES
from mainstay.core.errors import Mistake
from mainstay.core.inputs import matrix
from mainstay.core.nouns import Estimate, Window, known
from mainstay.core.typed import TEXT
from mainstay.data import rows as data_rows
from mainstay.data import rules as data_rules
from mainstay.data.expression import constant
from mainstay.data.records import OUTCOME
from mainstay.life.watch import pairs, realised
from mainstay.life.watch.order import POOLED, STRETCH, Comparison, Order, Profiled, Spell
from mainstay.life.watch.pairs import Paired, Rows, Said
from mainstay.life.watch.realised import REPEATS
from mainstay.stats import apart, bootstrap
from mainstay.stats.blockwise import Mixed, Statistic
from mainstay.trainer import fit, warm
from mainstay.trainer.fit import Training
from mainstay.trainer.measures import statistic
from mainstay.trainer.scored import MICROSECONDS_A_DAY, Codes, Scored, decided, scored
from mainstay.trainer.training import FEWEST, training

MONEY = "value_per_1000"
WEEK = timedelta(days=7)


def stretch(order: Order) -> Window | None:
    """Decisions not compared yet whose labels can be known, by STRETCH windows; None for fewer."""
    done = [one.window.until for one in order.paired if one.live == order.champion.name]
    since = max([order.champion.since, order.now - POOLED * order.width, *done])
    known = order.now - order.contract.data.label.known_after
    count = (known - since) // order.width // STRETCH * STRETCH
    return Window(since, since + count * order.width) if count > 0 else None


class _Begun(NamedTuple):
    """Answers of a stretch, and what a fresh model will say of them."""

    window: Window
    table: ir.Table
    rows: Scored
    fresh: Future[Said]


@contextmanager
def fitting(order: Order, opened: Runtime) -> Iterator[Callable[[], Paired | None]]:
    """The newest stretch by the live version, by a fresh one and by the previous one, when asked.

    One fit, on what was known before the stretch, in the model's own process while this one does
    something else. None where there is nothing to compare, or nothing to learn from, for example
    from a source that cannot be read.
    """
    with ThreadPoolExecutor(1, "fresh") as beside:
        begun = _begun(order, opened, beside)
        yield lambda: _paired(order, begun) if begun else None


def _begun(order: Order, opened: Runtime, beside: ThreadPoolExecutor) -> _Begun | None:
    window = stretch(order)
    if window is None or order.unfit:
        return None
    table = _answered(order, window).cache()
    if not (count := int(table.count().to_pyarrow().as_py())):
        return None
    learned = history(order, opened.manifest, window)
    if learned is None:
        return None
    order.tell(f"a fresh model from {len(learned.rows):,} rows, beside {count:,} answers")
    rows = scored(table, order.contract, opened)
    return _Begun(window, table, rows, beside.submit(_fresh, order, opened.manifest, learned, rows))


def _paired(order: Order, begun: _Begun) -> Paired:
    live = Said(begun.rows.score, begun.rows.decided)
    previous = tuple(_previous(order, begun.table))
    names = (order.champion.name, order.previous.name if order.previous else "")
    said = (live, begun.fresh.result(), *previous)
    return pairs.paired(begun.window, names, begun.rows, said, order.contract.data.decisions)


def history(order: Order, stated: Manifest, window: Window) -> Training | None:
    """What was known when a window began, as train() gets it; the silo as it stood then."""
    contract = order.contract
    most = contract.train.window
    since = window.since - most if most else None
    found = data_rows.assembled(
        contract, order.reader, since=since, until=window.since, now=window.since
    )
    label = found.table[contract.data.label.column]
    kept = data_rules.let_through(found.table.filter(label.notnull()), stated.rules)
    code = order.places.bundle(order.champion.bundle) / runtime.CODE
    try:
        made = training(contract, kept, stated.outputs, code)
        known = fit.classes(made.label, made.task)
    except Mistake:
        return None
    return made if len(made.rows) >= FEWEST and known == stated.classes else None


def compared(
    order: Order, stretches: tuple[Paired, ...], profiled: tuple[Profiled, ...]
) -> Comparison | None:
    """The stretches of the champion pooled, the newest windows at most."""
    ours = _newest(order, stretches)
    if not ours:
        return None
    rows = pairs.pooled(ours)
    metric = order.metric
    fresh = _estimate(order, rows, metric, rows.fresh)
    money = order.contract.objective.value is not None
    return Comparison(
        metric=metric,
        window=Window(ours[0].window.since, ours[-1].window.until),
        rows=len(rows.label),
        live=known(_estimate(order, rows, metric, rows.live)),
        fresh=known(fresh),
        ageing=_difference(order, rows, metric, rows.fresh),
        money=_difference(order, rows, MONEY, rows.fresh) if money else None,
        before=_difference(order, rows, metric, rows.previous),
        money_before=_difference(order, rows, MONEY, rows.previous) if money else None,
        harder=_harder(order, metric, fresh),
        previous=order.previous.name if order.previous else "",
        expected=_expected(order, profiled),
        age=(order.now - order.champion.since) // order.width,
    )


def spells(order: Order, stretch: Paired) -> Iterator[Spell]:
    """The stretch in parts of a week, each by its live and its fresh version."""
    rows, days = pairs.pooled((stretch,)), pairs.days(stretch)
    since = stretch.window.since
    while since < stretch.window.until:
        first = since.timestamp() * 1e6 // MICROSECONDS_A_DAY
        at = np.flatnonzero((days >= first) & (days < first + WEEK.days))
        enough = len(at) >= realised.FEWEST
        live, fresh = (_value(order, rows, one, at) for one in (rows.live, rows.fresh))
        yield Spell(since, len(at), live if enough else None, fresh if enough else None)
        since += WEEK


def _value(order: Order, rows: Rows, said: Said, at: Codes) -> float | None:
    one = rows.by(said)
    parts = {name: getattr(one, name) for name in one._fields}
    some = one._replace(**{name: part[at] for name, part in parts.items() if part is not None})
    found = statistic(order.metric, some, order.contract)[0](np.ones(len(at)))
    return float(found) if np.isfinite(found) else None


def _answered(order: Order, window: Window) -> ir.Table:
    """Labelled answers that the champion's model gave, none of them by the baseline."""
    table = realised.labelled(realised.ours(order, window), order)
    return table.filter(table[OUTCOME] == constant("model", TEXT))


def _fresh(order: Order, stated: Manifest, learned: Training, rows: Scored) -> Said:
    """By a model fitted now, in the environment of the live one, at the live threshold."""
    bundle = order.places.bundle(order.champion.bundle)
    made = environment.prepared(
        bundle / runtime.LOCK, order.places.environments, python=stated.python
    )
    with warm.worker(made, seed=learned.seed) as worker:
        fit.fitted(worker, learned)
        score = fit.scores(worker, matrix(rows.seen, learned.inputs))
    return Said(score, decided(stated, score, rows.columns))


def _previous(order: Order, table: ir.Table) -> Iterator[Said]:
    """By the version before, where there is one."""
    if order.previous is None:
        return
    digest, places = order.previous.bundle, order.places
    opened = runtime.opened(
        places.bundle(digest), places.environments, expected=digest, tables=False
    )
    try:
        rows = scored(table, order.contract, opened)
    finally:
        opened.close()
    yield Said(rows.score, rows.decided)


def _newest(order: Order, stretches: tuple[Paired, ...]) -> tuple[Paired, ...]:
    """The last stretch while it is not too old, and those before it within POOLED windows."""
    ours = [one for one in stretches if one.live == order.champion.name]
    if not ours or ours[-1].window.until < order.pooled.since:
        return ()
    first = ours[-1].window.until - POOLED * order.width
    return tuple(one for one in ours if one.window.since >= first)


def _estimate(order: Order, rows: Rows, metric: str, said: Said) -> Estimate:
    measure, unit = statistic(metric, rows.by(said), order.contract)
    return _interval(order, rows, measure, unit)


def _difference(order: Order, rows: Rows, metric: str, said: Said | None) -> Estimate | None:
    """What another version has more than the live one on the same rows; None without interval."""
    if said is None:
        return None
    theirs, unit = statistic(metric, rows.by(said), order.contract)
    ours, _ = statistic(metric, rows.by(rows.live), order.contract)
    sign = 1 if MEASURES[metric].better == "more" else -1  # type: ignore[index]  # a metric's name
    return known(_interval(order, rows, Mixed((sign, theirs), (-sign, ours)), unit))


def _interval(order: Order, rows: Rows, measure: Statistic, unit: str) -> Estimate:
    seed = order.contract.train.seed
    return bootstrap.estimate(measure, rows.blocks, seed=seed, repeats=REPEATS, unit=unit)


def _harder(order: Order, metric: str, fresh: Estimate) -> Estimate | None:
    """What a fresh model lacks to the certified value: the world became harder by that.

    Measured on other rows of other days, so the errors of both add up as independent ones do.
    """
    certified = next((one.estimate for one in order.certified if one.clause == metric), None)
    if certified is None or known(fresh) is None or known(certified) is None:
        return None
    better = MEASURES[metric].better  # type: ignore[index]  # a goal's metric
    both = (certified, fresh) if better == "more" else (fresh, certified)
    return structs.replace(apart.difference(*both), n=fresh.n, unit=fresh.unit)


def _expected(order: Order, profiled: tuple[Profiled, ...]) -> float:
    """Decisions until a certificate issued now would end, at the rate of the newest windows."""
    newest = profiled[-POOLED:]
    decisions = sum(one.counts.model + one.counts.baseline for one in newest)
    return decisions / max(len(newest), 1) * (order.contract.certify.lasts / order.width)
