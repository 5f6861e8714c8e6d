"""Forms of a page, and what is read of them."""

from urllib.parse import parse_qs

from mainstay.control.pages import parts
from mainstay.control.pages.markup import Html, tag
from mainstay.core.errors import Mistake
from mainstay.web.visit import Visit, body

FIELD = "csrf"
"""The hidden field of every form of a session."""
_MOST, _FIELDS = 65_536, 40


def form(action: str, button: str, *fields: Html, carried: str = "", kind: str = "") -> Html:
    """A form that posts; carried: what its session gave it. kind: the class of its button."""
    given = (hidden(FIELD, carried),) if carried else ()
    send = tag("button", button, type="submit", class_=kind)
    return tag("form", *given, *fields, send, method="post", action=action)


def field(name: str, label: str, kind: str = "text", complete: str = "off") -> Html:
    """One line of a form."""
    return parts.labelled(label, tag("input", type=kind, name=name, autocomplete=complete))


def area(name: str, label: str) -> Html:
    """Several lines of a form; a reason."""
    return parts.labelled(label, tag("textarea", name=name, required="required"))


def hidden(name: str, value: str) -> Html:
    """What a form sends without being asked."""
    return tag("input", type="hidden", name=name, value=value)


async def read(visit: Visit) -> dict[str, str]:
    """The last value of each field, without spaces around it. Raises Mistake for another body."""
    kind = visit.request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/x-www-form-urlencoded":
        raise Mistake("this is no form", hint="application/x-www-form-urlencoded")
    try:
        text = (await body(visit.request, _MOST)).decode()
        found = parse_qs(
            text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=_FIELDS
        )
    except ValueError as error:
        raise Mistake("this form cannot be read") from error
    return {name: values[-1] for name, values in found.items()}


def opened(action: str, button: str, *fields: Html, carried: str = "") -> Html:
    """A form that sends a file beside its fields."""
    inner = (hidden(FIELD, carried), *fields, tag("button", button, type="submit"))
    return tag("form", *inner, method="post", action=action, enctype="multipart/form-data")
