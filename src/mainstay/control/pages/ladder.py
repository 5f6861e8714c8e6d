"""What a version is better by than something simpler, and what being less simple costs."""

from mainstay.control.pages import parts
from mainstay.control.pages.markup import Html, tag
from mainstay.control.pages.parts import Cell, Row, number
from mainstay.core.nouns import Estimate
from mainstay.life.certify.simplest import Ladder, Rung

NUMBER = 8
"""Bytes of one number of a simpler model."""
KILO, MICRO = 1000, 1e6


def drawn(found: Ladder, version: str) -> Html:
    """Each simpler model, the version last."""
    beside = f"{found.metric}; fitted on training rows, judged on the same held-out rows, 95%"
    head: Row = (
        "Model", *map(number, ("reaches", "Interval", f"{version} gains", "Interval", "consists of",
                               "a row takes")),
    )  # fmt: skip
    own: Row = (
        tag("b", version), *map(number, ("", "", "", "", f"{_size(found.size)}",
                                         _time(found.seconds))),
    )  # fmt: skip
    rows = [*map(_row, found.rungs), own]
    said = tag("p", sentence(found, version))
    return parts.section("The simplest that does", beside, said, parts.table(head, rows))


def sentence(found: Ladder, version: str) -> str:
    """Which simpler models it is surely better than, which are surely better, and what is open."""
    known = [(one.name, one.gain) for one in found.rungs]
    beaten = [name for name, gain in known if gain and gain.low > 0]
    better = [name for name, gain in known if gain and gain.high < 0]
    rest = [name for name, _ in known if name not in (*beaten, *better)]
    if len(beaten) == len(known):
        return f"{version} is surely better than everything simpler that was tried."
    words = {"surely worse": better, "surely better": beaten, "not surely better": rest}
    said = [f"{how} than {_listed(names)}" for how, names in words.items() if names]
    return f"{version} is {', '.join(said)}."


def _listed(names: list[str]) -> str:
    said = [name if name.startswith("the ") else f"the {name} model" for name in names]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"


def _row(one: Rung) -> Row:
    return (
        one.name,
        *_told(one.reaches),
        *_told(one.gain),
        number(f"{one.numbers:,} numbers, {_size(one.numbers * NUMBER)}"),
        number(_time(one.seconds) if one.seconds else "a lookup"),
    )


def _told(one: Estimate | None) -> tuple[Cell, Cell]:
    if one is None:
        return number("not known"), number("")
    return number(tag("b", parts.value_of(one))), Cell(parts.interval_of(one), "num mute")


def _size(size: float) -> str:
    """Bytes, to two digits."""
    for unit in ("B", "kB"):
        if size < KILO:
            return f"{size:.2g} {unit}" if size < KILO / 10 else f"{size:.0f} {unit}"
        size /= KILO
    return f"{size:,.1f} MB"


def _time(seconds: float) -> str:
    return (
        f"{seconds * MICRO:,.2g} µs"
        if seconds * MICRO < KILO / 10
        else (f"{seconds * MICRO:,.0f} µs")
    )
