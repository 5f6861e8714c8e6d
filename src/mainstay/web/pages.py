"""Pages and their JSON twins: home, and the certificate of a version."""

import msgspec
from starlette.responses import HTMLResponse, Response

from mainstay.control import approving, papers, project, versions
from mainstay.control.pages import parts
from mainstay.control.pages.markup import Html, tag
from mainstay.control.queries import Paper, Status
from mainstay.core.answers import Answer
from mainstay.core.errors import Missing
from mainstay.core.nouns import Verdict
from mainstay.web import layout
from mainstay.web.api import replied
from mainstay.web.visit import Visit, aside

SHEET_POLICY = f"{parts.POLICY}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_STATES: dict[Verdict, parts.State] = {
    Verdict.PASS: "pass", Verdict.UNSURE: "unsure", Verdict.FAIL: "fail",
}  # fmt: skip


async def home(visit: Visit) -> Response:
    """How the model stands, whose it is, who must act."""
    found = await aside(visit.place.ask, visit.place.folder, Status())
    return layout.page("Home", layout.sheet("Models", _model(found)), visit=visit)


async def home_json(visit: Visit) -> Response:
    """The same for a script."""
    found = await aside(visit.place.ask, visit.place.folder, Status())
    return replied({"models": [msgspec.to_builtins(found)]})


async def certificate(visit: Visit) -> Response:
    """The certificate as a page that stands alone, as of now."""
    found = await aside(_sheet, visit)
    return HTMLResponse(found, headers={"content-security-policy": SHEET_POLICY})


async def certificate_json(visit: Visit) -> Response:
    """The envelope as it was signed."""
    return replied(await aside(_paper, visit))


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
    return project.opened(visit.place.folder, by=visit.principal)


def _model(found: Answer) -> Html:
    """One model: the sentence, then who, then its versions."""
    facts = found.facts
    kind = _STATES[found.verdict] if found.verdict else "unknown"
    said = tag("p", parts.state(kind), Html(" "), tag("b", found.headline), class_="verdict")
    who = parts.facts(
        (
            ("owner", facts["owner"]),
            ("must act", facts["must_act"] or "nobody"),
            ("next", found.next),
        )
    )
    lines = tag("ul", *(tag("li", one) for one in found.lines), class_="plain")
    rows = [(_version(facts["model"], name), word) for name, word in facts["versions"].items()]
    listed = parts.table(("Version", "State"), rows) if rows else tag("p", "No version yet.")
    return tag("section", said, who, lines, listed)


def _version(model: str, name: str) -> Html:
    return tag("a", name, href=f"/models/{model}/versions/{name}/certificate")
