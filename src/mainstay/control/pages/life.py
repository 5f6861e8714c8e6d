"""The life of a model on one axis: who answered, what was made, decided, broken and said."""

from datetime import datetime

from mainstay.control.living import Lane, Lived, Moment, Span
from mainstay.control.pages import course, parts, svg
from mainstay.control.pages.answers import card, head
from mainstay.control.pages.markup import Html, joined, tag
from mainstay.core.answers import Answer

WIDTH, LEFT, RIGHT, ROW, TOP = 1080, 120, 30, 30, 12
NAMES: dict[Lane, str] = {
    "work": "made and judged",
    "decision": "decided",
    "traffic": "answers",
    "data": "data changed",
    "incident": "incidents",
    "said": "said",
}
SHAPES: dict[Lane, str] = {
    "work": "M-4-4H4V4H-4Z",
    "decision": "M0-5 5 0 0 5-5 0Z",
    "traffic": "M-4 4 0-4 4 4Z",
    "data": "M-4-4 4 0-4 4Z",
    "incident": "M-4-4 4 4M4-4-4 4",
    "said": "M-4-3H4V3H-4Z",
}


def content(title: str, said: Answer, it: Lived) -> Html:
    """What stands between head and foot of the page."""
    if not it.moments:
        empty = tag("p", "Nothing has happened yet: nothing is measured, so nothing is green.")
        return joined(head(title, said), card("One axis", "", empty))
    return joined(
        head(title, said),
        tag(
            "div",
            card("One axis", "shapes tell what kind: hover or read the table below", _axis(it)),
            card("Everything that happened", "newest first", _table(it)),
            class_="col",
        ),
        tag("footer", f"As of {parts.minute(it.at)}"),
    )


def _axis(it: Lived) -> Html:
    times = [_x(one.at) for one in it.moments]
    across = svg.Linear(*svg.span([*times, _x(it.at)]), LEFT, WIDTH - RIGHT)
    lanes = [lane for lane in NAMES if any(one.lane == lane for one in it.moments)]
    names = list(dict.fromkeys(one.what for one in it.answered))
    height = TOP + ROW * (len(names) + len(lanes)) + 26
    rows = [_spans(name, it, across, place) for place, name in enumerate(names)]
    rows += [_lane(lane, it, across, len(names) + place) for place, lane in enumerate(lanes)]
    chart = svg.chart(
        WIDTH, height, f"{len(it.moments)} events and {len(names)} versions of {it.model}",
        *rows, course.dates(across, height - 6),
    )  # fmt: skip
    return tag("div", chart, class_="wide", tabindex=0, role="group", aria_label="One axis")


def _spans(name: str, it: Lived, across: svg.Linear, place: int) -> Html:
    """When a version answered: the higher the bar the larger its share."""
    y = TOP + place * ROW
    bars = [_span(one, it, across, y) for one in it.answered if one.what == name]
    return joined(svg.text(0, y + 16, name), *bars)


def _span(one: Span, it: Lived, across: svg.Linear, y: float) -> Html:
    first, last = across(_x(one.since)), across(_x(one.until or it.at))
    tall = 4 + 16 * one.share
    said = f"{one.what} {one.share:.0%}, {_days(one, it)}"
    words = tag("title", said)
    return tag(
        "rect", words, class_="span", x=first, y=y + 22 - tall, width=max(last - first, 1),
        height=tall,
    )  # fmt: skip


def _lane(lane: Lane, it: Lived, across: svg.Linear, place: int) -> Html:
    y = TOP + place * ROW + 12
    marks = [_mark(one, across, y) for one in it.moments if one.lane == lane]
    broken = [_lasting(one, it, across, y + 8) for one in it.broken] if lane == "incident" else []
    line = svg.across(across.first, across.last, y + 14, "gridline")
    return joined(line, svg.text(0, y + 4, NAMES[lane]), *broken, *marks)


def _lasting(one: Span, it: Lived, across: svg.Linear, y: float) -> Html:
    return svg.across(across(_x(one.since)), across(_x(one.until or it.at)), y, "endured")


def _mark(one: Moment, across: svg.Linear, y: float) -> Html:
    title = tag("title", f"{parts.brief(one.at)}: {one.what} ({one.who})")
    place = f"translate({across(_x(one.at)):.1f} {y})"
    kind = "happened incident" if one.lane == "incident" else "happened"
    return tag("path", title, d=SHAPES[one.lane], transform=place, class_=kind)


def _days(one: Span, it: Lived) -> str:
    until = one.until or it.at
    return f"{parts.brief(one.since)} to {parts.brief(until)}"


def _table(it: Lived) -> Html:
    rows = [
        (
            tag("span", f"{one.at:%Y-%m-%d %H:%M}", class_="nowrap"),
            one.what,
            tag("span", NAMES[one.lane], class_="nowrap"),
            tag("span", one.who, class_="nowrap"),
        )
        for one in reversed(it.moments)
    ]
    return parts.table(("When, UTC", "What", "Kind", "By"), rows, "stack")


def _x(moment: datetime) -> float:
    return moment.timestamp()
