"""What each finding of a look costs and how soon somebody must act on it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from mainstay.control import causes, urgency
from mainstay.control.causes import GOAL
from mainstay.control.urgency import Due, Hurt, Urgency
from mainstay.core.nouns import Estimate, Evidence, Verdict
from mainstay.life.watch.flow import NOTICE
from mainstay.life.watch.order import POOLED, Finding, Order, Profiled, Watched

OVER = "value_over_baseline_per_1000"
DAY = timedelta(days=1)


class Standing(msgspec.Struct, frozen=True):
    """What is known of an incident beside its finding.

    source: the address of the source in error, empty for none. cost: money lost a day, None: not
    known. good: the last moment known to be right. by: the incident that explains it, 0 for none.
    """

    urgency: Urgency = "this week"
    why: str = ""
    harm: bool = False
    source: str = ""
    cost: Estimate | None = None
    good: datetime | None = None
    by: int = 0

    @property
    def due(self) -> Due:
        return Due(self.urgency, self.why, self.harm)


class Scene(NamedTuple):
    """A look, and what the answers earned above the rule per 1,000 in the field, if known."""

    order: Order
    found: Watched
    earning: Estimate | None = None

    @property
    def newest(self) -> tuple[Profiled, ...]:
        return (*self.order.earlier, *self.found.windows)[-POOLED:]

    @property
    def a_day(self) -> float:
        """Decisions of the newest windows."""
        days = len(self.newest) * self.order.width / DAY
        return sum(one.counts.decisions for one in self.newest) / days if days else 0.0

    @property
    def worth(self) -> Estimate | None:
        """Money above the rule per 1,000 decisions: as certified, else as earned so far."""
        gates = (one.estimate for one in self.order.certified if one.clause == OVER)
        return next(filter(None, gates), self.earning)


def goals(order: Order, evidence: tuple[Evidence, ...]) -> Iterator[Finding]:
    """Each goal that labels say is broken."""
    for one in evidence:
        kind, _, metric = one.clause.partition(", ")
        if kind == "realised" and one.verdict is Verdict.FAIL and one.estimate:
            seen = one.estimate
            yield Finding(
                clause=GOAL,
                columns=(metric,),
                what=f"{metric} is {seen.value:.4g} ({seen.low:.4g} to {seen.high:.4g}),"
                f" {one.limit} was promised",
                cause="what was promised did not come true on labels",
                owner=order.contract.owner,
                action="see whether it aged or the period is harder",
                verdict=Verdict.FAIL,
                window=one.window or order.pooled,
            )


def standing(scene: Scene, finding: Finding) -> Standing:
    """Of one finding by itself; what it explains is added later."""
    lost = cost(scene, finding)
    due = urgency.due(
        Hurt(
            cost=lost,
            earns=_scaled(scene.worth, scene.a_day),
            burn=_burn(scene, finding),
            left=scene.order.not_after - scene.order.now if finding.clause == "not_after" else None,
            goal=finding.clause == GOAL,
            source=causes.is_source(finding),
        )
    )
    address = causes.address(scene.order.contract, finding)
    return Standing(*due, source=address, cost=lost, good=good(scene, finding))


def cost(scene: Scene, finding: Finding) -> Estimate | None:
    """Money lost a day, None: not known.

    Of decisions kept from the model, all that it would have earned above the rule; of a goal, what
    the money earned lacks to the certified, else what a fresh model would earn more.
    """
    order = scene.order
    match finding.clause:
        case "unit" | "stopped":
            return _scaled(scene.worth, _kept(scene, finding))
        case "answered":
            refused = sum(one.counts.rejected for one in scene.newest)
            return _scaled(scene.worth, refused * DAY / (len(scene.newest) * order.width))
        case "not_after" if order.now >= order.not_after:
            return _scaled(scene.worth, scene.a_day)
        case "goal":
            return _scaled(_short(scene), scene.a_day)
        case _:
            return None


def good(scene: Scene, finding: Finding) -> datetime | None:
    """The last moment known to be right; of what no window tells, the look before."""
    order = scene.order
    match finding.clause:
        case "freshness":
            return _in_time(scene, finding)
        case "not_after":
            return min(order.not_after - NOTICE, order.now)
        case "goal" | "estimate" | "answered":
            return order.since if order.earlier else None
        case _:
            return min(finding.window.since, order.now)


def carrying(own: Standing, effects: tuple[Standing, ...]) -> Standing:
    """A cause with the harm of what it explains: their costs where known, the most urgent."""
    costs = [one.cost for one in (own, *effects) if one.cost]
    due = urgency.worst((own.due, *(one.due for one in effects)))
    added = _largest(costs)
    return msgspec.structs.replace(own, urgency=due.urgency, why=due.why, harm=due.harm, cost=added)


def _largest(costs: list[Estimate]) -> Estimate | None:
    """The same decisions may be lost to several: costs are not added, the largest stands."""
    return max(costs, key=lambda one: one.value, default=None)


def _kept(scene: Scene, finding: Finding) -> float:
    """Decisions a day that a rule of its columns keeps from the model, in the new windows."""
    windows = scene.found.windows or scene.newest[-1:]
    broken = sum(
        each.broken for one in windows for each in one.stopped if each.field in finding.columns
    )
    return broken * DAY / (len(windows) * scene.order.width) if windows else 0.0


def _burn(scene: Scene, finding: Finding) -> float:
    """The share refused over the share allowed."""
    found = next((one for one in scene.found.evidence if one.clause == "answered"), None)
    if finding.clause != "answered" or not found or not found.estimate or not found.limit:
        return 0.0
    return found.estimate.value / max(found.limit.bound, 1e-9)


def _short(scene: Scene) -> Estimate | None:
    """Per 1,000 decisions: what is earned less than certified, else what fresh would earn more."""
    seen = _evidence(scene, f"realised, {OVER}")
    certified = next((one.estimate for one in scene.order.certified if one.clause == OVER), None)
    if seen and seen.estimate and certified:
        return _less(certified, seen.estimate)
    return scene.found.comparison.money if scene.found.comparison else None


def _less(one: Estimate, other: Estimate) -> Estimate:
    """The difference of two independent estimates, half widths added as squares."""
    value = one.value - other.value
    down = ((one.value - one.low) ** 2 + (other.high - other.value) ** 2) ** 0.5
    up = ((one.high - one.value) ** 2 + (other.value - other.low) ** 2) ** 0.5
    return Estimate(value, value - down, value + up, min(one.n, other.n), other.unit)


def _scaled(per_1000: Estimate | None, decisions: float) -> Estimate | None:
    """Money of so many decisions, in the currency alone; None for none."""
    if per_1000 is None or not decisions:
        return None
    numbers = (per_1000.value, per_1000.low, per_1000.high)
    value, low, high = (one * decisions / 1000 for one in numbers)
    return Estimate(value, low, high, per_1000.n, per_1000.unit.partition(" ")[0])


def _in_time(scene: Scene, finding: Finding) -> datetime | None:
    """When the source became later than agreed."""
    seen = _evidence(scene, f"freshness, {', '.join(finding.columns)}")
    if not seen or not seen.estimate or not seen.limit:
        return None
    return scene.order.now - timedelta(hours=seen.estimate.value - seen.limit.bound)


def _evidence(scene: Scene, clause: str) -> Evidence | None:
    return next((one for one in scene.found.evidence if one.clause == clause), None)
