"""Which answers are old enough to be judged: the labels that come first are not like the others.

Where yes is known at once and no only after weeks, the newest labelled answers are nearly all yes.
So answers count once they are so old that nearly all labels that will come have come, and whole
windows whose labels did not arrive like those of others wait until theirs do.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import ibis.expr.types as ir
import numpy as np

from mainstay.contract.durations import text
from mainstay.contract.model import Contract
from mainstay.core.nouns import Evidence, Verdict, Window, known
from mainstay.data import live
from mainstay.life.watch.order import LABELS, LABELS_OWNER, POOLED, Finding, Order
from mainstay.stats import maturity
from mainstay.stats.maturity import FEWEST, Curve

CURVE, ARRIVED = "labels, by age", "labels, arrived"
METHOD = "share of labels known by an age, over windows, Korn and Graubard, 95 %"
STEPS = 16
"""Ages, denser where they are young; what lies between two counts as the older."""
SHOWN = (0, 3, 7, 11, 15)


class Settled(NamedTuple):
    """Answers decided until then are judged; age: what their labels took to come.

    short: windows that should have their labels by now, and have not.
    """

    until: datetime
    age: timedelta
    ages: tuple[timedelta, ...]
    curve: Curve
    windows: int
    answers: int
    short: tuple[Window, ...]


def settled(order: Order) -> Settled:
    """As of now, by the answers of all versions; order: with its decisions joined.

    What is older than label.never_after always counts.
    """
    windows, ages = _windows(order), steps(order.contract)
    found = live.arrivals(order.decided(order.span), order.contract, windows, ages)
    answers = np.array(found.answers, dtype=np.int64)
    labelled = np.array(found.labelled, dtype=np.int64).reshape(len(windows), len(ages))
    full = np.array([[one.until + age <= order.now for age in ages] for one in windows], bool)
    curve = maturity.curve(answers, labelled, full.reshape(labelled.shape))
    age = ages[-1] if curve.mature is None else ages[curve.mature]
    usual = curve.ever or curve.shares[ages.index(age)]
    short = tuple(
        one
        for one, count, labels in zip(windows, found.answers, found.labelled, strict=True)
        if order.now - ages[-1] < one.since
        and one.until + age <= order.now
        and maturity.short(count, labels[-1], usual)
    )
    until = min([order.now - age, *(one.since for one in short)])
    return Settled(until, age, ages, curve, len(windows), int(answers.sum()), short)


def ripe(order: Order, found: Settled) -> ir.Table:
    """The decisions that are joined, with the labels that count."""
    table = order.decided(order.span)
    return live.settled(table, order.contract, found.until)


def steps(contract: Contract) -> tuple[timedelta, ...]:
    """The ages that are told apart, from label.known_after to label.never_after."""
    first, last = contract.data.label.known_after, contract.data.label.never_after
    return tuple(first + (last - first) * (step / (STEPS - 1)) ** 2 for step in range(STEPS))


def evidence(order: Order, found: Settled) -> Iterator[Evidence]:
    """The curve, which gates nothing; and whether the labels arrived that should have."""
    at = found.ages.index(found.age)
    learnt = found.curve.mature is not None
    why = "" if learnt else ", as no earlier age is known to have nearly all of them"
    yield Evidence(
        clause=CURVE,
        subject=order.champion.name,
        population=f"{found.answers:,} answers of {found.windows} windows",
        method=METHOD,
        estimate=known(found.curve.shares[at]),
        note=f"judged from an age of {_hours(found.age)} on, until {found.until:%Y-%m-%d %H:%M}"
        f"{why}; {_told(found)}",
    )
    verdict = Verdict.FAIL if found.short else Verdict.PASS
    yield Evidence(
        clause=ARRIVED,
        subject=order.champion.name,
        population=f"answers older than {_hours(found.age)}",
        method="share with a label beside that of earlier windows; surely 5 points less is broken",
        window=_together(found.short),
        estimate=known(found.curve.ever) if found.curve.ever else None,
        verdict=verdict if learnt else None,
        note=_missing(found) if found.short else "",
    )


def findings(found: Settled) -> Iterator[Finding]:
    """One incident for all windows whose labels did not arrive."""
    span = _together(found.short)
    if span is None:
        return
    yield Finding(
        clause=LABELS,
        columns=("arrived",),
        what=_missing(found),
        cause="the labels come later than they used to, or only some of them were sent",
        owner=LABELS_OWNER,
        action="ask who sends the labels; nothing is judged from then on until they are here",
        verdict=Verdict.FAIL,
        window=span,
    )


def _windows(order: Order) -> tuple[Window, ...]:
    """Those that tell of ages, on the grid of the watch, the newest last."""
    back = order.contract.data.label.never_after + POOLED * order.width
    return order.grid(max(order.first, order.span.since, order.now - back))


def _together(windows: tuple[Window, ...]) -> Window | None:
    return Window(windows[0].since, windows[-1].until) if windows else None


def _missing(found: Settled) -> str:
    since, count = f"{found.short[0].since:%Y-%m-%d %H:%M}", len(found.short)
    return (
        f"labels of {count} window{'s' if count > 1 else ''} since {since} are missing:"
        f" at an age of {_hours(found.age)} earlier ones had theirs"
    )


def _told(found: Settled) -> str:
    """Some points of the curve: `12h 0.61, 20h 0.95`."""
    shares = [(found.ages[at], found.curve.shares[at]) for at in SHOWN]
    told = [f"{_hours(age)} {one.value:.2f}" for age, one in shares if one.n]
    what = "of labels" if found.curve.ever else f"of answers, as under {FEWEST} windows are whole"
    return f"known by {', '.join(told)} {what}" if told else "nothing is old enough to tell"


def _hours(age: timedelta) -> str:
    """To the hour where it is longer than a day."""
    day, hour = timedelta(days=1), timedelta(hours=1)
    return text(timedelta(hours=round(age / hour))) if age > day else text(age)
