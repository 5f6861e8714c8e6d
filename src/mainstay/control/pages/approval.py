"""The page of an approval: may the challenger replace the champion?"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from mainstay.contract.metrics import MEASURES, VALUE
from mainstay.control.differing import Change
from mainstay.control.judging import Judged, Pair, Party
from mainstay.control.pages import health, parts
from mainstay.control.pages.answers import card, head
from mainstay.control.pages.markup import Html, joined, tag
from mainstay.control.pages.parts import Row, number
from mainstay.core.answers import Answer
from mainstay.core.nouns import Limit
from mainstay.seal.keys import short

WORDS: dict[str, parts.State] = {
    "certified": "unsure", "approved": "pass", "rejected": "fail",
}  # fmt: skip


def queue(title: str, said: Answer) -> Html:
    """What waits, then what was decided."""
    waiting, decided = said.facts["waiting"], said.facts["decided"]
    columns: Row = ("Version", "Of", "Waits for", "Since", "Gates", "Once approved, until")
    body = (
        parts.table(columns, list(map(_waits, waiting)), "stack")
        if waiting
        else tag("p", "Nothing waits for anybody.", class_="mute")
    )
    past: Row = ("Version", "Of", "Decision", "By", "When", "Reason")
    rows = list(map(_decided, decided))
    done = card("Decided", "newest first", parts.table(past, rows, "stack")) if rows else Html()
    return joined(head(title, said), tag("div", card("Waiting", "", body), done, class_="col"))


def content(it: Judged, decide: Html) -> Html:
    """What stands between head and foot of the page; decide: the form, or why there is none."""
    return joined(
        _head(it),
        tag("section", *map(_tile, _tiles(it)), class_="questions", aria_label="Questions"),
        tag(
            "div",
            tag("div", _pairs(it), *_over_life(it), *_changes(it), class_="col"),
            tag(
                "aside", decide, _parties(it), _against(it), _next(it), class_="col side",
                aria_label="Decide",
            ),
            class_="layout",
        ),
    )  # fmt: skip


def path(model: str, version: str) -> str:
    """Where the page of a version's approval is."""
    return f"/models/{model}/versions/{version}/approval"


def _waits(one: dict[str, Any]) -> Row:
    name = tag("a", one["version"], href=path(one["model"], one["version"]))
    since, until = (
        parts.brief(datetime.fromisoformat(str(one[key]))) for key in ("since", "until")
    )
    return (name, one["model"], one["approver"], since, number(str(one["gates"])), until)


def _decided(one: dict[str, Any]) -> Row:
    name = tag("a", one["version"], href=path(one["model"], one["version"]))
    word = parts.state(WORDS[one["what"]], one["what"])
    return (
        name,
        one["model"],
        word,
        one["by"],
        parts.brief(datetime.fromisoformat(str(one["at"]))),
        one["because"],
    )


def _head(it: Judged) -> Html:
    beside = f"against {it.champion}" if it.champion else "the first to answer"
    chips = (tag("span", it.version, class_="chip"), tag("span", beside, class_="chip"))
    title = tag("h1", it.model, " ", *chips)
    words = parts.state(WORDS.get(it.status, "unknown"), _word(it))
    whose = tag(
        "p", words, f" · made by {', '.join(one.name for one in it.parties)}", class_="whose"
    )
    verdict = tag("p", tag("b", _sentence(it)), class_="verdict")
    return tag("div", title, verdict, whose, class_="head")


def _word(it: Judged) -> str:
    return f"waits for {it.approver}" if it.status == "certified" else it.status


def _sentence(it: Judged) -> str:
    kept = sum(parts.judged(one.challenger) == "pass" for one in it.pairs)
    rest = f"; {parts.counted(len(it.against), 'thing')} to weigh" if it.against else ""
    return f"{it.version} keeps {kept} of {parts.counted(len(it.pairs), 'promise')}{rest}."


def _tiles(it: Judged) -> Iterator[tuple[str, parts.State, str, str]]:
    """Five questions: each the worst of the promises that speak of it."""
    asks = {
        "Is it worth it?": VALUE,
        "Is it right?": tuple(one for one in MEASURES if one not in VALUE),
        "Is it worse for anybody?": ("slices", "slice", "fairness", "found"),
        "Is it better than before?": ("challenger", "champion"),
    }
    for ask, begins in asks.items():
        some = [one for one in it.pairs if one.challenger.clause.startswith(begins)]
        yield (ask, *_worst(some))
    days = (
        it.not_after
        - min(
            (one.dataset.window.until for one in it.rows if one.dataset.window),
            default=it.not_after,
        )
    ).days
    detail = f"certified until {parts.brief(it.not_after)}"
    yield "How long may it serve?", "unknown", f"{days} days from its data", detail


def _worst(some: list[Pair]) -> tuple[parts.State, str, str]:
    order: tuple[parts.State, ...] = ("fail", "unsure", "unknown", "pass")
    if not some:
        return "unknown", "not measured", "no promise speaks of it"
    first = min(some, key=lambda one: order.index(parts.judged(one.challenger))).challenger
    kind, total = parts.judged(first), len(some)
    same = sum(parts.judged(one.challenger) == kind for one in some)
    found = first.estimate
    shown = f"{found.unit} {parts.value_of(found)}".strip() if found and total == 1 else ""
    word = shown or (f"{same} of {total} {kind}" if kind != "pass" else f"{total} kept")
    return kind, word, first.clause if total > 1 else _ends(first)


def _ends(one: Any) -> str:
    if one.estimate is None:
        return "not measured"
    return f"{parts.interval_of(one.estimate)}, {parts.bound_of(one.limit)}"


def _tile(one: tuple[str, parts.State, str, str]) -> Html:
    return health.tile(*one)


def _pairs(it: Judged) -> Html:
    beside = (
        f"{it.version} on its hold-out beside {it.champion} on its own: other rows, so levels, not "
        "a difference"
        if it.champion
        else "95% intervals, each beside its limit"
    )
    columns: Row = (
        "Promise", "State", *map(number, (it.champion or "before", it.version, "95% interval",
                                          "Agreed", "n")), "Shaded = allowed",
    )  # fmt: skip
    return card("What was measured", beside, parts.table(columns, map(_pair, it.pairs), "promises"))


def _over_life(it: Judged) -> Iterator[Html]:
    """Who is ahead on average until the certificate ends, not on the first day."""
    one = it.over_life
    if one is None:
        return
    said, beside = tag("p", f"{one.note}."), "not only while it is fresh"
    if one.estimate is None:
        word = tag("p", parts.state("unknown", "cannot tell"))
        yield card("Over its life", beside, word, said)
        return
    columns: Row = (
        f"{it.version} less {it.champion}",
        *map(number, ("On average", "95% interval", "Past lives")), "Shaded = ahead",
    )  # fmt: skip
    found = one.estimate
    shown = (parts.value_of(found), parts.interval_of(found), f"{found.n:,}")
    row: Row = (found.unit, *map(number, shown), parts.interval_bar(found, Limit("at_least", 0)))
    yield card("Over its life", beside, said, parts.table(columns, [row]))


def _pair(one: Pair) -> Row:
    found, limit = one.challenger.estimate, one.challenger.limit
    assert limit is not None, "a promise has a limit"
    old = one.champion.estimate if one.champion else None
    before = number(parts.value_of(old) if old else "", "num mute")
    state = parts.state(parts.judged(one.challenger))
    if found is None:
        rest = map(number, ("not measured", "", parts.bound_of(limit), ""))
        return (one.challenger.clause, state, before, *rest, "")
    shown = (parts.value_of(found), parts.interval_of(found), parts.bound_of(limit), f"{found.n:,}")
    return (
        one.challenger.clause, state, before, *map(number, shown), parts.interval_bar(found, limit),
    )  # fmt: skip


def _parties(it: Judged) -> Html:
    rows = [*map(_party, it.parties)]
    if it.approver not in {one.name for one in it.parties}:
        rows.append(_said("pass", it.approver, "touched none of it: may approve"))
    return card("Who did what", "nobody approves their own work", *rows)


def _party(one: Party) -> Html:
    return _said("unknown", one.name, f"{', '.join(one.did)}: may not approve")


def _said(kind: parts.State, name: str, words: str) -> Html:
    return tag("div", tag("h3", parts.state(kind, name)), tag("p", words), class_="act")


def _against(it: Judged) -> Html:
    if not it.against:
        nothing = tag("p", "Nothing that was measured.", class_="mute")
        return card("What still speaks against it", "", nothing)
    listed = tag("ul", *(tag("li", one) for one in it.against), class_="plain")
    return card("What still speaks against it", "", listed)


def _next(it: Judged) -> Html:
    pairs = [
        ("Signed", f"certificate {short(it.certificate)}"),
        ("Version", f"bundle {short(it.bundle)}"),
        ("Contract", f"revision {it.revision}, {short(it.contract)}"),
        ("Where", it.environment),
        ("Until", parts.day(it.not_after)),
        ("Then", "a canary first, live when it shows no harm"),
    ]
    return card("What an approval allows", "if either changes, it is void", parts.facts(pairs))


def _changes(it: Judged) -> Iterator[Html]:
    if it.champion:
        same = [one.name for one in it.changes if not one.lines]
        body = [_change(one) for one in it.changes if one.lines]
        words = f"the same: {', '.join(same)}" if same else ""
        made = tag("ul", *(tag("li", one) for one in it.inputs), class_="plain")
        listed = (tag("h3", "Inputs that are made otherwise"), made) if it.inputs else ()
        nothing = (
            () if body or it.inputs else (tag("p", "Only the rows are others.", class_="mute"),)
        )
        yield card(f"What changed since {it.champion}", words, *body, *listed, *nothing)
    yield card("Data", "what each was trained on", _rows(it))


def _rows(it: Judged) -> Html:
    columns: Row = ("Source", "Version", *map(number, ("Rows", "Columns")), "Digest")
    rows = [
        (
            _named(one.dataset.uri), one.version, number(f"{one.dataset.rows:,}"),
            number(str(len(one.dataset.columns))), parts.digest(short(one.dataset.digest)),
        )
        for one in it.rows
    ]  # fmt: skip
    return parts.table(columns, rows, "stack")


def _named(uri: str) -> Html:
    """A snapshot is called by its digest, which says nothing to people."""
    stem = uri.rpartition("/")[2].partition(".")[0]
    return tag("span", "all joined, as trained on" if len(stem) == 64 else uri)


def _change(one: Change) -> Html:
    return joined(tag("h3", one.name), tag("pre", *map(line, one.lines), class_="diff", tabindex=0))


def line(words: str) -> Html:
    """A line of a unified diff."""
    kind = {"+": "ins", "-": "del"}.get(words[:1], "span")
    return tag(kind, f"{words}\n")
