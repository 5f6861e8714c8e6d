"""The page of predictions: why did this row get this answer?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mainstay.control.pages import parts
from mainstay.control.pages.answers import card, head
from mainstay.control.pages.markup import Html, joined, tag
from mainstay.core.answers import Answer


def content(title: str, said: Answer) -> Html:
    """The look-up, then every answer to the key, newest first."""
    key = said.facts.get("key", "")
    box = tag("input", type="search", name="key", value=key, required="required", maxlength=100)
    label = tag("label", tag("span", "Key of the decision"), box)
    form = tag("form", tag("p", label, class_="field"), tag("button", "Look up", type="submit"))
    found = [_answer(one) for one in said.facts.get("decisions", ())]
    hidden = "what the contract keeps out of the journal stays masked"
    return joined(
        head(title, said), tag("div", card("Look up", hidden, form), *found, class_="col")
    )


def _answer(one: Mapping[str, Any]) -> Html:
    given, record = one["answer"], one["record"]
    score = "none" if given["score"] is None else f"{given['score']:.6g}"
    version = given["version"] or "no version: the baseline"
    said = [
        ("Decision", str(given["decision"])),
        ("Decided by", str(given["outcome"])),
        ("Score", score),
        ("Version", version),
        ("Guard flagged", ", ".join(one["guard"]["flags"]) or "nothing"),
        ("Guard stopped", ", ".join(one["guard"]["breaches"]) or "nothing"),
    ]
    at = datetime.fromisoformat(str(given["at"]))
    fields = [(name, _value(value)) for name, value in record.items()]
    table = parts.table(("Field", "As it was asked"), fields)
    return card(f"{at:%Y-%m-%d %H:%M} UTC", version, parts.facts(said), table)


def _value(value: object) -> str:
    return "null" if value is None else str(value)
