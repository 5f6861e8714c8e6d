"""The page of conflicts."""

import msgspec
from small_project import END

from mainstay.control.alike import Conflict, Side
from mainstay.control.conflicts import Settled
from mainstay.control.pages import conflicts
from mainstay.control.pages.markup import Html, tag
from mainstay.core.answers import Answer

ONE = Conflict(
    "ab12", "another unit", Side("no-show", "decisions", "way"), Side("wards", "wards", "way"),
    "one name, but <km> explains the other",
)  # fmt: skip


def drawn(open_: tuple[Conflict, ...], decided: tuple[Settled, ...] = (), at: object = END) -> str:
    facts = {
        "at": at,
        "conflicts": [msgspec.to_builtins(one) for one in open_],
        "decided": [msgspec.to_builtins(one) for one in decided],
    }
    return conflicts.content("Conflicts", Answer("x", facts=facts), act)


def act(one: Conflict) -> Html:
    return tag("form", one.id)


def test_each_proposal_stands_with_what_speaks_for_it_and_how_to_decide() -> None:
    found = drawn((ONE,))

    assert "<form>ab12</form>" in found
    assert "&lt;km&gt; explains" in found
    assert "<code>wards.way</code> of wards" in found


def test_what_was_decided_stands_with_who_and_why() -> None:
    found = drawn((), (Settled(END, "dana", "declined", "two wards", ONE),))

    assert all(one in found for one in ("dana", "declined", "two wards", "None waits"))


def test_what_nobody_looked_for_is_not_called_none() -> None:
    found = drawn((), at=None)

    assert "nobody looked yet" in found
    assert "None waits" not in found


def test_beyond_the_first_the_page_says_how_many_there_are() -> None:
    found = drawn((ONE,) * (conflicts.MOST + 1))

    assert found.count("<form>") == conflicts.MOST
    assert f"The first {conflicts.MOST} of {conflicts.MOST + 1}." in found
