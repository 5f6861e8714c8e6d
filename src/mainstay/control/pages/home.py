"""Home: which model needs me today?"""

from typing import NamedTuple
from urllib.parse import urlencode

from mainstay.control.health import Health, Task, rank
from mainstay.control.pages import health, parts, svg
from mainstay.control.pages.answers import card
from mainstay.control.pages.markup import Html, joined, tag
from mainstay.control.pages.parts import Row, number
from mainstay.core.answers import RANK
from mainstay.core.nouns import Estimate

HEAD: Row = ("Model", "Verdict", "Five questions", "Worth it?", "Until", "Owner")
NOTHING = Html()
EACH = 50
"""Models on a page."""
MOST = 12
"""Open items that it names."""
NOBODY = (9, True, "", 0.0)
"""The place of a model that waits for nobody: the last."""
WIDE = 128.0
CERTIFIED = ("approved", "certified")


class Narrow(NamedTuple):
    """Of a list that is too long for a page: words that a model's name or owner holds, a page."""

    words: str = ""
    page: int = 1


ALL = Narrow()


def narrowed(words: str, page: str) -> Narrow:
    """As an address says it; what is no number is the first page."""
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1
    return Narrow(words[:100], max(number, 1))


def content(models: tuple[Health, ...], said: Html = NOTHING, narrow: Narrow = ALL) -> Html:
    """What stands between head and foot of the page; said: what names whoever looks."""
    some = sorted(models, key=_place)
    every = ((one, task) for one in some for task in one.tasks)
    tasks = sorted(every, key=lambda one: rank(one[1]))
    listed = tuple(map(versions, some)) if len(some) == 1 else ()
    return joined(
        _head(some, tasks),
        tag(
            "div",
            tag("div", _worth(tasks[:MOST]), _table(some, narrow), *listed, class_="col"),
            tag("aside", _open(tasks), said, class_="col side", aria_label="Open items"),
            class_="layout",
        ),
    )


def _table(some: list[Health], narrow: Narrow) -> Html:
    """The worst first; by pages, and narrowed by words, where there are many."""
    found = [one for one in some if _holds(one, narrow.words)]
    first = (narrow.page - 1) * EACH
    shown = table(tuple(found[first : first + EACH]))
    if len(some) <= EACH and not narrow.words:
        return card("All models", "", shown)
    beside = f"{min(first + 1, len(found))} to {min(first + EACH, len(found))} of {len(found)}"
    return card("All models", beside, _filter(narrow), shown, _turn(found, narrow))


def table(some: tuple[Health, ...]) -> Html:
    """A line for each model."""
    return parts.table(HEAD, map(_row, some), "models stack")


def _holds(one: Health, words: str) -> bool:
    text = f"{one.model} {one.owner}".casefold()
    return all(word in text for word in words.casefold().split())


def _filter(narrow: Narrow) -> Html:
    box = tag("input", name="q", value=narrow.words, maxlength=100)
    field = parts.labelled("Model or owner", box)
    show = tag("button", "Show", type="submit")
    return tag("form", field, show, class_="row")


def _turn(found: list[Health], narrow: Narrow) -> Html:
    """To the page before and the next."""
    last = (len(found) - 1) // EACH + 1
    ways = [("Before", narrow.page - 1)] if narrow.page > 1 else []
    ways += [("Next", narrow.page + 1)] if narrow.page < last else []
    links = [tag("a", word, href=f"/?{_asked_for(narrow, page)}") for word, page in ways]
    return tag("p", *(part for link in links for part in (link, " ")))


def _asked_for(narrow: Narrow, page: int) -> str:
    return urlencode({"q": narrow.words, "page": page})


def _place(one: Health) -> tuple[tuple[int, bool, str, float], int]:
    """The model whose first item is most urgent, then worth most; then by verdict."""
    return min(map(rank, one.tasks), default=NOBODY), RANK[one.verdict]


def _worth(tasks: list[tuple[Health, Task]]) -> Html:
    """Open items with what they are worth, on one scale."""
    if not tasks:
        return NOTHING
    known = [task.worth for _, task in tasks if task.worth]
    ends = [0.0, *(one.low for one in known), *(one.high for one in known)]
    scale = svg.Linear(*svg.span(ends, 0.05), 4, WIDE - 4)
    head: Row = (
        "Act",
        "Whose",
        *map(number, ("A week", "95% interval")),
        parts.Cell("From 0", "nowrap"),
    )
    rows = [_item(model, task, scale) for model, task in tasks]
    beside = "expected money a week; the urgent first, then by value"
    return card("What acting is worth", beside, parts.table(head, rows, "stack"))


def _item(model: Health, task: Task, scale: svg.Linear) -> Row:
    name = joined(tag("b", task.what), tag("p", model.model, class_="mute"))
    one = task.worth
    if one is None:
        return (name, task.who, number("not known", "num mute"), number(""), "")
    places = parts.decimals(one)
    shown = f"{one.unit} {parts.amount(one.value, places)}"
    return (name, task.who, number(shown), number(parts.interval_of(one)), _bar(one, scale))


def _bar(one: Estimate, scale: svg.Linear) -> Html:
    kind = "pass" if one.low > 0 else "unsure"
    return tag(
        "svg",
        svg.upright(scale(0), 1, 17, "threshold"),
        svg.across(scale(one.low), scale(one.high), 9, f"interval {kind}"),
        svg.dot(scale(one.value), 9, f"mark {kind}"),
        class_="bar", viewBox=f"0 0 {WIDE:g} 18", role="img",
        aria_label=f"{parts.interval_of(one)} a week",
    )  # fmt: skip


def _head(some: list[Health], tasks: list[tuple[Health, Task]]) -> Html:
    waiting = len({one.model for one, _ in tasks})
    needs = "needs" if waiting == 1 else "need"
    first = f"{waiting} of {parts.counted(len(some), 'model')} {needs} somebody today"
    if not tasks:
        return _said("Nobody is needed today.", "")
    model, task = tasks[0]
    return _said(f"{first}; start with {model.model}.", f" {task.what} ({task.who}).")


def _said(first: str, rest: str) -> Html:
    said = tag("p", tag("b", first), rest, class_="verdict")
    return tag("div", tag("h1", "Models"), said, class_="head")


def _row(it: Health) -> Row:
    name = tag("a", it.model, href=f"/models/{it.model}")
    chip = tag("span", it.version, class_="chip") if it.version else Html()
    first = it.sentence[2:].partition(": ")[0].rstrip(".")
    verdict = joined(parts.state(health.state_of(it.verdict)), tag("p", first))
    marks = tag("span", *(_mark(*each) for each in _five(it)), class_="five")
    answers = {each.ask: each.answer for each in it.questions}
    worth, lasts = answers["Is it worth it?"], answers["How long will it last?"]
    return (joined(name, " ", chip), verdict, marks, worth, lasts, it.owner)


def _five(it: Health) -> list[tuple[parts.State, str]]:
    return [(health.state_of(one.verdict), f"{one.ask} {one.answer}") for one in it.questions]


def _mark(kind: parts.State, said: str) -> Html:
    """A shape that says its word to who does not see it."""
    shape = tag(
        "svg", tag("title", f"{said}: {kind}"), parts.SHAPES[kind],
        class_="glyph", viewBox="0 0 11 11", role="img",
    )  # fmt: skip
    return tag("span", shape, class_=f"state {kind}")


def versions(one: Health) -> Html:
    """Of a model, the newest first."""
    if not one.versions:
        empty = tag("p", "No version yet.", class_="mute")
        return card(f"Versions of {one.model}", "", empty)
    rows = [_version(one, name) for name in reversed(one.versions)]
    table = parts.table(("Version", "State", "Answers", "Certificate"), rows)
    return card(f"Versions of {one.model}", "newest first", table)


def _version(one: Health, name: str) -> Row:
    path = f"/models/{one.model}/versions/{name}"
    share = f"{one.shares[name]:.0%}" if name in one.shares else ""
    paper = one.versions[name] in CERTIFIED
    sheet = tag("a", "certificate", href=f"{path}/certificate") if paper else Html()
    return (tag("a", name, href=path), one.versions[name], share, sheet)


def _open(tasks: list[tuple[Health, Task]]) -> Html:
    if not tasks:
        return card("Open items", "", tag("p", "Nothing waits for anybody.", class_="mute"))
    shown = (health.task(one) for _, one in tasks[:MOST])
    beside = f"the first {MOST} of {len(tasks)}" if len(tasks) > MOST else ""
    return card("Open items", beside, tag("ol", *shown, class_="todo"))
