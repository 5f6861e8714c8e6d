"""What is watched of windows beside their columns, within the same budget of false alarms.

How many decisions came, how late they and the sources were, what the answers should be worth and
what labels say of that and of each other: each a series of one number a window. Volume is compared
with the windows before this version answered; the others mostly with their own.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np

from mainstay.core.nouns import Window
from mainstay.data.profile import Profile
from mainstay.life.watch import mended, parts, said
from mainstay.life.watch.order import Profiled
from mainstay.life.watch.parts import WEEK, Part
from mainstay.life.watch.said import Said
from mainstay.stats import series
from mainstay.stats.blocks import Floats
from mainstay.stats.components import Component, Kind
from mainstay.stats.season import Places
from mainstay.stats.series import BEFORE, LEVEL, Volumes

WEIGHTS: Mapping[Kind, float] = {
    "volume": 0.04, "lag": 0.025, "latency": 0.025, "estimated": 0.025, "realised": 0.025,
    "labelled": 0.015, "said": 0.015, "mended": 0.01,
}  # fmt: skip
FAULTS = 0.02
"""What labels that are surely at fault may spend, see life.watch.faults. Together with WEIGHTS what
parts.COLUMNS leaves; all sources share one, and so does all that labels say of each other, and all
that cleaning sets right."""
TOLERATED: Mapping[Kind, float] = {
    "volume": 0.2, "lag": 0.25, "latency": 0.5, "said": 0.2, "mended": 0.2,
}  # fmt: skip
"""Lasting shifts that are no incident: of logarithms, of the freshness agreed, of logarithms, and
twice of shares in sd of a row, two points where there was next to nothing; of losses it is the
contract's, in standard deviations of a row."""
_ENOUGH = 14
"""Windows before a version answered that say how many decisions to expect."""
_STEADY = 0.05**2
"""The least variance of a lateness: a source that is read once an hour is as late each night."""


class Loss(NamedTuple):
    """Of a metric, by windows, in sd of what one row adds to it; NaN where too few say something.

    scale: that sd; error: of the level, which is 0, None where the level is not known; harm: as
    in Part.
    """

    kind: Kind
    metric: str
    windows: tuple[Window, ...]
    values: Floats
    variance: Floats
    scale: float
    error: float | None
    harm: int


def pulse(
    version: str,
    trained: tuple[Profile, ...],
    profiled: tuple[Profiled, ...],
    losses: tuple[Loss, ...],
    since: datetime | None,
) -> Iterator[Part]:
    """What of it is known well enough; profiled: of all versions, trained: see parts.parts."""
    seen = tuple(one for one in profiled if one.version == version)
    before = tuple(one for one in profiled if one.window.until <= seen[0].window.since)
    yield volume(trained, seen, since, before=before)
    newest = profiled[-BEFORE:]
    yield from _late(newest)
    yield from _mended(newest)
    yield from filter(None, map(_loss, losses))


def volume(
    trained: tuple[Profile, ...],
    seen: tuple[Profiled, ...],
    since: datetime | None,
    *,
    before: tuple[Profiled, ...] = (),
) -> Part:
    """Decisions of each window. Those before say how many to expect, where they are enough; rows
    trained on may be a sample, and say only how days differ.
    """
    windows = tuple(one.window for one in seen)
    width = windows[0].until - windows[0].since
    known = len(before) >= _ENOUGH
    if known:
        past = _volumes(before[-BEFORE:], width)
    else:
        rows = np.array([one.rows for one in trained], dtype=np.int64)
        places = _week(width, [since + at * width for at in range(len(rows))] if since else [])
        kept = rows > 0
        past = Volumes(rows[kept], places[kept] if len(places) else np.zeros(kept.sum(), np.int64))
    found = series.volume(past, _volumes(seen, width), level=known)
    return Part(*found, np.array([WEIGHTS["volume"]]), windows, unit="x")


def _volumes(some: tuple[Profiled, ...], width: timedelta) -> Volumes:
    counts = np.array([one.counts.decisions for one in some], dtype=np.int64)
    return Volumes(counts, _week(width, [one.window.since for one in some]))


def _week(width: timedelta, starts: list[datetime]) -> Places:
    """Places in the week, all 0 where windows do not divide one."""
    if width >= WEEK or WEEK % width or not starts:
        return np.zeros(len(starts), dtype=np.int64)
    return np.array(parts.places(starts[0], width, tuple(starts)), dtype=np.int64)


def _late(newest: tuple[Profiled, ...]) -> Iterator[Part]:
    windows = tuple(one.window for one in newest)
    asked = [one.late.asked if one.late else None for one in newest]
    means = np.array([one.mean if one else np.nan for one in asked])
    each = np.array([one.squares / one.n**2 if one else 0.0 for one in asked]) + _STEADY
    if _told(means):
        found = series.started(Component("decisions", "latency"), means, each)
        yield Part(*found, np.array([WEIGHTS["latency"]]), windows, harm=1, unit="x")
    ages = [one.late.ages if one.late else {} for one in newest]
    names = list(dict.fromkeys(name for one in ages for name in one))
    for name in names:
        values = np.array([_number(one.get(name)) for one in ages])
        if _told(values):
            weight = np.array([WEIGHTS["lag"] / len(names)])
            found = series.started(Component(name, "lag"), values, np.full(len(values), _STEADY))
            yield Part(*found, weight, windows, harm=1, unit="of what is agreed")


def _loss(one: Loss) -> Part | None:
    if not _told(one.values):
        return None
    component = Component(one.metric, one.kind)
    if one.error is None:
        found = series.started(component, one.values, one.variance)
    else:
        found = series.about(component, one.values, one.variance, one.error)
    weight = np.array([WEIGHTS[one.kind]])
    return Part(*found, weight, one.windows, harm=one.harm, unit="", scale=one.scale)


def labels(found: Said | None) -> Iterator[Part]:
    """Shares of what labels say of each other, where enough windows tell what is usual."""
    if found is None:
        return
    for kind in said.KINDS:
        rows, hits = found.rows[kind], found.hits[kind]
        if int((rows > 0).sum()) > LEVEL:
            reference, live = series.share(Component(kind, "said"), hits, rows)
            weight = np.array([WEIGHTS["said"] / len(said.KINDS)])
            yield Part(reference, live, weight, found.windows[-len(live.rows) :], harm=1, unit="")


def _mended(newest: tuple[Profiled, ...]) -> Iterator[Part]:
    """Shares of what cleaning sets right, where enough windows tell what is usual."""
    found = mended.series_of(newest)
    for name, one in found.items():
        if int((one.rows > 0).sum()) > LEVEL:
            reference, live = series.share(Component(name, "mended"), one.hits, one.rows)
            weight = np.array([WEIGHTS["mended"] / len(found)])
            windows = tuple(each.window for each in newest[-len(live.rows) :])
            yield Part(reference, live, weight, windows, unit="")


def _told(values: Floats) -> bool:
    """Whether enough windows say something for a level and its wander."""
    return int(np.isfinite(values).sum()) > LEVEL


def _number(found: float | None) -> float:
    return np.nan if found is None else found
