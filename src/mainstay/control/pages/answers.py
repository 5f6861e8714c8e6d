"""Any answer of the control plane as a page: its sentence, its evidence, lines, what is next."""

from mainstay.control.pages import parts
from mainstay.control.pages.markup import Html, joined, tag
from mainstay.control.pages.parts import Row, number
from mainstay.core.answers import Answer
from mainstay.core.nouns import Evidence

HEAD: Row = (
    "Promise", "State", *map(number, ("Now", "95% interval", "Agreed", "n")), "Shaded = allowed",
)  # fmt: skip


def content(title: str, said: Answer) -> Html:
    """What stands between head and foot of a page."""
    state = () if said.verdict is None else (tag("p", parts.state(said.verdict.value)),)
    cards = (_evidence(said), _lines(said.lines), _next(said.next))
    return joined(head(title, said, *state), tag("div", *filter(None, cards), class_="col"))


def head(title: str, said: Answer, *more: Html) -> Html:
    """A title and its sentence."""
    verdict = tag("p", tag("b", said.headline), class_="verdict")
    return tag("div", tag("h1", title), verdict, *more, class_="head")


def card(title: str, beside: str, *body: str) -> Html:
    """A box with a heading."""
    small = (tag("small", beside),) if beside else ()
    return tag("section", tag("h2", title, *small), *body, class_="card")


def promises(some: tuple[Evidence, ...], waived: tuple[str, ...] = ()) -> Html:
    """Evidence as a table, worst first as it comes, each beside its limit."""
    return parts.table(HEAD, (_promise(one, one.clause in waived) for one in some), "promises")


def _evidence(said: Answer) -> Html:
    some = said.evidence
    if not some:
        return Html()
    notes = [(one.clause, one.population, one.method, one.note) for one in some]
    how = parts.twin(("Promise", "Population", "Method", "Note"), notes, "How each was measured")
    beside = "95% intervals; an unsure gate never passes silently"
    return card("Evidence", beside, promises(some, said.waived), how)


def _promise(one: Evidence, waived: bool) -> Row:  # noqa: FBT001 - of one caller
    state = parts.state(parts.judged(one)) if one.limit else ""
    state = parts.state("unsure", "waived") if waived else state
    limit = parts.bound_of(one.limit) if one.limit else ""
    if one.estimate is None:
        return (one.clause, state, *map(number, ("not measured", "", limit, "")), "")
    found = one.estimate
    bar = parts.interval_bar(found, one.limit) if one.limit else ""
    shown = (parts.value_of(found), parts.interval_of(found), limit, f"{found.n:,}")
    return (one.clause, state, *map(number, shown), bar)


def _lines(some: tuple[str, ...]) -> Html:
    if not some:
        return Html()
    return card("In words", "", tag("ul", *(tag("li", one) for one in some), class_="plain"))


def _next(command: str) -> Html:
    return card("Next", "", tag("pre", command)) if command else Html()
