"""The page of predictions: why did this row get this answer?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from mainstay.control.pages import parts
from mainstay.control.pages.answers import card, head
from mainstay.control.pages.markup import Html, joined, tag
from mainstay.control.pages.parts import Row, number
from mainstay.core.answers import Answer

SAME: dict[str, parts.State] = {"the same": "pass", "another": "fail", "not known": "unsure"}


def content(title: str, said: Answer) -> Html:
    """The look-up, then every answer to the key, newest first."""
    key = said.facts.get("key", "")
    box = tag("input", type="search", name="key", value=key, required="required", maxlength=100)
    field = parts.labelled("Key of the decision", box)
    form = tag("form", field, tag("button", "Look up", type="submit"))
    found = [_answer(str(key), one) for one in said.facts.get("decisions", ())]
    hidden = "what the contract keeps out of the journal stays masked"
    return joined(
        head(title, said), tag("div", card("Look up", hidden, form), *found, class_="col")
    )


def replayed(title: str, said: Answer) -> Html:
    """Whether the same bundle gives the same answer again, and what moved it."""
    one = said.facts.get("replay")
    if one is None:
        nothing = tag("p", "Look a key up first.", class_="mute")
        return joined(head(title, said), card("Replay", "", nothing))
    back = tag("p", tag("a", f"All answers to {one['key']}", href=f"../{_at('', key=one['key'])}"))
    said_now = [
        ("It gives", parts.state(SAME[one["same"]], one["same"])),
        ("Decision", one["decision"] or "none"),
        ("Decided by", one["decided_by"] or "nobody"),
        ("Score", _value(one["score"])),
        ("Version", one["version"] or "none"),
        ("Guard flags", ", ".join(one["flags"]) or "nothing"),
    ]
    beside = "the row as it was written down, through guard, inputs and model of the same bundle"
    return joined(
        head(title, said),
        tag("div", card("Given again", beside, parts.facts(said_now), back), _why(one),
            class_="col"),
    )  # fmt: skip


def _why(one: Mapping[str, Any]) -> Html:
    """The inputs that moved it most, each with how far."""
    if not one["reasons"]:
        words = one["why_none"] or one["why"] or "Nothing moved it."
        return card("Why this score", "", tag("p", words, class_="mute"))
    rows = [
        (each["input"], _value(each["value"]), number(_signed(each["contribution"])))
        for each in one["reasons"]
    ]
    beside = "the largest first; with the base and all others they make the margin"
    base = tag("p", f"Base: {_signed(one['base'])}", class_="mute")
    columns: Row = ("Input", "Value", number("Moves it by"))
    return card("Why this score", beside, parts.table(columns, rows, "stack"), base)


def _signed(one: float) -> str:
    return f"{one:+.4g}".replace("-", "−")


def _at(there: str, **asked: object) -> str:
    return f"predictions{there}?{urlencode(asked)}"


def _answer(key: str, one: Mapping[str, Any]) -> Html:
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
    again = tag(
        "p", tag("a", "Why, and does it give the same again?",
                 href=_at("/replay", key=key, place=given.get("place", ""))),
    )  # fmt: skip
    return card(f"{at:%Y-%m-%d %H:%M} UTC", version, parts.facts(said), again, table)


def _value(value: object) -> str:
    return "null" if value is None else str(value)
