"""What a version's door looks up where a request does not carry it."""

from typing import Literal

import msgspec

COLD, STALE = "cold", "stale"
"""How marks of an answer begin: nothing is known of it in a context; what is known is too old, or

cannot be read."""
Outcome = Literal["flag", "fallback"]


class Lookup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A context that is looked up.

    view: under which name its rows are kept, the same only for the same rows. on: columns of a
    request. columns: what it brings to a request, in the order of the contract. timed: whether
    rows have a time. within: seconds, the oldest row that counts; fresh: seconds, the oldest
    newest row of all; None: any age. counts: columns that count rows, 0 where there is none.
    cold, stale: what a row gets of which nothing is known, or whose context is not fresh.
    """

    name: str
    view: str
    on: tuple[str, ...]
    columns: tuple[str, ...]
    timed: bool
    within: float | None = None
    fresh: float | None = None
    counts: tuple[str, ...] = ()
    cold: Outcome = "flag"
    stale: Outcome = "flag"


def marks(one: Lookup) -> tuple[str, str]:
    """The marks of answers of which nothing is known in it, and whose context is not fresh."""
    return f"{COLD}:{one.name}", f"{STALE}:{one.name}"


def is_mark(flag: str) -> bool:
    """Whether a flag says how a context was found, and no rule."""
    return flag.startswith((f"{COLD}:", f"{STALE}:"))
