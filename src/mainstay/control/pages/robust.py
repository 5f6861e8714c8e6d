"""Errors of inputs, what the guard did about each, and what those cost that nobody notices."""

from mainstay.control.pages import parts
from mainstay.control.pages.markup import Html, tag
from mainstay.control.pages.parts import Row, number
from mainstay.life.certify.robust import Shaken, Tried

WORDS = {
    "missing": "gives nothing",
    "stale": "stands still for a day",
    "null": "is null",
    "unit": "in another unit",
    "noise": "with noise",
    "unseen": "never seen before",
}
SHOWN = 6


def drawn(found: Shaken) -> Html:
    """The most harmful first, the others folded away."""
    beside = f"{found.metric}; on held-out records, one at a time; 95% intervals over all together"
    said = tag("p", _sentence(found))
    head: Row = (
        "Error", *map(number, ("unnoticed", "marked", "fallback", "person", "rejected", "costs")),
    )  # fmt: skip
    first = parts.table(head, map(_row, found.tried[:SHOWN]))
    rest = found.tried[SHOWN:]
    more = (parts.twin(head, map(_row, rest), f"{len(rest)} more errors"),) if rest else ()
    return parts.section("Errors of inputs", beside, said, first, *more)


def _sentence(found: Shaken) -> str:
    """What a person must see: unnoticed and surely harmful."""
    worse = [one for one in found.tried if one.unnoticed and one.harm and one.harm.low > 0]
    if not worse:
        return "No error that goes unnoticed is known to make the answers worse."
    names = "; ".join(f"{one.name} {WORDS[one.what]}" for one in worse[:3])
    more = f" and {len(worse) - 3} more" if len(worse) > 3 else ""
    return f"Nobody would notice, and answers are surely worse: {names}{more}."


def _row(one: Tried) -> Row:
    counts = (one.unnoticed, one.flagged, one.fallback, one.person, one.rejected)
    return (
        f"{one.name} {WORDS[one.what]}",
        *(number(f"{count / max(one.rows, 1):.0%}") for count in counts),
        number(_harm(one)),
    )


def _harm(one: Tried) -> str:
    if one.harm is None:
        return "not known" if one.unnoticed else ""
    if one.harm.low == one.harm.high == 0:
        return "nothing"
    return f"{parts.value_of(one.harm)} ({parts.interval_of(one.harm)})"
