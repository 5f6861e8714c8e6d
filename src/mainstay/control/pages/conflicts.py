"""The page of conflicts: columns that are not what they seem, and what was decided of them."""

from collections.abc import Callable, Iterator

import msgspec

from mainstay.control.alike import Conflict, Side
from mainstay.control.conflicts import Settled
from mainstay.control.pages import parts
from mainstay.control.pages.answers import card, head
from mainstay.control.pages.markup import Html, joined, tag
from mainstay.core.answers import Answer

MOST = 50
"""Proposals, and decisions, that the page shows."""
Act = Callable[[Conflict], Html]


def content(title: str, said: Answer, act: Act) -> Html:
    """What stands between head and foot of the page; act: what may be done about one."""
    some = msgspec.convert(said.facts["conflicts"], tuple[Conflict, ...])
    past = msgspec.convert(said.facts["decided"], tuple[Settled, ...], strict=False)
    at = said.facts["at"]
    beside = f"as of {parts.minute(at)}" if at else "nobody looked yet"
    body = (*(_open(one, act) for one in some[:MOST]), tag("p", _rest(some, at), class_="mute"))
    return joined(
        head(title, said),
        tag("div", card("To be decided", beside, *body), *_past(past), class_="col"),
    )


def shown(some: tuple[Conflict, ...], here: str) -> Html:
    """A card for another page: what waits for a decision, and where one decides."""
    columns = ("Kind", "Columns", "What speaks for it")
    rows = ((one.kind, _both(one), one.says) for one in some[:MOST])
    table = parts.table(columns, rows, "stack") if some else Html()
    words = "Decide" if some else "None waits for a decision; what was decided"
    link = tag("p", tag("a", words, href=here))
    return card("Conflicts between columns", parts.counted(len(some), "proposal"), table, link)


def _rest(some: tuple[Conflict, ...], at: object) -> str:
    if at is None:
        return "mainstay catalog conflicts  looks, and leaves what it finds here."
    if not some:
        return "None waits for a decision."
    return f"The first {MOST} of {len(some)}." if len(some) > MOST else ""


def _open(one: Conflict, act: Act) -> Html:
    return tag(
        "section",
        tag("h3", f"{one.kind}: ", _both(one)),
        tag("p", one.says),
        act(one),
        class_="act",
        id=one.id,
    )


def _past(past: tuple[Settled, ...]) -> Iterator[Html]:
    if past:
        columns = ("When", "By", "Decided")
        rows = (
            (
                parts.minute(one.at), one.by,
                joined(_both(one.conflict), f" {one.verdict}: {one.because}"),
            )
            for one in past[:MOST]
        )  # fmt: skip
        yield card("Decided", "newest first", parts.table(columns, rows, "stack"))


def _both(one: Conflict) -> Html:
    return joined(_side(one.one), " and ", _side(one.other))


def _side(one: Side) -> Html:
    return joined(tag("code", f"{one.source}.{one.column}"), f" of {one.model}")
