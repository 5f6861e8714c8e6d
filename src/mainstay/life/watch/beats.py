"""What is said of windows beside their columns: volume, lateness, losses, labels; what of it an
incident.

Each is shown with its effect size and interval whether or not anything happened. Only the budget
that it shares with the columns decides.
"""

import math
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from mainstay.contract.origins import known_as
from mainstay.contract.sources import DECISIONS
from mainstay.core.nouns import Estimate, Evidence, Verdict, Window, known
from mainstay.data.labels import CONTRADICTED, CORRECTED
from mainstay.life.watch import mended
from mainstay.life.watch.drift import DRIFT, Beat, Drift
from mainstay.life.watch.order import LABELS, LABELS_OWNER, Finding, Order, Profiled, source_of
from mainstay.life.watch.said import UNKNOWN
from mainstay.stats import proportion
from mainstay.stats.components import Kind
from mainstay.stats.series import LEVEL

METHOD = (
    "e-detector within the budget of drift; change since the window likeliest to begin one, 95 %"
)
CLEANING = "cleaning"
CLAUSES: Mapping[Kind, str] = {
    "volume": "volume", "lag": "lag", "latency": "latency", "estimated": "loss, estimated",
    "realised": "loss, realised", "labelled": "label rate", "said": LABELS, "mended": CLEANING,
}  # fmt: skip
RATE = "rate"
SUDDEN = 0.75
"""A rate that does so much of its whole shift within a week of windows did not age."""
_NAMED: tuple[Kind, ...] = ("lag", "said", "mended")
_POPULATIONS: Mapping[Kind, str] = {
    "volume": "decisions of each window",
    "lag": "age of its newest row at the end of each window",
    "latency": "time from a decision's moment until it is asked for",
    "estimated": "answers of each window, by the chances of their outcomes",
    "realised": "labelled answers of each window against their estimate",
    "labelled": "labelled answers of each window against their scores",
    "said": "labels that became known in each window",
    "mended": "values that cleaning set right in each window",
}


def evidence(
    order: Order, profiled: tuple[Profiled, ...], found: tuple[Drift, ...]
) -> Iterator[Evidence]:
    """Of every series, unsure where too few windows tell its level."""
    beats = [beat for one in found if one.clause == DRIFT for beat in one.beats]
    yield from (_evidence(order, one) for one in beats)
    seen = {(one.kind, one.shift.column) for one in beats}
    agreed = (
        name for name, one in order.contract.data.context.items() if one.as_of and one.fresh_within
    )
    wanted: list[tuple[Kind, str]] = [("volume", "volume"), ("latency", "decisions")]
    set_right = mended.series_of(profiled[-1:])
    wanted += [*(("lag", name) for name in agreed), *(("mended", name) for name in set_right)]
    for kind, name in wanted:
        if profiled and (kind, name) not in seen:
            yield _unknown(order, kind, name, len(profiled))


def is_sudden(beat: Beat) -> bool:
    """Whether windows just before and just after it began differ by most of the shift."""
    live, at = beat.part.live, beat.part.windows.index(beat.since)
    told = live.rows > 0
    before = live.distance[:at][told[:at], 0][-LEVEL:]
    after = live.distance[at:][told[at:], 0][:LEVEL]
    if not len(before) or not len(after):
        return False
    far = beat.shift.far.value
    return bool((after.mean() - before.mean()) / far >= SUDDEN) if far else False


def findings(order: Order, found: tuple[Drift, ...]) -> Iterator[Finding]:
    """Those that carry an alarm."""
    for one in found:
        yield from (_finding(order, beat) for beat in one.beats if beat.told)


def effect(beat: Beat) -> Estimate:
    """The shift in a unit of its own: a ratio of counts or times, a share, or the metric's."""
    far, part = beat.shift.far, beat.part
    if beat.kind in ("said", "mended"):
        return _share(beat)
    if part.unit == "x":
        reach = math.exp(min(far.high, 50.0))
        return Estimate(_ratio(far.value), _ratio(far.low), reach, far.n, "x")
    ends = (far.value * part.scale, far.low * part.scale, far.high * part.scale)
    return Estimate(*ends, far.n)


def _share(beat: Beat) -> Estimate:
    """Of labels or values since it began: windows differ by more than chance."""
    live, since = beat.part.live, beat.part.windows.index(beat.since)
    rows = live.rows[since:]
    hits = np.rint(live.mean[since:, 0] * rows)
    return proportion.clustered(hits, rows)


def _ratio(logarithm: float) -> float:
    return math.exp(max(min(logarithm, 50.0), -50.0))


def _evidence(order: Order, beat: Beat) -> Evidence:
    enough = _windows(beat) >= (LEVEL if beat.kind == "volume" else 1)
    verdict = Verdict.FAIL if beat.told else Verdict.PASS if enough else Verdict.UNSURE
    return Evidence(
        clause=_clause(beat.kind, beat.shift.column),
        subject=order.champion.name,
        population=_POPULATIONS[beat.kind],
        method=METHOD,
        window=Window(beat.part.windows[0].since, beat.part.windows[-1].until),
        estimate=known(effect(beat)),
        verdict=verdict,
        note="" if enough else f"only {_windows(beat)} windows, {LEVEL} tell a level",
    )


def _windows(beat: Beat) -> int:
    return int((beat.part.live.rows > 0).sum())


def _unknown(order: Order, kind: Kind, name: str, windows: int) -> Evidence:
    return Evidence(
        clause=_clause(kind, name),
        subject=order.champion.name,
        population=_POPULATIONS[kind],
        method=METHOD,
        verdict=Verdict.UNSURE,
        note=f"only {windows} windows, {LEVEL + 1} tell a level",
    )


def _clause(kind: Kind, name: str) -> str:
    return f"{CLAUSES[kind]}, {name}" if kind in _NAMED else CLAUSES[kind]


def _finding(order: Order, beat: Beat) -> Finding:
    owner, cause, action = _told(order, beat)
    labels = beat.kind == "labelled" and is_sudden(beat)
    return Finding(
        clause=LABELS if labels else CLAUSES[beat.kind],
        columns=_columns(order, beat) if beat.kind in _NAMED or labels else (),
        what=f"{_WORDS[beat.kind](beat)}; since about {beat.since.since:%Y-%m-%d}",
        cause=cause,
        owner=owner,
        action=action,
        verdict=Verdict.FAIL,
        window=Window(beat.since.since, order.now),
    )


def _columns(order: Order, beat: Beat) -> tuple[str, ...]:
    """What an incident is about; of a source it names the source first."""
    if beat.kind != "mended":
        return (beat.shift.column,)
    source, column, _ = mended.named(beat.shift.column)
    if source == mended.REQUESTS:
        return (column,)
    return (source, *known_as(order.contract, source, column))


def _told(order: Order, beat: Beat) -> tuple[str, str, str]:
    """Whose it is, why, and the first thing to do."""
    name = beat.shift.column
    match beat.kind:
        case "volume" | "latency":
            cause = "the flow changed" if beat.kind == "volume" else "who asks is later"
            return "owner of the decisions", cause, "ask who sends them"
        case "lag":
            return f"owner of {name}", "the source is later than it was", f"ask the owner of {name}"
        case "said":
            return (
                LABELS_OWNER,
                _SAID[name],
                "ask who sends the labels, and which of them are right",
            )
        case "mended":
            return _of_mended(order, name)
        case "labelled" if is_sudden(beat):
            cause = "labels are made otherwise, or the world turned overnight; scores do not say so"
            return LABELS_OWNER, cause, "ask who sends the labels whether anything changed"
        case "estimated":
            cause = "what arrives is harder to answer"
        case _:
            cause = "the same rows turn out otherwise"
    return order.contract.owner, cause, "whether to retrain the realised goals decide"


def _of_mended(order: Order, name: str) -> tuple[str, str, str]:
    source, column, _ = mended.named(name)
    owner = f"owner of the {source}" if source == DECISIONS else f"owner of {source}"
    owner = source_of(order.contract, column) if source == mended.REQUESTS else owner
    cause = "who fills the column writes otherwise than before"
    return owner, cause, f"ask the {owner} what changed, then look at clean"


_SAID: Mapping[str, str] = {
    CORRECTED: "whoever labels changed, or labelled too early",
    CONTRADICTED: "two who label disagree",
    UNKNOWN: "labels of other decisions, or keys that are written otherwise",
}


def _of(found: Estimate) -> str:
    return f"{found.value:.2f} times ({found.low:.2f} to {found.high:.2f})"


def _by(found: Estimate) -> str:
    return f"{found.value:+.2g} ({found.low:+.2g} to {found.high:+.2g})"


def _set_right(beat: Beat) -> str:
    source, column, what = mended.named(beat.shift.column)
    usual = beat.part.reference.mean[0]
    share = _shared(effect(beat))
    return f"{share} of the values of {column} in {source} are {what}, {usual:.1%} before"


def _shared(found: Estimate) -> str:
    return f"{found.value:.1%} ({found.low:.1%} to {found.high:.1%})"


_WORDS: Mapping[Kind, Callable[[Beat], str]] = {
    "volume": lambda one: f"{_of(effect(one))} as many decisions a window as expected",
    "latency": lambda one: f"decisions are asked for {_of(effect(one))} as long after their moment",
    "lag": lambda one: (
        f"{one.shift.column} is seen later by {_by(effect(one))} of the freshness agreed"
    ),
    "estimated": lambda one: f"the estimated {one.shift.column} moved by {_by(effect(one))}",
    "realised": lambda one: (
        f"labels move {one.shift.column} by {_by(effect(one))} against its estimate"
    ),
    "labelled": lambda one: f"yes is said more often by {_by(effect(one))} than scores do",
    "said": lambda one: f"{_shared(effect(one))} of the labels are {one.shift.column}",
    "mended": _set_right,
}
