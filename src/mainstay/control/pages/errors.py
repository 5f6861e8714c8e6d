"""Precision against recall, what each error costs, and what abstaining would do, as tables."""

from collections.abc import Iterator

from mainstay.control.pages import parts
from mainstay.control.pages.markup import Html, joined, tag
from mainstay.control.pages.parts import Row, number
from mainstay.core.nouns import Estimate
from mainstay.life.certify.errors import Errors
from mainstay.stats.tradeoff import Band, Kind, Point

TITLE = "Errors and what they cost"
WORDS = {
    "true_positive": "yes, and so it was",
    "false_positive": "yes, and it was not",
    "false_negative": "no, and it was",
    "true_negative": "no, and so it was",
}


def drawn(found: Errors, currency: str) -> Html:
    """All of it, as one section."""
    return parts.section(TITLE, "95% intervals, each by itself", *_parts(found, currency))


def _parts(found: Errors, currency: str) -> Iterator[Html]:
    yield tag("p", _in_use(found, currency))
    yield _kinds(found, currency)
    head: Row = ("Yes from", *map(number, ("says yes to", "precision", "recall")), "Which")
    yield parts.table(head, (_point(one, found) for one in found.points))
    less: Row = ("Scores left", *map(number, ("share", "wrong inside", "wrong outside")), "Which")
    rows = (_band(one, found, place) for place, one in enumerate(found.bands))
    yield joined(
        tag("p", "If somebody else decided the scores around the threshold:"),
        parts.table(less, rows),
    )


def _in_use(found: Errors, currency: str) -> str:
    if found.best is None:
        return f"The threshold in use is {found.threshold:.3f}; nothing says which earns most."
    best, lost = found.best, found.best.lost
    least, most = (parts.amount(end, 0) for end in (lost.low, lost.high))
    return (
        f"The threshold in use, {found.threshold:.3f}, was chosen on training rows. On these rows"
        f" any from {best.low:.3f} to {best.high:.3f} may earn most; it earns {currency} {least} to"
        f" {most} per 1,000 decisions less than the best (95%, all thresholds together)."
    )


def _kinds(found: Errors, currency: str) -> Html:
    money = f"{currency or 'worth'} each"
    head: Row = ("Says", *map(number, ("of 1,000", "95% interval", money, "together")))
    return parts.table(head, map(_kind, found.kinds))


def _kind(one: Kind) -> Row:
    value, ends = told(one.often, 1, "")
    each = parts.amount(one.worth, 0 if one.worth.is_integer() else 2) if one.worth else "0"
    if one.worth is None:
        return WORDS[one.name], *map(number, (value, ends, "", ""))
    total = parts.amount(one.often.value * one.worth, 0) if one.often else ""
    return WORDS[one.name], *map(number, (value, ends, each, total))


def _point(one: Point, found: Errors) -> Row:
    shown = (share(each) for each in (one.acted, one.precision, one.recall))
    used = "in use" if one.threshold == found.threshold else ""
    return f"{one.threshold:.3f}", *map(number, shown), used


def _band(one: Band, found: Errors, place: int) -> Row:
    shown = (share(each) for each in (one.left, one.inside, one.outside))
    used = "declared" if found.declared and place == 0 else ""
    return f"{one.low:.3f} to {one.high:.3f}", *map(number, shown), used


def share(one: Estimate | None) -> str:
    """In percent, with its interval."""
    value, ends = told(one, 100, "%")
    return f"{value} ({ends})" if ends else value


def told(one: Estimate | None, times: float, unit: str) -> tuple[str, str]:
    """The value, and its interval; an exact one has none."""
    if one is None:
        return "not known", ""
    value, low, high = (f"{times * each:.1f}" for each in (one.value, one.low, one.high))
    return f"{value}{unit}", f"{low} to {high}"
