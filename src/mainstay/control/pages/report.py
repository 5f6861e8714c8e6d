"""What a command found, as one file: its sentence, what was judged and found, what is next."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from mainstay.control.pages import answers, certificate, charts, parts
from mainstay.control.pages.answers import card
from mainstay.control.pages.certificate import ORDER, SLICES
from mainstay.control.pages.markup import Html, joined, tag
from mainstay.control.pages.parts import Row, number
from mainstay.core.answers import Answer
from mainstay.core.nouns import Evidence
from mainstay.life.certify import found_slices
from mainstay.life.certify.details import Details

JUDGED: Row = (
    "Clause", "Verdict", *map(number, ("Measured", "Interval", "Limit")), "Shaded = allowed",
    number("n"), "In words: what would help",
)  # fmt: skip
FOUND_SLICES = f"{found_slices.CLAUSE}, "
FOUND: Row = ("Finding", *map(number, ("Measured", "Interval", "n")), "In words")


def page(title: str, said: Answer, details: Details | None = None, *, at: datetime) -> str:
    """title: what was looked at; details: of a judgement.

    Verdicts are computed again from interval and limit.
    """
    judged = sorted((one for one in said.evidence if one.limit), key=_rank)
    found = [one for one in said.evidence if not one.limit and one not in _worst(said)]
    tables = certificate.wrong(details) if details else ()
    told = (*_judged(judged), *_slices(judged), *tables, *_searched(said))
    whole = (*told, *_found(found), *_rest(said))
    return parts.document(
        f"{title} · evidence",
        _head(title, said),
        tag("div", *whole, class_="col"),
        tag("footer", f"As of {parts.minute(at)}"),
        kind="page",
    )


def _head(title: str, said: Answer) -> Html:
    kind: parts.State = said.verdict.value if said.verdict else "unknown"
    counts = [(state, _count(said, state)) for state in ORDER]
    words = ", ".join(f"{count} {state}" for state, count in counts if count)
    return answers.head(title, said, tag("p", parts.state(kind), f" · {words}", class_="whose"))


def _count(said: Answer, state: parts.State) -> int:
    return sum(parts.judged(one) == state for one in said.evidence if one.limit)


def _rank(one: Evidence) -> int:
    return ORDER.index(parts.judged(one))


def _judged(some: list[Evidence]) -> Iterator[Html]:
    if some:
        beside = "worst first; an unsure gate never passes silently"
        yield card("Judged", beside, parts.table(JUDGED, map(_gate, some), "promises"), _how(some))


def _gate(one: Evidence) -> Row:
    assert one.limit is not None, "only what has a limit is judged"
    limit, verdict = parts.bound_of(one.limit), parts.state(parts.judged(one))
    found = one.estimate
    if found is None:
        return (one.clause, verdict, *map(number, ("not measured", "", limit)), "", "", one.note)
    bar = parts.interval_bar(found, one.limit)
    shown = (f"{parts.value_of(found)} {found.unit}".strip(), parts.interval_of(found), limit)
    return (one.clause, verdict, *map(number, shown), bar, number(f"{found.n:,}"), one.note)


def _slices(some: list[Evidence]) -> Iterator[Html]:
    sliced = tuple(one for one in some if one.clause.startswith(SLICES))
    if sliced:
        beside = "95% interval over all slices together, shaded = allowed"
        yield card("Slices", beside, charts.slices(sliced))


def _worst(said: Answer) -> list[Evidence]:
    """Slices that nobody declared and that are worse than all rows."""
    return [one for one in said.evidence if one.clause.startswith(FOUND_SLICES) and not one.limit]


def _searched(said: Answer) -> Iterator[Html]:
    some = _worst(said)
    if some:
        beside = "worse than all rows, worst first; they break nothing"
        named = [msgspec.structs.replace(one, clause=one.clause[len(FOUND_SLICES) :])
                 for one in some]  # fmt: skip
        table = parts.table(("Slice", *FOUND[1:]), map(_finding, named))
        yield card("Slices that nobody declared", beside, table, _how(some))


def _found(some: list[Evidence]) -> Iterator[Html]:
    if some:
        table = parts.table(FOUND, map(_finding, some))
        yield card("Found", "told, and held against no limit", table, _how(some))


def _finding(one: Evidence) -> Row:
    found = one.estimate
    if found is None:
        return (one.clause, *map(number, ("", "", "")), one.note)
    shown = (f"{parts.value_of(found)} {found.unit}".strip(), parts.interval_of(found))
    return (one.clause, *map(number, (*shown, f"{found.n:,}")), one.note)


def _how(some: list[Evidence]) -> Html:
    rows = [
        (one.clause, one.population, one.method, parts.period(one.window) if one.window else "")
        for one in some
    ]
    return parts.twin(("Clause", "Population", "Method", "Period"), rows, "How each was measured")


def _rest(said: Answer) -> Iterator[Html]:
    if said.lines:
        lines = tag("ul", *(tag("li", line) for line in said.lines), class_="plain")
        yield card("In words", "", lines)
    if said.next:
        yield card("Next", "", joined(tag("pre", said.next, tabindex=0)))
