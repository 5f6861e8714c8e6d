"""The inputs of a model as they come now, over how they were at training."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from mainstay.control.health import Health
from mainstay.control.pages import parts, svg
from mainstay.control.pages.markup import Html, joined, tag
from mainstay.control.pages.parts import Row, number
from mainstay.data.profile import Numbers, Profile, Texts

WIDTH, HEIGHT, SHOWN, BARS = 150, 46, 8, 10
"""Of one input's picture; inputs that are shown; bars of one."""


class Input(NamedTuple):
    """One column. trained, lately: shares of its values by bin; moved: total variation between the

    two, from 0 to 1, missing values counted as a value; told: whether an open incident names it.
    """

    name: str
    weight: float
    trained: tuple[float, ...]
    lately: tuple[float, ...]
    moved: float
    told: bool
    rows: int


def inputs(it: Health) -> Html:
    """The first of them as pictures, all of them as a table."""
    every = compared(it)
    if not every:
        return tag("p", "No window has been counted yet.", class_="mute")
    head: Row = ("Input", *map(number, ("Moved", "Weight", "n")), "State")
    return joined(
        tag("div", *map(_picture, every[:SHOWN]), class_="inputs"),
        parts.twin(head, map(_row, every)),
    )


def compared(it: Health) -> tuple[Input, ...]:
    """By weight times movement, those that incidents name first; none before the first window."""
    if it.trained is None or not it.lately:
        return ()
    found = [one for each in it.trained.columns if (one := _input(it, each))]
    return tuple(sorted(found, key=lambda one: (not one.told, -one.weight * one.moved)))


def _input(it: Health, trained: Numbers | Texts) -> Input | None:
    now = [column for one in it.lately for column in one.columns if column.name == trained.name]
    weight = it.weights.get(trained.name, 0.0)
    before, after = _counts([trained]), _counts(now)
    if not now or not weight or not sum(after):
        return None
    one, other = _shares(before), _shares(after)
    moved = sum(abs(first - second) for first, second in zip(one, other, strict=True)) / 2
    told = trained.name in it.moved
    shown = [_bars(one), _bars(other)]
    full = [place for place, each in enumerate(zip(*shown, strict=True)) if any(each)]
    first, second = (tuple(each[place] for place in full) for each in shown)
    return Input(trained.name, weight, first, second, moved, told, sum(after))


def _counts(some: Sequence[Numbers | Texts]) -> list[int]:
    """By bin, then all other values, then the missing ones."""
    bins = [sum(each) for each in zip(*(one.counts for one in some), strict=True)]
    other = sum(one.other for one in some if isinstance(one, Texts))
    return [*bins, other, sum(one.nulls for one in some)]


def _shares(counts: list[int]) -> list[float]:
    whole = sum(counts) or 1
    return [one / whole for one in counts]


def _bars(shares: list[float]) -> tuple[float, ...]:
    """At most BARS of neighbours together, then all other values, then the missing ones."""
    *bins, other, missing = shares
    each = math.ceil(len(bins) / BARS) or 1
    return (*(sum(bins[at : at + each]) for at in range(0, len(bins), each)), other, missing)


def _picture(one: Input) -> Html:
    name = tag("code", one.name)
    foot = tag(
        "div",
        tag("span", tag("b", f"{one.moved:.1%}"), " elsewhere"),
        tag("span", f"{one.weight:.0%} weight"),
        class_="input-foot",
    )
    head = tag("div", name, _state(one), class_="input-head")
    return tag("div", head, _histogram(one), foot, class_=f"input {'fail' if one.told else 'pass'}")


def _state(one: Input) -> Html:
    return parts.state("fail", "moved") if one.told else parts.state("pass", "no incident")


def _histogram(one: Input) -> Html:
    """Bars now, an outline at training, on one scale."""
    top = max((*one.trained, *one.lately))
    count = max(len(one.trained), len(one.lately))
    x, y = svg.Linear(0, count, 0, WIDTH), svg.Linear(0, top, HEIGHT, 2)
    kind = "hist fail" if one.told else "hist"
    bars = [
        svg.box(x(at) + 1, x(at + 1) - 1, y(share), HEIGHT - y(share), kind)
        for at, share in enumerate(one.lately)
    ]
    label = f"{one.name}: bars now over its outline at training, {one.moved:.1%} of rows elsewhere"
    return svg.chart(WIDTH, HEIGHT, label, *bars, _outline(one, x, y))


def _outline(one: Input, x: svg.Linear, y: svg.Linear) -> Html:
    steps = [f"{x(at):.1f},{y(share):.1f}H{x(at + 1):.1f}" for at, share in enumerate(one.trained)]
    return tag("path", class_="outline", d=f"M0,{HEIGHT}L{'L'.join(steps)}V{HEIGHT}")


def _row(one: Input) -> Row:
    state = "named by an open incident" if one.told else "no incident"
    shown = (f"{one.moved:.1%}", f"{one.weight:.1%}", f"{one.rows:,}")
    return (one.name, *map(number, shown), state)


def lately(it: tuple[Profile, ...]) -> str:
    """`last 7 windows`."""
    return f"last {parts.counted(len(it), 'window')}"
