"""Pages and their JSON twins: home, and the certificate of a version."""

import msgspec
from starlette.responses import HTMLResponse, Response

from mainstay.control import approving, briefs, commenting, papers, project, several, versions
from mainstay.control.briefs import Standing
from mainstay.control.commenting import Said
from mainstay.control.health import Health
from mainstay.control.pages import first, parts
from mainstay.control.pages import home as draw
from mainstay.control.queries import ModelHealth, Paper, Status
from mainstay.core import settings
from mainstay.core.answers import Answer
from mainstay.core.errors import Missing
from mainstay.core.progress import nothing
from mainstay.ledger import state
from mainstay.ledger.store import Ledger
from mainstay.web import layout, offers
from mainstay.web.api import replied
from mainstay.web.visit import Visit, aside

SHEET_POLICY = f"{parts.POLICY}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


async def home(visit: Visit) -> Response:
    """Which model needs somebody, which item first."""
    if visit.of_team:
        found = tuple(one.shown for one in await aside(_standings, visit))
    elif not visit.place.places.contract.is_file():
        setup = first.people(approver=await aside(_has_approver, visit))
        return layout.page("Home", first.content(setup), visit=visit, kind="page")
    else:
        said = await aside(visit.place.ask, visit.folder, ModelHealth(), visit.asker)
        found = (msgspec.convert(said.facts["health"], Health),)
    named = await aside(_named, visit)
    asked = visit.request.query_params
    narrow = draw.narrowed(asked.get("q", ""), asked.get("page", ""))
    drawn = draw.content(found, offers.mentions(named), narrow)
    return layout.page("Home", drawn, visit=visit, kind="page")


async def home_json(visit: Visit) -> Response:
    """How the models stand, for a script."""
    if visit.of_team:
        found = await aside(_standings, visit)
        return replied({"models": [several.fact(one) for one in found]})
    said = await aside(visit.place.ask, visit.folder, Status(), visit.asker)
    return replied({"models": [msgspec.to_builtins(said)]})


def _standings(visit: Visit) -> tuple[Standing, ...]:
    """Few of those that are old are read while somebody waits."""
    with several.opened(visit.folder, nothing, visit.principal) as opened:
        return briefs.refreshed(opened, most=1)


async def certificate(visit: Visit) -> Response:
    """The certificate as a page that stands alone, as of now."""
    found = await aside(_sheet, visit)
    return HTMLResponse(found, headers={"content-security-policy": SHEET_POLICY})


async def certificate_json(visit: Visit) -> Response:
    """The envelope as it was signed."""
    return replied(await aside(_paper, visit))


def _named(visit: Visit) -> tuple[Said, ...]:
    """Comments that name whoever looks."""
    with several.opened(visit.folder, nothing, visit.principal) as opened:
        return commenting.naming(opened, visit.asker.name)


def _has_approver(visit: Visit) -> bool:
    with Ledger(visit.place.places.ledger, settings.ledger()) as ledger:
        return any(one.role == "approver" for one in state.grants(ledger))


def _sheet(visit: Visit) -> str:
    with _opened(visit) as opened:
        found = versions.found(opened, visit.request.path_params["version"])
        return papers.page(opened, found)


def _paper(visit: Visit) -> Answer:
    with _opened(visit) as opened:
        return approving.paper(opened, Paper(visit.request.path_params["version"]))


def _opened(visit: Visit) -> project.Project:
    """The project, where the model in the address is its own. Raises Missing."""
    if visit.request.path_params["model"] != visit.model:
        raise Missing("there is nothing here", hint="/")
    return project.opened(visit.folder, by=visit.principal)
