"""How long a model lasts, as it was foretold: the band, the bound, and what came so far."""

from mainstay.control import foretelling
from mainstay.control.foretelling import Foretold, Scored
from mainstay.control.pages import parts, svg
from mainstay.control.pages.course import dates
from mainstay.control.pages.markup import Html, joined, tag
from mainstay.control.pages.parts import Row, number
from mainstay.life.assess.promised import ASSUMED, SHARE

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 210, 44, 88, 14, 26


def foretold(one: Foretold) -> Html:
    """A sentence, the band by date with what came as points, the same as a table."""
    said = tag("p", tag("b", foretelling.said(one)), f"; {foretelling.kept(one)}.")
    label = f"{one.measure} foretold, through time"
    picture = tag("div", _chart(one), class_="wide", tabindex=0, role="group", aria_label=label)
    head: Row = ("Period", *map(number, ("Foretold", "80% interval", "Came", "n")), "Inside")
    return joined(said, picture, parts.twin(head, map(_row, _ages(one), [one] * len(one.path))))


def _chart(one: Foretold) -> Html:
    frame = _frame(one)
    y = frame.y(one.bound)
    words = f"{SHARE} of skill" if one.promise == ASSUMED else one.promise
    return svg.chart(
        WIDTH,
        HEIGHT,
        f"{one.measure} foretold with 80 percent intervals against what was promised",
        svg.box(LEFT, WIDTH - RIGHT, TOP, max(y - TOP, 0), "zone"),
        svg.left_axis(frame, ".10g", 5),
        dates(frame.x, HEIGHT - 8),
        _ahead(one, frame),
        svg.across(LEFT, WIDTH - RIGHT, y, "threshold dashed"),
        svg.text(WIDTH - RIGHT + 6, y + 3.5, words, "label halo"),
        *(_dot(each, frame) for each in one.scored if each.came is not None),
    )


def _frame(one: Foretold) -> svg.Frame:
    """All periods there are, and every score that is told."""
    xs = [one.window(age).until.timestamp() for age in _ages(one)]
    came = [end for each in one.judged for end in (each.came or 0.0, each.low, each.high)]
    ends = [*came, one.bound, *(end for row in one.path for end in row)]
    across = svg.Linear(*svg.span(xs, 0.02), LEFT, WIDTH - RIGHT)
    return svg.Frame(across, svg.Linear(*svg.span(ends, 0.06), HEIGHT - BOTTOM, TOP))


def _ahead(one: Foretold, frame: svg.Frame) -> Html:
    """The band of what is still to come; of what was scored its own interval stands."""
    over = max((each.age for each in one.scored), default=0)
    ages = [age for age in _ages(one) if age > over and one.window(age).until > one.at]
    if not ages:
        return Html()
    xs = [one.window(age).until.timestamp() for age in ages]
    low, middle, high = zip(*(one.path[age - 1] for age in ages), strict=True)
    return joined(
        svg.band(xs, low, high, frame, "band guess"), svg.trace(xs, middle, frame, "trace guess")
    )


def _dot(each: Scored, frame: svg.Frame) -> Html:
    """What came, with the interval that was foretold before it."""
    assert each.came is not None, "only what came is drawn"
    x = frame.x(each.window.until.timestamp())
    said = f"{each.came:.3f}, foretold {each.low:.3f} to {each.high:.3f}"
    title = f"{parts.period(each.window)}: {said}"
    return joined(
        svg.upright(x, frame.y(each.low), frame.y(each.high), "whisker guess"),
        svg.dot(x, frame.y(each.came), "point", title),
    )


def _ages(one: Foretold) -> range:
    return range(1, len(one.path) + 1)


def _row(age: int, one: Foretold) -> Row:
    """Of a period that was scored, what was foretold before it."""
    low, middle, high = one.path[age - 1]
    was = next((each for each in one.scored if each.age == age), None)
    if was:
        low, middle, high = was.low, was.middle, was.high
    came = f"{was.came:.3f}" if was and was.came is not None else ""
    return (
        parts.period(one.window(age)),
        number(f"{middle:.3f}"),
        number(f"{low:.3f} to {high:.3f}"),
        number(came),
        number(f"{was.rows:,}" if was else ""),
        _inside(was) if was and came else "",
    )


def _inside(was: Scored) -> Html:
    return parts.state("pass", "inside") if was.inside else parts.state("fail", "outside")
