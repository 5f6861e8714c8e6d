"""Something unforeseen: many inputs break at once, or what the answers are worth collapses.

An event stays open until labels of decisions since then show that every goal is met again.
"""

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
import scipy

from mainstay.bundle.manifest import Manifest
from mainstay.bundle.runtime import Runtime
from mainstay.contract.goals import Goal
from mainstay.core.nouns import Estimate, Evidence, Limit, Verdict, Window
from mainstay.data import rules as data_rules
from mainstay.life.watch import parts, realised, windows
from mainstay.life.watch.order import Finding, Order, Profiled
from mainstay.life.watch.parts import Group, Part
from mainstay.life.watch.realised import FEWEST, REPEATS
from mainstay.life.watch.shifts import REACH
from mainstay.life.watch.units import Move
from mainstay.stats import abrupt, bootstrap, detector
from mainstay.stats.abrupt import Step
from mainstay.trainer.measures import statistic
from mainstay.trainer.scored import Scored, scored

CLAUSE = "unforeseen"
MOVED = "many inputs are suddenly elsewhere: the world, or several sources at once"
TURNED = "the same rows turn out otherwise than when the model learned them"
NAMED = 5
"""Columns that a sentence names."""
ANSWERS = {
    "model": "the model goes on answering",
    "baseline": "the baseline answers",
    "previous": "the version before answers",
    "person": "a person decides",
}


def event(
    order: Order,
    opened: Runtime,
    broke: Finding | None,
    goals: Sequence[Evidence],
) -> Finding | None:
    """The one that is open and not verified, else one that the newest windows or goals begin.

    broke: what `broken` finds in the new windows. goals: on labels and as estimated.
    """
    known = order.event
    if known is not None:
        rows = since(order, opened.manifest, opened, known.window)
        if rows is not None and verified(order, rows):
            return None
        window = Window(known.window.since, order.now)
        action = _action(order, 0 if rows is None else len(rows.label), bool(known.columns))
        return msgspec.structs.replace(known, window=window, action=action)
    return broke or collapsed(order, goals)


def broken(
    order: Order, stated: Manifest, profiled: tuple[Profiled, ...], moved: tuple[Move, ...]
) -> Finding | None:
    """The first of the new windows in which many inputs broke; None without one."""
    ours = tuple(one for one in profiled if one.version == order.champion.name)
    trained = windows.trained(order, stated)
    if not ours or not trained:
        return None
    names = tuple(one.name for one in trained[0].columns)
    group, begun = Group(names, None), windows.begun(stated)
    some = tuple(parts.parts(group, stated.importance, trained, ours, moved, begun))
    for one in ours:
        found = tuple(_steps(order, some, one.window)) if one.window.since >= order.since else ()
        if abrupt.is_event(found):
            return _moved(order, found, one.window)
    return None


def _steps(order: Order, some: tuple[Part, ...], window: Window) -> Iterator[Step]:
    stated = order.contract.watch
    budget = detector.budget(stated.false_alarms, stated.window)
    columns = len({each.column for one in some for each in one.reference.components})
    for one in some:
        if window in one.windows:
            until = one.windows.index(window) + 1
            live = type(one.live)(*(part[:until] for part in one.live))
            least = abrupt.level(budget, columns)
            weight = one.weight / parts.COLUMNS  # of all columns together 1
            yield from abrupt.steps(one.reference, live, weight, least)


def _moved(order: Order, found: tuple[Step, ...], window: Window) -> Finding:
    share = sum(one.weight for one in found)
    heaviest = sorted(found, key=lambda one: -one.weight)
    named = ", ".join(map(_told, heaviest[:NAMED]))
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    made = _finding(
        order,
        tuple(one.column for one in heaviest),
        f"{len(found)} inputs broke at once, {share:.0%} of what the answers hang on:"
        f" {named}{more}; since {window.since:%Y-%m-%d}",
        MOVED,
        window,
    )
    each = tuple(f"{_told(one)}, since {window.since:%Y-%m-%d}" for one in heaviest)
    return msgspec.structs.replace(made, each=each)


def _told(one: Step) -> str:
    reach = REACH * one.error
    return f"{one.column} by {one.far:+.2f} sd ({one.far - reach:+.2f} to {one.far + reach:+.2f})"


def collapsed(order: Order, goals: Sequence[Evidence]) -> Finding | None:
    """A goal that fell, surely, beyond its limit by more than the certified value was within it."""
    certified = {one.clause: one.estimate for one in order.certified if one.estimate}
    stated = order.contract.watch
    reach = _reach(detector.budget(stated.false_alarms, stated.window) * max(len(goals), 1))
    for one in goals:
        now, before = one.estimate, certified.get(one.clause.partition(", ")[2])
        if now and one.limit and before and fell(now, before.value, one.limit, reach):
            return _fallen(order, one, now, before)
    return None


def fell(now: Estimate, certified: float, limit: Limit, reach: float) -> bool:
    """Whether even the best end of the interval lies beyond the mirror of the certified value.

    reach: by how much the 95 % interval is widened, so that chance does it once in the budget.
    """
    mirror = 2 * limit.bound - certified
    if limit.comparison == "at_least":
        return now.value + reach * (now.high - now.value) < mirror
    return now.value - reach * (now.value - now.low) > mirror


def _reach(budget: float) -> float:
    return float(-scipy.special.ndtri(1 / max(budget, 2)) / REACH)


def _fallen(order: Order, one: Evidence, now: Estimate, before: Estimate) -> Finding:
    window = one.window or order.pooled
    return _finding(
        order,
        (),
        f"{one.clause} collapsed from {before.value:.4g} when certified to {now.value:.4g}"
        f" ({now.low:.4g} to {now.high:.4g}), its limit {one.limit}",
        TURNED,
        window,
    )


def _finding(
    order: Order, columns: tuple[str, ...], what: str, cause: str, window: Window
) -> Finding:
    return Finding(
        clause=CLAUSE,
        columns=columns,
        what=what,
        cause=cause,
        owner=order.contract.owner,
        action=_action(order, 0, bool(columns)),
        verdict=Verdict.FAIL,
        window=window,
    )


def _action(order: Order, labels: int, inputs: bool) -> str:  # noqa: FBT001 - as told
    """What is done meanwhile, what cannot be known, and what would help."""
    stated = order.contract.watch.unforeseen
    if labels < FEWEST:
        blind = (
            f"{labels} labels since then, {FEWEST} are needed: no method can tell without them"
            f" whether the model still holds, so get labels first:{_asking(order, labels)}"
        )
    else:
        blind = f"{labels:,} labels since then do not show every goal met"
    useless = stated.train == "alike" and not inputs
    turned = "; weighting old rows cannot help where the same rows turn out otherwise"
    return f"{blind}; until then {ANSWERS[stated.answer]}{turned if useless else ''}"


def _asking(order: Order, labels: int) -> str:
    """The command that gets them; half of what is asked for is drawn at random and counts here."""
    stated = order.contract
    if stated.data.decisions.key in stated.serve.journal.pseudonymise:
        return " mainstay labels FILE"
    return f" mainstay labels --ask {2 * (FEWEST - labels)}"


# ---- what closes it -------------------------------------------------------------------------


def since(order: Order, stated: Manifest, opened: Runtime, window: Window) -> Scored | None:
    """Labelled decisions since it began, as the champion's model decides them, whoever answered.

    None where there are none.
    """
    ours = realised.ours(order, Window(max(window.since, order.pooled.since), order.now))
    kept = data_rules.let_through(realised.labelled(ours, order), stated.rules)
    if not int(kept.count().to_pyarrow().as_py()):
        return None
    return scored(kept, order.contract, opened)


def verified(order: Order, rows: Scored) -> bool:
    """Whether every goal surely holds on them."""
    goals = order.contract.objective.good_enough
    return len(rows.label) >= FEWEST and all(_holds(order, rows, one) for one in goals)


def _holds(order: Order, rows: Scored, goal: Goal) -> bool:
    measure, unit = statistic(goal.metric, rows, order.contract)
    seed = order.contract.train.seed
    found = bootstrap.estimate(measure, rows.blocks, seed=seed, repeats=REPEATS, unit=unit)
    return bool(np.isfinite(found.value)) and goal.limit.judge(found) is Verdict.PASS
