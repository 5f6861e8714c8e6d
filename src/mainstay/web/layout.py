"""What every page has around it: style, the shell of who is signed in, one script for keys."""

from starlette.responses import HTMLResponse

from mainstay.control.pages.markup import Html, joined, tag
from mainstay.core.errors import MainstayError
from mainstay.web import shell
from mainstay.web.visit import Visit

STYLES = ("/static/app.css", "/static/shell.css")
SCRIPT = "/static/shell.js"
TITLES = {
    401: "Who asks is not known", 403: "Not yours to do", 404: "Not here",
    409: "Something came first", 413: "Too large", 429: "Too often", 500: "Our mistake",
    503: "Not now",
}  # fmt: skip


def page(
    title: str, *body: Html, visit: Visit | None = None, code: int = 200, kind: str = ""
) -> HTMLResponse:
    """A page of the control plane; visit: whose shell stands around it.

    kind: `page` for one that is wide.
    """
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width,initial-scale=1"),
        tag("title", f"{title} · Mainstay"),
        *(tag("link", rel="stylesheet", href=one) for one in STYLES),
        tag("script", src=SCRIPT, defer="defer"),
    )
    known = visit if visit and visit.principal else None
    around = _shelled(known, title, body, kind) if known else tag("body", _main(body, kind))
    return HTMLResponse(joined(Html("<!doctype html>"), tag("html", head, around, lang="en")), code)


def sheet(title: str, *body: Html) -> Html:
    """The one card of a plain page."""
    return tag("article", tag("header", tag("h1", title)), *body, class_="sheet")


def failure(error: MainstayError, code: int, visit: Visit | None = None) -> HTMLResponse:
    """An error as a page: what, and what next; visit: in the shell of whoever is signed in."""
    title = TITLES.get(code, "Not done")
    hint = (_hint(error.hint),) if error.hint else ()
    home = tag("p", tag("a", "Home", href="/"), f" · {code}", class_="mute")
    said = sheet(title, tag("p", str(error)), *hint, home)
    return page(title, said, visit=visit, code=code)


def _hint(words: str) -> Html:
    """A page of ours is a link, everything else is words."""
    return tag("p", tag("a", words, href=words) if words.startswith("/") else words, class_="mute")


def _shelled(visit: Visit, title: str, body: tuple[Html, ...], kind: str) -> Html:
    skip = tag("a", "Skip to the page", href="#main", class_="skip")
    path = visit.request.url.path
    inner = (shell.top(title), *body)
    return tag("body", skip, shell.rail(visit, path), _main(inner, kind), class_="shelled")


def _main(body: tuple[Html, ...], kind: str) -> Html:
    return tag("main", *body, class_=kind, id="main")
