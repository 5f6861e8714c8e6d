"""States, intervals, tables and the document every page is made of."""

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Literal, NamedTuple

from mainstay.control.pages import svg
from mainstay.control.pages.markup import Html, joined, tag
from mainstay.core.nouns import Estimate, Evidence, Limit, Window

State = Literal["pass", "unsure", "fail", "unknown"]
SHAPES: dict[State, Html] = {
    "pass": tag("circle", cx=5.5, cy=5.5, r=5),
    "unsure": tag("path", d="M5.5 .3 11 10.4H0Z"),
    "fail": tag("path", d="M5.5-.6 11.6 5.5 5.5 11.6-.6 5.5Z"),
    "unknown": tag("circle", class_="ring", cx=5.5, cy=5.5, r=4.3),
}
MOMENT = timedelta(microseconds=1)
POLICY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:"
"""What a browser may load for a page: nothing but what stands in it."""


class Cell(NamedTuple):
    """A cell of a table with its class."""

    content: str
    kind: str


Row = Sequence[str | Cell]


def number(content: str, kind: str = "num") -> Cell:
    """A cell whose digits line up with those above."""
    return Cell(content, kind)


def digest(sha: str) -> Html:
    return tag("span", sha, class_="digest")


def judged(evidence: Evidence) -> State:
    """The verdict computed again from interval and limit; what nobody measured is unknown."""
    if evidence.estimate is None or evidence.limit is None:
        return "unknown"
    return evidence.limit.judge(evidence.estimate).value


def state(kind: State, word: str = "") -> Html:
    """Shape, word and colour together; the word of the state where none is given."""
    glyph = tag("svg", SHAPES[kind], class_="glyph", viewBox="0 0 11 11", aria_hidden="true")
    return tag("span", glyph, f" {word or kind}", class_=f"state {kind}")


def decimals(estimate: Estimate) -> int:
    """As many as tell the ends of the interval apart from each other, two digits of the largest."""
    largest = max(abs(estimate.value), abs(estimate.low), abs(estimate.high))
    steps = (100, 10, 1, 0.01, 0.001)
    known = {100: 0, 10: 1, 1: 2, 0.01: 3, 0.001: 4}
    return next((known[step] for step in steps if largest >= step), 5)


def amount(value: float, places: int) -> str:
    """A number for people: grouped, a true minus; exactly nothing is 0."""
    words = f"{value:z,.{places}f}" if value else "0"
    return words.replace("-", "−")


def value_of(estimate: Estimate) -> str:
    places = 0 if _counted(estimate) else decimals(estimate)
    return amount(estimate.value, places)


def interval_of(estimate: Estimate) -> str:
    """`0.671 to 0.745`; a value that was counted, not estimated, is exact."""
    if estimate.low == estimate.high:
        return "exact"
    places = decimals(estimate)
    return f"{amount(estimate.low, places)} to {amount(estimate.high, places)}"


def bound_of(limit: Limit) -> str:
    sign = "≥" if limit.comparison == "at_least" else "≤"
    return f"{sign} {limit.bound:,.10g}".replace("-", "−")


def interval_bar(estimate: Estimate, limit: Limit, width: float = 128) -> Html:
    """An estimate with its interval, the allowed side shaded, the limit as a line."""
    ends = (estimate.low, estimate.value, estimate.high, limit.bound)
    scale = svg.Linear(*svg.span(ends, 0.15), 4, width - 4)
    kind = limit.judge(estimate).value
    label = f"{value_of(estimate)}, {interval_of(estimate)}, limit {bound_of(limit)}"
    return tag(
        "svg",
        allowed(limit, scale, 3, 12),
        svg.across(scale(estimate.low), scale(estimate.high), 9, f"interval {kind}"),
        svg.dot(scale(estimate.value), 9, f"mark {kind}"),
        svg.upright(scale(limit.bound), 1, 17, "threshold"),
        class_="bar",
        viewBox=f"0 0 {width:g} 18",
        role="img",
        aria_label=label,
    )


def allowed(limit: Limit, scale: svg.Linear, y: float, height: float) -> Html:
    """The shaded side of a limit."""
    end = scale.last if limit.comparison == "at_least" else scale.first
    return svg.box(scale.clipped(limit.bound), end, y, height, "zone")


def table(head: Row, rows: Iterable[Row], kind: str = "") -> Html:
    """The first cell of a row heads it. kind: how it folds on a phone, `stack` or `gates`.

    Folded into a stack, each cell is named by the head of its column. The box can be reached by
    keyboard, so that what scrolls sideways in it can be read.
    """
    top = tag("tr", *(_cell("th", one, scope="col") for one in head))
    names = [_words(one) if "stack" in kind else "" for one in head[1:]]
    lines = (
        tag(
            "tr",
            _cell("th", row[0], scope="row"),
            *(_cell("td", one, of=of) for one, of in zip(row[1:], names, strict=True)),
        )
        for row in rows
    )
    whole = tag("table", tag("thead", top), tag("tbody", *lines), class_=kind)
    label = f"{_words(head[0])}, table"
    return tag("div", whole, class_="scroll", tabindex=0, role="group", aria_label=label)


def twin(head: Row, rows: Iterable[Row], words: str = "The same as a table") -> Html:
    """A table that opens under its chart."""
    return tag("details", tag("summary", words), table(head, rows), class_="twin")


def facts(pairs: Iterable[tuple[str, str]]) -> Html:
    return tag(
        "dl", *(joined(tag("dt", name), tag("dd", said)) for name, said in pairs), class_="facts"
    )


def labelled(label: str, control: Html) -> Html:
    """A field may have the name of one in another form of the page: its label holds it."""
    return tag("p", tag("label", tag("span", label), control), class_="field")


def choice(name: str, label: str, values: Mapping[str, str], chosen: str = "") -> Html:
    """One of several: what is sent, and what is read; chosen: what stands there at first."""
    options = (
        tag("option", words, value=value, selected="selected" if chosen and value == chosen else "")
        for value, words in values.items()
    )
    return labelled(label, tag("select", *options, name=name))


def section(title: str, beside: str, *body: Html, kind: str = "whole") -> Html:
    """beside: a few words next to the heading; whole: not torn apart on paper."""
    small = (tag("small", beside),) if beside else ()
    return tag("section", tag("h2", title, *small), *body, class_=kind)


def day(moment: datetime) -> str:
    """`28 September 2013`, in UTC."""
    utc = moment.astimezone(UTC)
    return f"{utc.day} {utc:%B %Y}"


def brief(moment: datetime) -> str:
    """`28 Sep 2013`, in UTC."""
    utc = moment.astimezone(UTC)
    return f"{utc.day} {utc:%b %Y}"


def period(window: Window) -> str:
    """`1 to 31 March 2013`: both days belong to it."""
    first, last = window.since.astimezone(UTC), window.until.astimezone(UTC) - MOMENT
    if (first.year, first.month) == (last.year, last.month):
        start = str(first.day)
    else:
        start = f"{first.day} {first:%B}" if first.year == last.year else day(first)
    return day(last) if first.date() == last.date() else f"{start} to {day(last)}"


def minute(moment: datetime) -> str:
    """`28 September 2013, 14:32 UTC`."""
    return f"{day(moment)}, {moment.astimezone(UTC):%H:%M} UTC"


def counted(number_of: int, one: str, many: str = "") -> str:
    """`1 gate`, `17 gates`."""
    return f"{number_of:,} {one if number_of == 1 else many or one + 's'}"


def document(title: str, *body: Html, kind: str = "") -> Html:
    """One file: style and fonts inside, nothing runs and nothing is fetched. kind: `page`, wide."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width,initial-scale=1"),
        tag("title", title),
        tag("style", stylesheet()),
    )
    page = tag("html", head, tag("body", tag("main", *body, class_=kind)), lang="en")
    return joined(Html("<!doctype html>"), page)


@cache
def stylesheet() -> Html:
    """app.css with its fonts inlined."""
    folder = resources.files(__package__)

    def inlined(match: re.Match[str]) -> str:
        font = base64.b64encode(folder.joinpath(match[1]).read_bytes()).decode()
        return f"url(data:font/woff2;base64,{font})"

    style = folder.joinpath("app.css").read_text(encoding="utf-8")
    return Html(re.sub(r"url\((fonts/[^)]+)\)", inlined, style))


def _counted(estimate: Estimate) -> bool:
    return estimate.low == estimate.high and float(estimate.value).is_integer()


def _words(one: str | Cell) -> str:
    return one.content if isinstance(one, Cell) else one


def _cell(name: str, content: str | Cell, scope: str = "", of: str = "") -> Html:
    words, kind = content if isinstance(content, Cell) else (content, "")
    return tag(name, words, class_=kind, scope=scope, data_of=of)
