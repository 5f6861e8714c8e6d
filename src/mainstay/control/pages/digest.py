"""The digest of a week: the table of the home page and a few short lists, as text and as a page."""

from datetime import datetime

import msgspec

from mainstay.control.health import Health
from mainstay.control.pages import home, parts
from mainstay.control.pages.answers import card
from mainstay.control.pages.markup import Html, tag

MOST = 10
"""Models of the table: a digest is one screen."""


class Section(msgspec.Struct, frozen=True):
    """A short list; there: the page of the control plane that tells more."""

    title: str
    lines: tuple[str, ...]
    there: str


class Digest(msgspec.Struct, frozen=True):
    """A week for a role. models: the worst first. base: address of the control plane, or empty."""

    role: str
    since: datetime
    until: datetime
    sentence: str
    models: tuple[Health, ...]
    sections: tuple[Section, ...]
    base: str = ""


def text(it: Digest) -> str:
    """All of it for a mail, or a channel of lines."""
    blocks = [f"{it.sentence}\n{_span(it)}"]
    blocks += ["\n".join([f"{one.title}:", *(f"  {line}" for line in one.lines)])
               for one in it.sections]  # fmt: skip
    return "\n\n".join(blocks)


def page(it: Digest) -> str:
    """One file; links lead to the control plane."""
    head = tag(
        "div", tag("h1", f"The week for {it.role}"),
        tag("p", tag("b", it.sentence), class_="verdict"), tag("p", _span(it), class_="mute"),
        class_="head",
    )  # fmt: skip
    table = card("Models", _beside(it), home.table(it.models[:MOST]))
    body = tag("div", table, *(_section(it, one) for one in it.sections), class_="col")
    made = parts.document(f"The week for {it.role} · Mainstay", head, body, kind="page")
    return made.replace('href="/', f'href="{it.base}/') if it.base else made


def _section(it: Digest, one: Section) -> Html:
    lines = tag("ul", *(tag("li", line) for line in one.lines), class_="plain")
    more = tag("p", tag("a", "More", href=one.there)) if it.base else Html()
    return card(one.title, "", lines, more)


def _beside(it: Digest) -> str:
    rest = len(it.models) - MOST
    return f"the first {MOST} of {len(it.models)}" if rest > 0 else "worst first"


def _span(it: Digest) -> str:
    return f"{parts.day(it.since)} to {parts.day(it.until)}"
