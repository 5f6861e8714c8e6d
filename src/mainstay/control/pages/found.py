"""Slices that nobody declared: how much was searched, the worst of it, and what it proves."""

from mainstay.control.pages import parts
from mainstay.control.pages.markup import Html, tag
from mainstay.control.pages.parts import Cell, Row, number
from mainstay.core.nouns import Limit
from mainstay.life.certify.found_slices import Found, Shown
from mainstay.stats.slicing import LISTED

STATES: dict[str, parts.State] = {
    "broken": "fail", "stands out": "unsure", "may be luck": "unknown",
}  # fmt: skip


def drawn(found: Found) -> Html:
    """The worst first, each with its interval, against the limit where there is one."""
    beside = f"{found.metric}; groups of one and two columns, 95% intervals over all together"
    bar: tuple[str, ...] = ("Shaded = allowed",) if found.limit else ()
    head: Row = (
        "Slice", "State", *map(number, (found.metric, "Interval", "n", "Worse than all rows by")),
        *bar,
    )  # fmt: skip
    rows = [_row(one, found) for one in found.slices]
    table = (parts.table(head, rows),) if rows else ()
    return parts.section("Slices that nobody declared", beside, tag("p", sentence(found)), *table)


def sentence(found: Found) -> str:
    """What a person must know of it."""
    searched = f"{parts.counted(found.searched, 'slice')} of {found.rows:,} decisions searched"
    broken = [one for one in found.slices if one.standing == "broken"]
    out = [one for one in found.slices if one.standing == "stands out"]
    seen = f"one that is {found.visible:.2g} worse than all rows would mostly have stood out"
    if broken:
        names = "; ".join(one.name for one in broken)
        return (
            f"{searched}: proven to miss {found.metric} {parts.bound_of(_limit(found))}: {names}."
        )
    proven = f" none is proven to miss {parts.bound_of(found.limit)};" if found.limit else ""
    if out:
        verb = "is" if len(out) == 1 else "are"
        return (
            f"{searched}:{proven} {parts.counted(len(out), 'slice')} shown here {verb} worse than"
            f" all rows; of what is named so, at most {LISTED:.0%} is luck on average."
        )
    return f"{searched}:{proven} none stands out, the worst may be bad luck; {seen}."


def _limit(found: Found) -> Limit:
    assert found.limit is not None, "broken without a limit"
    return found.limit


def _row(one: Shown, found: Found) -> Row:
    value, apart = one.value, one.apart
    bar = (parts.interval_bar(value, found.limit),) if found.limit else ()
    return (
        one.name,
        parts.state(STATES[one.standing], one.standing),
        number(tag("b", parts.value_of(value))),
        Cell(parts.interval_of(value), "num mute"),
        Cell(f"{value.n:,}", "num mute"),
        number(f"{parts.value_of(apart)} ({parts.interval_of(apart)})"),
        *bar,
    )
