"""The page of data: which sources feed which decision, in time and in one meaning?"""

from collections.abc import Iterator
from typing import NamedTuple

from mainstay.control.mending import Mended
from mainstay.control.pages import conflicts, health, parts, svg
from mainstay.control.pages.answers import card, head, promises
from mainstay.control.pages.markup import Html, joined, tag
from mainstay.control.pages.parts import Row, State, number
from mainstay.control.sourcing import FieldStanding, SourceStanding, Supply
from mainstay.core.answers import Answer
from mainstay.core.nouns import Estimate

WIDTH, ROW, BOX, TALL, MOST = 1080, 26, 168, 20, 40
"""Pixels; beyond so many nodes in a layer the table alone tells it."""
_CLEANED: dict[State, str] = {
    "pass": "as before", "fail": "changed", "unsure": "too few windows", "unknown": "not judged",
}  # fmt: skip


class Node(NamedTuple):
    """A box of the lineage; x: of its left edge, y: of its middle."""

    name: str
    x: float
    y: float


def content(title: str, said: Answer, it: Supply, decide: str = "/conflicts") -> Html:
    """What stands between head and foot of the page; decide: where conflicts are decided."""
    at = f"as of the look of {parts.minute(it.at)}" if it.at else "nothing was looked at yet"
    kept = tuple(one for source in it.sources for one in source.promises if one.limit)
    measured = card("Promises as measured", at, promises(kept)) if kept else Html()
    return joined(
        head(title, said),
        tag(
            "div",
            card("Sources and their promises", at, _sources(it)),
            measured,
            *_mended(it),
            _changes(it),
            conflicts.shown(it.conflicts, decide),
            _lineage(it),
            card("Field dictionary", f"{len(it.fields)} fields", _fields(it)),
            class_="col",
        ),
    )


def _mended(it: Supply) -> Iterator[Html]:
    """Where something is cleaned: how much of it in the newest window, and before."""
    if it.mended:
        columns: Row = (
            "Column", "Source", "Values", "State", number("Newest window"), number("Before"),
        )  # fmt: skip
        beside = f"values set right, {parts.period(it.mended[0].window)}"
        yield card(
            "What cleaning changed",
            beside,
            parts.table(columns, map(_set_right, it.mended), "stack"),
        )


def _set_right(one: Mended) -> Row:
    state = parts.state(health.state_of(one.verdict), _CLEANED[health.state_of(one.verdict)])
    shares = (_share(each) for each in (one.newest, one.before))
    return (tag("code", one.column), one.source, one.what, state, *map(number, shares))


def _share(found: Estimate | None) -> str:
    if found is None:
        return "not counted"
    return f"{found.value:.1%} ({found.low:.1%} to {found.high:.1%}) of {found.n:,}"


def _changes(it: Supply) -> Html:
    columns: Row = ("When", "Occasion", "What changed", number("Decisions"), "Touches")
    rows = (
        (
            parts.minute(one.at), one.occasion, f"{each.source}: {each.said()}",
            number(f"{one.decisions:,}"), ", ".join((*each.inputs, *one.versions)),
        )
        for one in it.changes
        for each in one.changes
    )  # fmt: skip
    if not it.changes:
        return card("What changed", "", tag("p", "No change is on record.", class_="mute"))
    return card("What changed", "newest first", parts.table(columns, rows, "stack"))


def _sources(it: Supply) -> Html:
    columns: Row = (
        "Source", "State", *map(number, ("Rows", "Columns")), "Promises", "Open incidents", "Feeds",
    )  # fmt: skip
    return parts.table(columns, map(_source, it.sources), "stack")


def _source(one: SourceStanding) -> Row:
    name = joined(tag("b", one.name), tag("p", one.address, class_="mute"))
    state = parts.state(health.state_of(one.verdict), _word(one))
    held = [each.clause.partition(", ")[0] for each in one.promises if each.limit]
    links = [tag("a", f"{each} ", href=f"/incidents/{each}") for each in one.incidents]
    rows, columns = (f"{count:,}" if count else "not read yet" for count in (one.rows, one.columns))
    feeds = parts.counted(len(one.feeds), "input")
    promised = ", ".join(held) or "nothing agreed"
    return (name, state, number(rows), number(columns), promised, joined(*links), feeds)


def _word(one: SourceStanding) -> str:
    words = {"pass": "as agreed", "fail": "broken", "unsure": "unsure", "unknown": "not looked at"}
    return words[health.state_of(one.verdict)]


def _fields(it: Supply) -> Html:
    columns: Row = ("Field", "Source", "Known", "Type", "Unit", "Agreed", "Feeds")
    return parts.table(columns, map(_field, it.fields), "stack")


def _field(one: FieldStanding) -> Row:
    return (
        tag("code", one.name), one.source, one.known, one.type or "not agreed", one.unit,
        one.agreed or "nothing", ", ".join(one.feeds) or "no input",
    )  # fmt: skip


def _lineage(it: Supply) -> Html:
    """Left to right: sources, fields, inputs, the model, its decision."""
    edges = tuple(_edges(it))
    columns: Row = ("From", "To")
    twin = parts.twin(columns, edges, f"The same {len(edges)} steps as a table")
    if not it.inputs:
        empty = tag("p", "No version was built yet: what feeds what is not known.", class_="mute")
        return card("From source to decision", "", empty)
    layers = _layers(it)
    if max(map(len, layers.values())) > MOST:
        return card("From source to decision", "too many to draw", twin)
    return card("From source to decision", it.version, _drawn(layers, edges), twin)


def _layers(it: Supply) -> dict[str, list[str]]:
    fields = [one.name for one in it.fields if one.feeds]
    sources = [one.name for one in it.sources if any(f.source == one.name for f in it.fields)]
    return {
        "source": [f"source {name}" for name in sources],
        "field": [f"field {name}" for name in fields],
        "input": [f"input {name}" for name in it.inputs],
        "model": [f"model {it.model} {it.version}"],
        "decision": [f"decision {it.decision}"],
    }


def _edges(it: Supply) -> Iterator[tuple[str, str]]:
    model = f"model {it.model} {it.version}"
    for one in it.fields:
        if one.feeds:
            yield f"source {one.source}", f"field {one.name}"
        for name in one.feeds:
            yield f"field {one.name}", f"input {name}"
    for name in it.inputs:
        yield f"input {name}", model
    yield model, f"decision {it.decision}"


def _drawn(layers: dict[str, list[str]], edges: tuple[tuple[str, str], ...]) -> Html:
    height = 34 + ROW * max(map(len, layers.values()))
    step = (WIDTH - BOX) / (len(layers) - 1)
    nodes = {
        name: Node(name, column * step, 34 + (height - 34) * (place + 0.5) / len(names))
        for column, names in enumerate(layers.values())
        for place, name in enumerate(names)
    }
    heads = [
        svg.text(column * step, 14, f"{layer}, {len(names)}", "tick")
        for column, (layer, names) in enumerate(layers.items())
    ]
    paths = [_path(nodes[a], nodes[b]) for a, b in edges if a in nodes and b in nodes]
    label = f"Lineage: {', '.join(f'{len(names)} {layer}' for layer, names in layers.items())}"
    chart = svg.chart(WIDTH, height, label, *heads, *paths, *map(_node, nodes.values()))
    return tag("div", chart, class_="wide", tabindex=0, role="group", aria_label="Lineage")


def _path(a: Node, b: Node) -> Html:
    x0, middle = a.x + BOX, (a.x + BOX + b.x) / 2
    return tag(
        "path",
        class_="path",
        d=f"M{x0:.0f} {a.y:.1f}C{middle:.0f} {a.y:.1f} {middle:.0f} {b.y:.1f} {b.x:.0f} {b.y:.1f}",
    )


def _node(one: Node) -> Html:
    name = one.name.partition(" ")[2]
    shown = name if len(name) <= 24 else f"{name[:23]}…"
    frame = tag("rect", x=one.x, y=one.y - TALL / 2, width=BOX, height=TALL, rx=5)
    return tag(
        "g", tag("title", name), frame, svg.text(one.x + 7, one.y + 4, shown, ""), class_="node"
    )
