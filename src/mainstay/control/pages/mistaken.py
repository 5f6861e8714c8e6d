"""One class for another, values too high or too low, and what that costs, as tables."""

from mainstay.control.pages import parts
from mainstay.control.pages.errors import TITLE, share, told
from mainstay.control.pages.markup import Html, tag
from mainstay.control.pages.parts import Row, number
from mainstay.core.nouns import Estimate
from mainstay.life.certify.errors import Confused
from mainstay.stats.mistaken import Cell, Side

MOST = 24
"""Pairs of classes in the table, the wrong ones that happen most first."""
SIDES = {"over": "too high", "under": "too low", "either": "either side"}


def confused(found: Confused, currency: str) -> Html:
    """Pairs of classes: the wrong ones, the most frequent first, then the right ones."""
    shown = sorted(found.cells, key=lambda one: (one.actual == one.decided, -_often(one)))
    money = f"{currency or 'worth'} each"
    head: Row = ("It was", "Says", *map(number, ("of 1,000", "95% interval", money, "together")))
    rest = len(shown) - MOST
    more = f"{parts.counted(rest, 'more pair')} of classes in the record." if rest > 0 else ""
    note = f"Pairs that are not named never happened. {more}".strip()
    table = parts.table(head, (_cell(one, found.classes) for one in shown[:MOST]))
    return parts.section(TITLE, "95% intervals, each by itself", tag("p", note), table)


def off(found: tuple[Side, ...]) -> Html:
    """Over and under: how often, how far, what that costs."""
    money = next((one.cost.unit for one in found if one.cost), "")
    cost = f"{money or 'money'} per 1,000"
    head: Row = ("Answered", *map(number, ("share", "off by, on average", cost)))
    return parts.section(
        TITLE, "95% intervals, each by itself", parts.table(head, map(_side, found))
    )


def _often(one: Cell) -> float:
    return one.often.value if one.often else 0.0


def _cell(one: Cell, classes: tuple[str, ...]) -> Row:
    value, ends = told(one.often, 1, "")
    was = classes[one.actual] if one.actual >= 0 else "a class never learned"
    each = "" if one.worth is None else parts.amount(one.worth, 2)
    known = one.often if one.worth is not None else None
    total = parts.amount(known.value * (one.worth or 0.0), 0) if known else ""
    return was, classes[one.decided], *map(number, (value, ends, each, total))


def _side(one: Side) -> Row:
    every = one.name == "either" and one.share is None  # a value is hardly ever hit
    often = "" if every else share(one.share)
    return SIDES[one.name], *map(number, (often, _number(one.by), _number(one.cost)))


def _number(one: Estimate | None) -> str:
    if one is None:
        return "not known"
    return f"{parts.value_of(one)} ({parts.interval_of(one)})"
