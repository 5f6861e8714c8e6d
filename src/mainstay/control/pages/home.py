"""Home: which model needs me today?"""

from mainstay.control.health import Health, Task
from mainstay.control.pages import health, parts
from mainstay.control.pages.answers import card
from mainstay.control.pages.markup import Html, joined, tag
from mainstay.control.pages.parts import Row
from mainstay.core.nouns import Verdict

HEAD: Row = ("Model", "Verdict", "Five questions", "Worth it?", "Until", "Owner")
ORDER = {Verdict.FAIL: 0, Verdict.UNSURE: 1, None: 2, Verdict.PASS: 3}
NOTHING = Html()
CERTIFIED = ("approved", "certified")


def content(models: tuple[Health, ...], said: Html = NOTHING) -> Html:
    """What stands between head and foot of the page; said: what names whoever looks."""
    some = sorted(models, key=lambda one: ORDER[one.verdict])
    tasks = [(one, task) for one in some for task in one.tasks]
    table = parts.table(HEAD, map(_row, some), "models")
    return joined(
        _head(some, tasks),
        tag(
            "div",
            tag("div", card("All models", "", table), *map(_versions, some), class_="col"),
            tag("aside", _open(tasks), said, class_="col side", aria_label="Open items"),
            class_="layout",
        ),
    )


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
    marks = tag("span", *(_mark(*each) for each in _asked(it)), class_="five")
    answers = {each.ask: each.answer for each in it.questions}
    worth, lasts = answers["Is it worth it?"], answers["How long will it last?"]
    return (joined(name, " ", chip), verdict, marks, worth, lasts, it.owner)


def _asked(it: Health) -> list[tuple[parts.State, str]]:
    return [(health.state_of(one.verdict), f"{one.ask} {one.answer}") for one in it.questions]


def _mark(kind: parts.State, said: str) -> Html:
    """A shape that says its word to who does not see it."""
    shape = tag(
        "svg", tag("title", f"{said}: {kind}"), parts.SHAPES[kind],
        class_="glyph", viewBox="0 0 11 11", role="img",
    )  # fmt: skip
    return tag("span", shape, class_=f"state {kind}")


def _versions(one: Health) -> Html:
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
    return card("Open items", "", tag("ol", *(health.task(one) for _, one in tasks), class_="todo"))
