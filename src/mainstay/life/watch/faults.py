"""Labels that cannot be right, by the scores of the rows they belong to.

What is surely a fault is set aside: labels of such windows are as if they had not come, so that no
goal, audit or fresh model learns from them, unless somebody vouches for them. Whether the rate of
yes moved is watched beside the columns (watch.pulse): that may be the world, so nothing is set
aside for it.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.core.nouns import Estimate, Evidence, Limit, Verdict, Window, known
from mainstay.data import live
from mainstay.life.watch import vouched
from mainstay.life.watch.order import LABELS, LABELS_OWNER, Finding, Order
from mainstay.life.watch.pulse import FAULTS, Loss
from mainstay.life.watch.realised import Answers
from mainstay.stats import detector, faults
from mainstay.stats.blocks import Blocks, Floats
from mainstay.trainer.scored import numbers

CLAUSE = "labels, by score"
METHOD = (
    "share of pairs of one window in which a yes ranks above a no, 95 %; surely under half, or all"
    " alike where chance would not have it, is a fault"
)
FEWEST = 50
"""Labels of a window below which its rate says nothing."""
TURNED, ALIKE = "turned", "alike"


class Judged(NamedTuple):
    """Windows whose labels have all come, and which of them are at fault, shape (windows,).

    residual: label less score, by window its mean, in `scale`, the sd of one; NaN for few.
    vouched: windows that somebody vouched for, whose labels count.
    """

    windows: tuple[Window, ...]
    labels: faults.Labelled
    turned: NDArray[np.bool_]
    alike: NDArray[np.bool_]
    residual: Floats
    scale: float
    vouched: NDArray[np.bool_]

    @property
    def wrong(self) -> tuple[Window, ...]:
        """Those at fault."""
        either = self.turned | self.alike
        return tuple(one for one, bad in zip(self.windows, either, strict=True) if bad)


def judged(order: Order, found: Answers | None, until: Window) -> Judged | None:
    """By the answers of the model to a yes or no; None for other tasks and without any.

    until: the stretch whose labels are mature.
    """
    windows = tuple(one for one in order.grid(until.since) if one.until <= until.until)
    if found is None or not windows or order.contract.objective.task != "binary":
        return None
    at, rows = found.by_model, found.rows
    moment = numbers(rows.columns[order.contract.data.decisions.time])[at]
    place, score, label = _places(moment, windows), rows.score[at], rows.label[at]
    seen = faults.labelled(place, score, label, len(windows))
    stated = order.contract.watch
    alpha = FAULTS / 2 / detector.budget(stated.false_alarms, stated.window)
    right = [vouched.windows(order.vouched, one, windows) for one in (TURNED, ALIKE)]
    bad = faults.turned(_without(seen, right[0]), alpha), faults.alike(seen, alpha) & ~right[1]
    scale = float(np.sqrt(np.mean(score * (1 - score)))) if len(score) else 0.0
    off = np.bincount(place + 1, label - score, len(windows) + 1)[1:]
    mean = off / np.maximum(seen.rows, 1) / (scale or 1.0)
    said = (seen.rows >= FEWEST) & ~(bad[0] | bad[1])
    return Judged(windows, seen, *bad, np.where(said, mean, np.nan), scale, right[0] | right[1])


def _without(seen: faults.Labelled, right: NDArray[np.bool_]) -> faults.Labelled:
    """What these windows say of the order by score is no evidence against their neighbours."""
    return seen._replace(
        above=np.where(right, 0.0, seen.above), variance=np.where(right, 0.0, seen.variance)
    )


def aside(order: Order, found: Judged | None) -> Order:
    """The order as if the labels at fault had not come."""
    if found is None or not found.wrong:
        return order
    kept = live.unlabelled(order.decided(order.span), order.contract, found.wrong)
    whole = order.whole
    if whole is not None:
        whole = live.unlabelled(whole, order.contract, found.wrong)
    return order._replace(joined=kept, whole=whole)


def rate(found: Judged | None) -> Iterator[Loss]:
    """How far more labels are yes than the scores say, by windows; what is at fault left out."""
    if found and found.scale > 0:
        yield Loss(
            kind="labelled",
            metric="rate",
            windows=found.windows,
            values=found.residual,
            variance=1 / np.maximum(found.labels.rows, 1),
            scale=found.scale,
            error=None,
            harm=0,
        )


def evidence(order: Order, found: Judged | None) -> Iterator[Evidence]:
    """Whether labels go with their scores, where any are known; unsure while that is not sure."""
    if found is None or not found.labels.rows.any():
        return
    seen = faults.relation(found.labels, found.turned if found.turned.any() else ~found.alike)
    sure = Limit("at_least", 0.5)
    healthy = sure.judge(seen) is Verdict.PASS
    yield Evidence(
        clause=CLAUSE,
        subject=order.champion.name,
        population=f"{seen.n:,} labelled answers of the model",
        method=METHOD,
        window=Window(found.windows[0].since, found.windows[-1].until),
        estimate=known(seen),
        limit=sure,
        verdict=Verdict.FAIL if found.wrong else Verdict.PASS if healthy else Verdict.UNSURE,
        note=_note(found),
    )


def _note(found: Judged) -> str:
    if found.wrong:
        return f"labels of {len(found.wrong)} windows are set aside"
    many = int(found.vouched.sum())
    return f"labels of {many} windows were vouched for and count" if many else ""


def findings(found: Judged | None) -> Iterator[Finding]:
    """One incident for each kind of fault."""
    if found is None:
        return
    if found.turned.any():
        seen = faults.relation(found.labels, found.turned)
        told = f"run against their scores: a yes ranks above a no in {_share(seen)} of pairs"
        yield _finding(found, TURNED, found.turned, told, "yes and no were swapped on the way")
    if found.alike.any():
        told = "are one value, which the scores rule out"
        yield _finding(found, ALIKE, found.alike, told, "they were filled in, not observed")


def _finding(found: Judged, kind: str, at: NDArray[np.bool_], told: str, cause: str) -> Finding:
    some = [one for one, bad in zip(found.windows, at, strict=True) if bad]
    count, since = int(found.labels.rows[at].sum()), f"{some[0].since:%Y-%m-%d %H:%M}"
    return Finding(
        clause=LABELS,
        columns=(kind,),
        what=f"{count:,} labels of {len(some)} window{'s' if len(some) > 1 else ''}"
        f" since {since} {told}",
        cause=cause,
        owner=LABELS_OWNER,
        action="ask who sends the labels; they count for nothing until they are corrected, or"
        " somebody vouches for them",
        verdict=Verdict.FAIL,
        window=Window(some[0].since, some[-1].until),
    )


def _share(seen: Estimate) -> str:
    return f"{seen.value:.2f} ({seen.low:.2f} to {seen.high:.2f})"


def _places(moment: Floats, windows: tuple[Window, ...]) -> Blocks:
    """The window of each moment, in microseconds; -1 for none. Windows follow one another."""
    edges = np.array([*(one.since.timestamp() for one in windows), windows[-1].until.timestamp()])
    found = np.searchsorted(edges * 1e6, moment, side="right") - 1
    return np.where(found < len(windows), found, -1)
