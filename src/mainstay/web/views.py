"""Pages that show the answer to one query, each with its JSON twin at the same address + .json."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec
from starlette.responses import Response

from mainstay.control.accounts import Account
from mainstay.control.health import Health
from mainstay.control.pages import answers, health, incident, lists
from mainstay.control.pages.markup import Html
from mainstay.control.queries import (
    Explain,
    ExplainContract,
    History,
    IncidentAccount,
    Incidents,
    ModelHealth,
    Query,
)
from mainstay.core.answers import Answer
from mainstay.core.errors import Missing
from mainstay.web import layout
from mainstay.web.api import replied
from mainstay.web.visit import Endpoint, Needs, Route, Visit, aside

LATEST = 200
"""Events that the audit page shows."""


class View(NamedTuple):
    """query: what a visit asks for; drawn: the answer as the middle of a page."""

    path: str
    needs: Needs
    title: str
    query: Callable[[Visit], Query]
    drawn: Callable[[str, Answer], Html] = answers.content


def _health(_: str, said: Answer) -> Html:
    return health.content(msgspec.convert(said.facts["health"], Health))


def _incident(_: str, said: Answer) -> Html:
    return incident.content(msgspec.convert(said.facts["account"], Account))


VIEWS: tuple[View, ...] = (
    View("/models/{model}", "read", "Model", lambda _: ModelHealth(), _health),
    View(
        "/models/{model}/versions/{version}", "read", "Version",
        lambda visit: Explain(visit.request.path_params["version"]),
    ),
    View("/contract", "read", "Contract", lambda _: ExplainContract(), lists.contract),
    View(
        "/incidents", "read", "Incidents", lambda visit: Incidents(closed=_closed(visit)),
        lists.incidents,
    ),
    View(
        "/incidents/{number}", "read", "Incident",
        lambda visit: IncidentAccount(_number(visit)), _incident,
    ),
    View("/audit", "audit", "Audit", lambda _: History(last=LATEST), lists.history),
)  # fmt: skip


def routes() -> tuple[Route, ...]:
    """Two for each: the page and its twin."""
    return tuple(
        route
        for one in VIEWS
        for route in (
            Route("GET", f"{one.path}.json", one.needs, _twin(one), f"{one.title}, as JSON."),
            Route("GET", one.path, one.needs, _page(one), f"{one.title}.", page=True),
        )
    )


def _page(view: View) -> Endpoint:
    async def page(visit: Visit) -> Response:
        said = await _answered(view, visit)
        return layout.page(view.title, view.drawn(view.title, said), visit=visit, kind="page")

    return page


def _twin(view: View) -> Endpoint:
    async def twin(visit: Visit) -> Response:
        return replied(await _answered(view, visit))

    return twin


async def _answered(view: View, visit: Visit) -> Answer:
    """Raises Missing where the model in the address is not the project's."""
    if visit.request.path_params.get("model", visit.model) != visit.model:
        raise Missing("there is nothing here", hint="/")
    return await aside(visit.place.ask, visit.place.folder, view.query(visit))


def _closed(visit: Visit) -> bool:
    """`?closed` shows those that are over too."""
    return "closed" in visit.request.query_params


def _number(visit: Visit) -> int:
    """Raises Missing for what is no number of an incident."""
    said: str = visit.request.path_params["number"]
    if not said.isascii() or not said.isdigit() or len(said) > 18:
        raise Missing("there is nothing here", hint="/incidents")
    return int(said)
