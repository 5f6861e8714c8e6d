"""The page of an incident: what broke, what does it cost, who does what next?"""

from collections.abc import Iterator
from datetime import UTC, datetime

from mainstay.control import accounts
from mainstay.control.accounts import Account, Course, Happened
from mainstay.control.channels import message
from mainstay.control.pages import course, health, inputs, parts, svg
from mainstay.control.pages.answers import card
from mainstay.control.pages.markup import Html, joined, tag
from mainstay.control.pages.parts import Row, number
from mainstay.core.nouns import Estimate

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 170, 52, 20, 14, 26
SHAPES: dict[str, parts.State] = {"opened": "fail", "changed": "unsure", "closed": "pass"}
Tile = tuple[str, parts.State, str, str]


def page(it: Account) -> str:
    """One file, as of a moment."""
    return parts.document(f"Incident {it.id} · {it.model}", content(it), kind="page")


def content(it: Account) -> Html:
    """What stands between head and foot of a page."""
    changed = tuple(filter(None, (_changed(it, one) for one in it.finding.columns)))
    main, side = (changed, (_history(it),)) if changed else ((_history(it),), ())
    return joined(
        _head(it),
        tag("section", *map(_tile, _tiles(it)), class_="questions", aria_label="Questions"),
        tag(
            "div",
            tag("div", *main, _explains(it), class_="col"),
            tag("aside", _action(it), *side, class_="col side", aria_label="What to do"),
            class_="layout",
        ),
        tag("footer", f"As of {parts.minute(it.at)}"),
    )


def _head(it: Account) -> Html:
    over = f"over since {parts.minute(it.closed)}" if it.closed else _open(it)
    chips = (
        tag("span", over, class_="chip live" if it.closed else "chip"),
        tag("span", it.finding.clause, class_="chip"),
    )
    said = tag("b", f"{it.finding.what}: {it.finding.cause}.")
    title = tag("h1", f"Incident {it.id} ", *chips)
    whose = tag("p", f"{it.finding.owner} acts · hurts {', '.join(it.models)}", class_="whose")
    return tag("div", title, tag("p", said, class_="verdict"), whose, class_="head")


def _open(it: Account) -> str:
    days = (it.at - it.opened).days
    return f"open {parts.counted(days, 'day')}" if days else "open since today"


def _tiles(it: Account) -> Iterator[Tile]:
    broke = ", ".join(it.finding.columns) or it.finding.clause
    yield "What broke?", _kind(it), broke, f"found by the clause {it.finding.clause}"
    yield _cost(it)
    soon = "nothing, it is over" if it.closed else it.urgency
    yield "How soon to act?", _kind(it), soon, it.why
    yield "Who has it?", "pass" if it.closed else "unsure", it.finding.owner, it.finding.action
    good = parts.brief(it.good) if it.good else "not known"
    yield "Last known right?", "pass" if it.good else "unknown", good, _explained(it)


def _cost(it: Account) -> Tile:
    said = message.cost(it.cost)
    if it.cost is None:
        return "What does it cost?", "unknown", "not known", "no answer shows what it costs"
    kind: parts.State = "fail" if it.cost.low > 0 and not it.closed else "unsure"
    unit = f"{it.cost.unit} " if it.cost.unit else ""
    ends = f"{unit}{parts.interval_of(it.cost)}, from {it.cost.n:,} answers"
    return "What does it cost?", kind, said.partition(" (")[0], ends


def _explained(it: Account) -> str:
    return f"explained by incident {it.by}" if it.by else ""


def _kind(it: Account) -> parts.State:
    return accounts.verdict(it).value


def _tile(one: Tile) -> Html:
    ask, kind, answer, detail = one
    return health.tile(ask, kind, answer, detail)


def _changed(it: Account, name: str) -> Html:
    """A column before and since, then window by window where it is a number."""
    found = next((one for one in it.courses if one.name == name), None)
    pictures = inputs.beside(name, it.before, it.since)
    if found is None and not pictures:
        return Html()
    body = (_course(it, found) if found else Html(), pictures)
    return card(
        f"What changed in {name}",
        "mean of each window; below: share of rows by bin, outline before",
        *body,
    )


def _course(it: Account, one: Course) -> Html:
    ends = [end for each in one.points for end in (each.mean.low, each.mean.high)]
    times = [_x(each.window.since) for each in one.points]
    across = svg.Linear(*svg.span([*times, _x(one.points[-1].window.until)]), LEFT, WIDTH - RIGHT)
    frame = svg.Frame(across, svg.Linear(*svg.span(ends, 0.08), HEIGHT - BOTTOM, TOP))
    picture = svg.chart(
        WIDTH,
        HEIGHT,
        f"Mean of {one.name} in each window with its 95 percent interval",
        _lasting(it, frame),
        svg.left_axis(frame, ",.10g"),
        *(_mark(each.window.since, each.mean, frame) for each in one.points),
        course.dates(across, HEIGHT - 8),
    )
    head: Row = ("Window from", *map(number, (f"Mean {one.name}", "95% interval", "n")))
    rows = [
        (
            parts.brief(each.window.since),
            number(parts.value_of(each.mean)),
            number(parts.interval_of(each.mean)),
            number(f"{each.mean.n:,}"),
        )
        for each in one.points
    ]
    return joined(tag("div", picture, class_="wide", tabindex=0, role="group",
                      aria_label=f"{one.name} through time"), parts.twin(head, rows))  # fmt: skip


def _lasting(it: Account, frame: svg.Frame) -> Html:
    """How long it lasts, shaded."""
    x, y = frame
    first = x.clipped(_x(it.finding.window.since))
    last = x.clipped(_x(it.finding.window.until)) if it.closed else x.last
    words = svg.text(first + 5, y.last + 10, "since here", "label mute halo")
    return joined(svg.box(first, last, y.last, y.first - y.last, "lasting"), words)


def _mark(at: datetime, mean: Estimate, frame: svg.Frame) -> Html:
    x = frame.x(_x(at))
    title = f"{parts.brief(at)}: {parts.value_of(mean)} [{parts.interval_of(mean)}]"
    whisker = svg.upright(x, frame.y(mean.low), frame.y(mean.high), "whisker")
    return joined(whisker, svg.dot(x, frame.y(mean.value), "point", title, 2.2))


def _explains(it: Account) -> Html:
    """What was held back because this explains it."""
    if not it.hides:
        return Html()
    beside = parts.counted(len(it.hides), "incident") + " nobody is told of"
    rows = tag("ul", *(tag("li", one) for one in it.hides), class_="plain")
    return card("Held back as consequences", beside, rows)


def _action(it: Account) -> Html:
    if it.closed:
        return card("First action", "", tag("p", "It is over: nothing is left to do."))
    said = tag("p", tag("b", it.finding.action))
    who = tag("p", f"{it.finding.owner} · {it.urgency}", class_="mute")
    command = tag("pre", f"mainstay incident show {it.id}")
    return card("First action", "", said, who, command)


def _history(it: Account) -> Html:
    rows = tag("ol", *map(_happened, it.history), class_="history")
    return card("What happened", "UTC", rows)


def _happened(one: Happened) -> Html:
    kind: parts.State = SHAPES.get(one.kind, "unknown")
    when = f"{one.at.astimezone(UTC):%d %b %H:%M}"
    said = tag("p", f"{one.kind}: {one.what}" if one.what != one.kind else one.what)
    who = tag("p", one.who, class_="mute") if one.who else Html()
    return tag("li", parts.state(kind, when), said, who)


def _x(moment: datetime) -> float:
    return moment.timestamp()
