"""The page of the contract's revisions: who changed what, and what that opens again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mainstay.control.contracting import OPENED
from mainstay.control.pages import parts
from mainstay.control.pages.answers import card, head
from mainstay.control.pages.approval import line
from mainstay.control.pages.markup import Html, joined, tag
from mainstay.control.pages.parts import Row
from mainstay.core.answers import Answer
from mainstay.seal.keys import short

NOW = "now"
WORDS: dict[str, parts.State] = {
    "rebuild": "fail", "recertify": "unsure", "re-approve": "unsure", "watch": "pass",
    "nothing": "pass",
}  # fmt: skip


def content(title: str, said: Answer) -> Html:
    """Two revisions side by side, in words and in lines; then every one there is."""
    facts = said.facts
    if not facts["revisions"]:
        return joined(head(title, said), card("Revisions", "", tag("pre", f"mainstay {'build'}")))
    beside = f"{facts['old']} to {facts['new']}"
    return joined(
        head(title, said),
        tag(
            "div",
            card("What changed, in words", beside, _choose(facts), _changes(facts["changes"])),
            card("What changed, in lines", beside, _lines(facts["lines"])),
            card("Revisions on record", "newest first", _every(facts)),
            class_="col",
        ),
    )


def _choose(facts: Mapping[str, Any]) -> Html:
    names = {one["revision"]: one["revision"] for one in facts["revisions"]}
    names[NOW] = "as it stands"
    return tag(
        "form", parts.choice("old", "From", names, facts["old"]),
        parts.choice("new", "To", names, facts["new"]), tag("button", "Compare", type="submit"),
        class_="row",
    )  # fmt: skip


def _changes(some: list[Mapping[str, Any]]) -> Html:
    if not some:
        return tag("p", "They say the same.", class_="mute")
    columns: Row = ("Clause", "Before and after", "Meaning", "Opens again")
    return parts.table(columns, map(_change, some), "stack")


def _change(one: Mapping[str, Any]) -> Row:
    opens = joined(
        parts.state(WORDS[one["opens"]], one["opens"]),
        tag("p", OPENED[one["opens"]], class_="mute"),
    )
    return (tag("code", one["path"]), one["words"].partition(": ")[2], one["meaning"], opens)


def _lines(some: list[str]) -> Html:
    if not some:
        return tag("p", "No line is another.", class_="mute")
    label = "The contract, line by line"
    return tag("pre", *map(line, some), class_="diff", tabindex=0, role="group", aria_label=label)


def _every(facts: Mapping[str, Any]) -> Html:
    rows = [_revision(one) for one in reversed(facts["revisions"])]
    if not facts["stands"]:
        rows.insert(0, (NOW, "as it stands, not registered yet", "", ""))
    return parts.table(("Revision", "Registered", "By", "Digest"), rows, "stack")


def _revision(one: Mapping[str, Any]) -> Row:
    name, at = str(one["revision"]), datetime.fromisoformat(str(one["at"]))
    before = f"r{max(int(name[1:]) - 1, 1)}"
    link = tag("a", name, href=f"?old={before}&new={name}")
    return (link, parts.minute(at), one["by"], parts.digest(short(one["digest"])))
