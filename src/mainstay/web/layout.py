"""What every page has around it: style, who is signed in, the way out."""

from starlette.responses import HTMLResponse

from mainstay.control.pages.markup import Html, joined, tag
from mainstay.core.errors import MainstayError
from mainstay.web.visit import Visit

STYLES = ("/static/app.css", "/static/forms.css")
FIELD = "csrf"
"""The hidden field of every form of a session."""


def page(
    title: str, *body: Html, visit: Visit | None = None, code: int = 200, kind: str = ""
) -> HTMLResponse:
    """A page of the control plane; visit: whose name and way out stand at its top.

    kind: `page` for one that is wide.
    """
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width,initial-scale=1"),
        tag("title", f"{title} · Mainstay"),
        *(tag("link", rel="stylesheet", href=one) for one in STYLES),
    )
    top = _top(visit) if visit and visit.principal else Html("")
    whole = tag("html", head, tag("body", top, tag("main", *body, class_=kind)), lang="en")
    return HTMLResponse(joined(Html("<!doctype html>"), whole), code)


def sheet(title: str, *body: Html) -> Html:
    """The one card of a plain page."""
    return tag("article", tag("header", tag("h1", title)), *body, class_="sheet")


def form(action: str, button: str, *fields: Html, carried: str = "") -> Html:
    """A form that posts; carried: what its session gave it."""
    hidden = (tag("input", type="hidden", name=FIELD, value=carried),) if carried else ()
    send = tag("button", button, type="submit")
    return tag("form", *hidden, *fields, send, method="post", action=action)


def field(name: str, label: str, kind: str = "text", complete: str = "off") -> Html:
    """One line of a form."""
    box = tag("input", type=kind, name=name, id=name, autocomplete=complete)
    return tag("p", tag("label", label, for_=name), box, class_="field")


def failure(error: MainstayError, code: int) -> HTMLResponse:
    """An error as a page: what, and what next."""
    hint = (tag("p", error.hint, class_="mute"),) if error.hint else ()
    home = tag("p", tag("a", "Home", href="/"))
    return page("Not done", sheet("Not done", tag("p", str(error)), *hint, home), code=code)


def _top(visit: Visit) -> Html:
    home = tag("a", "Mainstay", href="/", class_="home")
    ways = [tag("a", name, href=path) for name, path in _ways(visit)]
    name = tag("span", visit.asker.name, class_="mute")
    out = form("/sign-out", "Sign out", carried=visit.form)
    return tag("nav", home, *ways, name, out, class_="top")


def _ways(visit: Visit) -> tuple[tuple[str, str], ...]:
    """Where one may go from any page."""
    model = ((visit.model, f"/models/{visit.model}"),) if visit.model else ()
    return (*model, ("Incidents", "/incidents"), ("Contract", "/contract"), ("Audit", "/audit"))
