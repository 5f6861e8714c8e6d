"""Lists: incidents, what the ledger holds, the clauses of a contract."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import msgspec

from mainstay.control.pages import parts
from mainstay.control.pages.answers import card, head
from mainstay.control.pages.markup import Html, joined, tag
from mainstay.control.pages.parts import Row
from mainstay.core.answers import Answer

Fact = Mapping[str, Any]


def incidents(title: str, said: Answer) -> Html:
    """Open ones, the most urgent first, then those that are over, the newest first."""
    past = said.facts["closed"][::-1]
    over = card("Over", "newest first", _incidents(past)) if past else _older()
    now = said.facts["open"]
    body = _incidents(now) if now else tag("p", "Nothing is open.", class_="mute")
    return joined(head(title, said), tag("div", card("Open", "", body), over, class_="col"))


def history(title: str, said: Answer, kind: str = "", subject: str = "") -> Html:
    """Events, the newest first; kind, subject: what they are narrowed to."""
    rows = [_event(one) for one in reversed(said.facts["events"])]
    table = parts.table(("Event", "When, UTC", "What", "Of", "By"), rows, "stack")
    state = joined(
        tag("p", "Head of the chain; publish it, so that rewriting the record would show:"),
        tag("pre", said.facts["head"], tabindex=0),
        tag("p", tag("a", "Walk the chain and every blob now", href="/audit/chain")),
    )
    narrow = tag(
        "form", _filter("kind", "Kind", kind), _filter("subject", "Of", subject),
        tag("button", "Show", type="submit"), class_="row",
    )  # fmt: skip
    also = urlencode({"kind": kind, "subject": subject})
    export = tag(
        "p", tag("a", "CSV", href=f"/audit.csv?{also}"), " · ",
        tag("a", "JSON", href=f"/audit.json?{also}"),
    )  # fmt: skip
    record = card("Record", "newest first, append-only", narrow, table, export)
    return joined(head(title, said), tag("div", card("Chain", "", state), record, class_="col"))


def found(title: str, said: Answer) -> Html:
    """What was found, each leading to its page."""
    some = said.facts["found"]
    if not some:
        return joined(head(title, said), card("Found", "", tag("p", "Nothing.", class_="mute")))
    rows = [(tag("a", one["name"], href=_there(one)), one["kind"], one["says"]) for one in some]
    table = parts.table(("Name", "What", "In words"), rows, "stack")
    return joined(head(title, said), card("Found", "", table))


def contract(title: str, said: Answer) -> Html:
    """What was written first, then every default."""
    every = said.facts["clauses"]
    stated = [_clause(one) for one in every if one["stated"]]
    defaults = [_clause(one) for one in every if not one["stated"]]
    columns: Row = ("Clause", "Value", "Meaning", "Enforced at")
    past = tag("p", tag("a", "Revisions, and what changed", href="contract/revisions"))
    return joined(
        head(title, said, past),
        tag(
            "div",
            card("Written", "", parts.table(columns, stated, "stack")),
            card("By default", "nobody wrote these", parts.table(columns, defaults, "stack")),
            class_="col",
        ),
    )


def _clause(one: Fact) -> Row:
    value = msgspec.json.encode(one["value"]).decode()
    return (
        tag("code", one["path"]),
        value,
        one["meaning"],
        ", ".join(one["where"]) or "for people",
    )


def _filter(name: str, label: str, value: str) -> Html:
    box = tag("input", name=name, value=value, maxlength=100)
    return parts.labelled(label, box)


def _there(one: Fact) -> str:
    """The page that tells of it."""
    paths = {
        "model": f"/models/{one['model']}", "source": f"/models/{one['model']}/data",
        "field": f"/models/{one['model']}/data", "column": f"/models/{one['model']}/data",
        "clause": f"/models/{one['model']}/contract",
        "incident": f"/incidents/{one['name']}",
        "version": f"/models/{one['model']}/versions/{one['name']}",
    }  # fmt: skip
    return paths[one["kind"]]


def _older() -> Html:
    return tag("p", tag("a", "Those that are over", href="/incidents?closed"))


def _incidents(some: Sequence[Fact]) -> Html:
    columns: Row = ("Incident", "What", "Model", "Whose", "How soon", "Since", "Over")
    return parts.table(columns, [_incident(one) for one in some], "incidents stack")


def _incident(one: Fact) -> Row:
    number = one["id"]
    what = f"{one['what']}: {one['cause']}"
    state = parts.state("fail" if one["urgency"] == "now" else "unsure", one["urgency"])
    over = _day(one["closed"]) if one["closed"] else ""
    soon = parts.state("pass", "over") if over else state
    link = tag("a", str(number), href=f"/incidents/{number}")
    first, *more = one.get("models") or [one["model"]]
    hurt = f"{first} and {len(more)} more" if more else first
    return (link, what, hurt, one["owner"], soon, _day(one["opened"]), over)


def _event(one: Fact) -> Row:
    when = datetime.fromisoformat(str(one["time"]))
    return (str(one["seq"]), f"{when:%Y-%m-%d %H:%M}", one["kind"], one["subject"], one["actor"])


def _day(moment: datetime | str) -> str:
    found = moment if isinstance(moment, datetime) else datetime.fromisoformat(moment)
    return parts.brief(found)
