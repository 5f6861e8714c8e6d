"""A metric through time: what came true with its interval, the estimate, what happened beside."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from mainstay.control.health import Health, Mark, Point
from mainstay.control.pages import parts, svg
from mainstay.control.pages.markup import Html, joined, tag
from mainstay.control.pages.parts import Row, number

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 250, 44, 88, 14, 26
STRIP, LINE = 74, 36
"""Height of the strip of events, and where in it the versions lie."""
LETTER = 5.6
"""Pixels of a letter of an event's name, about."""
DATES = 6


def course(it: Health) -> Html:
    """The chart with its strip of events and its table; a sentence where nothing is known yet."""
    points = (*it.realised, *it.estimated)
    if not points:
        return tag("p", f"No look at {it.metric or 'a goal'} had enough labels yet.", class_="mute")
    across = _across(it)
    picture = tag(
        "div",
        _chart(it, across),
        _strip(it, across),
        class_="wide", tabindex=0, role="group", aria_label=f"{it.metric} through time",
    )  # fmt: skip
    head: Row = ("Look at", *map(number, (it.metric, "95% interval", "n")), "Version", "Kind")
    return joined(picture, parts.twin(head, _rows(it)))


def _across(it: Health) -> svg.Linear:
    """Days, as seconds, from the first thing known to the last."""
    times = [_x(one.at) for one in (*it.realised, *it.estimated)]
    times += [_x(one.at) for one in it.marks]
    return svg.Linear(*svg.span(times, 0.0), LEFT, WIDTH - RIGHT)


def _chart(it: Health, across: svg.Linear) -> Html:
    values = [end for one in (*it.realised, *it.estimated) for end in _ends(one)]
    floor = [it.limit.bound] if it.limit else []
    frame = svg.Frame(across, svg.Linear(*svg.span([*values, *floor], 0.06), HEIGHT - BOTTOM, TOP))
    return svg.chart(
        WIDTH,
        HEIGHT,
        f"{it.metric} realised and estimated with 95 percent intervals against its limit",
        svg.left_axis(frame, ".10g", 6),
        _dates(across),
        *(_line(some, frame) for some in _stretches(it.realised)),
        *(_whisker(one, frame) for one in it.estimated),
        _floor(it, frame),
        _named(it, frame),
    )


def _line(some: Sequence[Point], frame: svg.Frame) -> Html:
    """One version: a band of intervals, a line, a point for each look."""
    xs = [_x(one.at) for one in some]
    lows, highs = ([getattr(one.estimate, side) for one in some] for side in ("low", "high"))
    return joined(
        svg.band(xs, lows, highs, frame),
        svg.trace(xs, [one.estimate.value for one in some], frame),
        *(_dot(one, frame, "point") for one in some),
    )


def _whisker(one: Point, frame: svg.Frame) -> Html:
    """An estimate that labels have still to bear out."""
    x, low, high = frame.x(_x(one.at)), frame.y(one.estimate.low), frame.y(one.estimate.high)
    return joined(svg.upright(x, low, high, "whisker guess"), _dot(one, frame, "point guess"))


def _dot(one: Point, frame: svg.Frame, kind: str) -> Html:
    said = f"{parts.brief(one.at)}: {parts.value_of(one.estimate)}"
    title = f"{said} [{parts.interval_of(one.estimate)}], {one.version}"
    return svg.dot(frame.x(_x(one.at)), frame.y(one.estimate.value), kind, title, 2.4)


def _floor(it: Health, frame: svg.Frame) -> Html:
    if it.limit is None:
        return Html()
    y = frame.y(it.limit.bound)
    words = svg.text(frame.x.last + 6, y + 3.5, f"limit {parts.bound_of(it.limit)}", "label halo")
    return joined(svg.across(frame.x.first, frame.x.last, y, "threshold dashed"), words)


def _named(it: Health, frame: svg.Frame) -> Html:
    """The lines by their names, where they end."""
    words = svg.text(LEFT + 8, TOP + 10, "realised, 95% interval", "label measured halo")
    if not it.estimated:
        return words if it.realised else Html()
    last = it.estimated[-1].estimate
    y = frame.y(last.value) + 3.5
    guess = svg.text(frame.x.last + 6, y, f"est. {parts.value_of(last)}", "label guess halo")
    return joined(words, guess) if it.realised else guess


def _dates(across: svg.Linear) -> Html:
    """Whole days, evenly spread."""
    step = (across.high - across.low) / (DATES - 1)
    marks = []
    for place in range(DATES):
        moment = datetime.fromtimestamp(across.low + place * step, UTC)
        words = f"{moment.day} {moment:%b}"
        marks.append(svg.text(across(moment.timestamp()), HEIGHT - 8, words, "tick", "middle"))
    return joined(*marks)


def _strip(it: Health, across: svg.Linear) -> Html:
    """Versions as segments; deployments above them, incidents below."""
    deployed = [one for one in it.marks if one.kind == "deployed"]
    broken = [one for one in it.marks if one.kind == "incident"]
    return svg.chart(
        WIDTH,
        STRIP,
        f"{len(deployed)} deployments and {len(broken)} incidents",
        *_segments(deployed, across),
        *_events(deployed, across, 20, (24, LINE - 5), "M-4 0 0-7 4 0Z"),
        *_events(broken, across, 60, (LINE + 5, 51), "M0-8 4-4 0 0-4-4Z"),
    )


def _segments(deployed: list[Mark], across: svg.Linear) -> list[Html]:
    """From each deployment to the next, by the version where there is room for its name."""
    ends = [*(across(_x(one.at)) for one in deployed), across.last]
    made = []
    for one, (first, last) in zip(deployed, pairwise(ends), strict=True):
        name = one.words.partition(" ")[0]
        middle = (first + last) / 2
        room = last - first > LETTER * len(name) + 6
        words = svg.text(middle, LINE + 3.5, name, "segment-name", "middle") if room else Html()
        made.append(joined(svg.box(first, max(first, last - 2), LINE - 5, 10, "segment"), words))
    return made


def _events(
    some: list[Mark], across: svg.Linear, y: float, stem: tuple[float, float], shape: str
) -> list[Html]:
    """Each by its shape; by name too where the next one leaves room."""
    ends = [*(across(_x(one.at)) for one in some), math.inf]
    made = []
    for one, (x, following) in zip(some, pairwise(ends), strict=True):
        room = x + 12 + LETTER * len(one.words) <= following
        words = svg.text(x + 7, y, one.words, "event-name") if room else Html()
        title = tag("title", f"{parts.brief(one.at)}: {one.words}")
        glyph = tag("path", title, d=shape, transform=f"translate({x:.1f} {y})", class_=one.kind)
        made.append(joined(svg.upright(x, *stem, "stem"), glyph, words))
    return made


def _stretches(some: Sequence[Point]) -> list[list[Point]]:
    """Points of one version that follow one another; a line never joins two versions."""
    made: list[list[Point]] = []
    for one in some:
        if not made or made[-1][-1].version != one.version or _gap(made[-1][-1], one):
            made.append([])
        made[-1].append(one)
    return made


def _gap(one: Point, other: Point) -> bool:
    """Looks a month apart are not joined: nobody knows what was between."""
    return other.at - one.at > timedelta(days=31)


def _rows(it: Health) -> list[Row]:
    kinds = [
        *((one, "realised") for one in it.realised),
        *((one, "estimated") for one in it.estimated),
    ]
    return [
        (
            parts.brief(one.at),
            number(parts.value_of(one.estimate)),
            number(parts.interval_of(one.estimate)),
            number(f"{one.estimate.n:,}"),
            one.version,
            kind,
        )
        for one, kind in kinds
    ]


def _ends(one: Point) -> tuple[float, float]:
    return one.estimate.low, one.estimate.high


def _x(moment: datetime) -> float:
    return moment.timestamp()
