"""The shell of every page: where one may go, what waits there, who is signed in."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mainstay.control.pages.markup import Html, joined, tag
from mainstay.control.roles import Permission
from mainstay.web import forms
from mainstay.web.visit import Visit


class Way(NamedTuple):
    """A page of the rail. key: the letter after `g`; apart: below the line."""

    name: str
    path: str
    key: str
    needs: Permission = "read"
    apart: bool = False


def ways(model: str, *, team: bool = False) -> tuple[Way, ...]:
    """All there are; those of a model only where there is one, in a team below its name."""
    life = (Way("Life", f"/models/{model}/life", "l"),) if model else ()
    if team:
        return (*_of_team(), *_of_model(model, life)) if model else _of_team()
    return (
        Way("Models", "/", "m"),
        Way("Approvals", "/approvals", "a"),
        Way("Incidents", "/incidents", "i"),
        Way("Data", "/data", "d"),
        *life,
        Way("Runs", "/runs", "r"),
        Way("Predictions", "/predictions", "p", "rows"),
        Way("Contract", "/contract", "c"),
        Way("Audit", "/audit", "u", "audit"),
        Way("People", "/people", "e", "people", apart=True),
        Way("Settings", "/settings", "s", "own tokens", apart=True),
    )


def _of_team() -> tuple[Way, ...]:
    return (
        Way("Models", "/", "m"),
        Way("Approvals", "/approvals", "a"),
        Way("Incidents", "/incidents", "i"),
        Way("Conflicts", "/conflicts", "f"),
        Way("Audit", "/audit", "u", "audit"),
        Way("People", "/people", "e", "people", apart=True),
        Way("Settings", "/settings", "s", "own tokens", apart=True),
    )


def _of_model(model: str, life: tuple[Way, ...]) -> tuple[Way, ...]:
    here = f"/models/{model}"
    return (
        Way(model, here, "h"),
        *life,
        Way("Data", f"{here}/data", "d"),
        Way("Runs", f"{here}/runs", "r"),
        Way("Predictions", f"{here}/predictions", "p", "rows"),
        Way("Contract", f"{here}/contract", "c"),
    )


def rail(visit: Visit, path: str) -> Html:
    """The pages that who asks may open; path: where they are."""
    held = visit.permissions
    team = visit.place.places.is_team
    open_ = [way for way in ways(visit.model, team=team) if way.needs in held]
    here = max((way.path for way in open_ if _within(path, way.path)), key=len, default="")
    line = tag("hr") if any(way.apart for way in open_) else Html()
    return tag(
        "nav",
        tag("a", "Mainstay", href="/", class_="brand"),
        *_links((way for way in open_ if not way.apart), visit, here),
        line,
        *_links((way for way in open_ if way.apart), visit, here),
        _me(visit),
        class_="rail",
        aria_label="Pages",
    )


def top(title: str) -> Html:
    """Where one is, and the search."""
    box = tag(
        "input", type="search", name="q", id="find", placeholder="Find models, versions, fields",
        autocomplete="off", maxlength=100,
    )  # fmt: skip
    label = tag("label", "Find", for_="find", class_="vh")
    find = tag("form", label, box, tag("kbd", "/"), action="/search", class_="find", role="search")
    return tag("header", tag("span", title), find, class_="top")


def _links(some: Iterable[Way], visit: Visit, here: str) -> Iterator[Html]:
    counts = {"/approvals": visit.waiting.approvals, "/incidents": visit.waiting.incidents}
    for way in some:
        count = counts.get(way.path, 0)
        badge = tag("i", str(count), tag("span", " open", class_="vh")) if count else Html()
        current = "page" if way.path == here else ""
        yield tag("a", way.name, badge, href=way.path, data_key=way.key, aria_current=current)


def _me(visit: Visit) -> Html:
    roles = sorted({seat.role for seat in visit.asker.seats})
    out = forms.form("/sign-out", "Sign out", carried=visit.form) if visit.form else Html()
    words = joined(tag("b", visit.asker.name), tag("span", ", ".join(roles), class_="mute"))
    return tag("div", words, out, class_="me")


def _within(path: str, way: str) -> bool:
    return path == way if way == "/" else path == way or path.startswith(f"{way}/")
