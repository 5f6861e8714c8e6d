"""Whether answers flow: given, and by a certificate that still holds."""

from collections.abc import Iterator
from datetime import timedelta

from mainstay.core.nouns import Estimate, Evidence, Limit, Verdict, Window, known
from mainstay.life.watch.order import POOLED, Finding, Order, Profiled
from mainstay.stats import proportion

NOTICE = timedelta(days=14)
"""How long before a certificate ends somebody must hear of it."""


def flow(order: Order, profiled: tuple[Profiled, ...]) -> Iterator[Evidence]:
    """The share of decisions refused, time left to the certificate."""
    if profiled:
        yield _refused(order, profiled[-POOLED:])
    yield _left(order)


def findings(order: Order, evidence: tuple[Evidence, ...]) -> Iterator[Finding]:
    """What of it is an incident."""
    for one in evidence:
        if one.verdict is Verdict.FAIL:
            yield _finding(order, one)


def _refused(order: Order, newest: tuple[Profiled, ...]) -> Evidence:
    """Of the decisions of the newest windows, those that neither model nor baseline answered."""
    counts = [one.counts for one in newest]
    asked, refused = sum(one.decisions for one in counts), sum(one.rejected for one in counts)
    seen = proportion.clopper_pearson(refused, asked)
    most = order.contract.certify.stopped.limit
    model, baseline = sum(one.model for one in counts), sum(one.baseline for one in counts)
    people = sum(one.person for one in counts)
    left = f"{people:,} left to a person, " if people else ""
    return Evidence(
        clause="answered",
        subject=order.champion.name,
        population=f"{asked:,} decisions asked for",
        method="share refused, Clopper-Pearson",
        window=Window(newest[0].window.since, newest[-1].window.until),
        estimate=known(seen),
        limit=most,
        verdict=most.judge(seen),
        note=f"{model:,} by the model, {baseline:,} by the baseline, {left}{refused:,} refused",
    )


def _left(order: Order) -> Evidence:
    left = (order.not_after - order.now) / timedelta(days=1)
    return Evidence(
        clause="not_after",
        subject=order.champion.name,
        population="certificate",
        method="calendar",
        estimate=Estimate(left, left, left, 1, "d"),
        limit=Limit("at_least", NOTICE / timedelta(days=1)),
        verdict=Verdict.PASS if left >= NOTICE / timedelta(days=1) else Verdict.FAIL,
        note=f"valid until {order.not_after:%Y-%m-%d}",
    )


def _finding(order: Order, one: Evidence) -> Finding:
    what, owner, cause, action = _told(order, one)
    verdict, window = Verdict.FAIL, one.window or order.pooled
    return Finding(one.clause, (), what, cause, owner, action, verdict, window)


def _told(order: Order, one: Evidence) -> tuple[str, str, str, str]:
    """What, whose it is, why, and the first thing to do."""
    value = one.estimate.value if one.estimate else 0.0
    if one.clause == "not_after":
        what = f"the certificate of {order.champion.name} ends in {value:,.1f} days"
        return what, order.contract.owner, "time", "mainstay certify --renew, or build a new one"
    what = f"{value:.1%} of the newest decisions were refused: {one.note}"
    cause = "rows break a rule that rejects"
    return what, order.contract.owner, cause, "see which field breaks its rule"
