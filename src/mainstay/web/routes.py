"""All there is to be asked over HTTP: one table of routes and what each needs."""

from starlette.responses import Response

from mainstay.web import acts, api, entry, federated, health, openapi, pages, static, uploads, views
from mainstay.web.visit import Route, Visit


async def description(_: Visit) -> Response:
    """This table, for machines."""
    return api.replied(openapi.described(ROUTES))


_CERTIFICATE = "/models/{model}/versions/{version}/certificate"
ROUTES: tuple[Route, ...] = (
    Route("GET", "/livez", "public", health.livez, "Whether the process lives."),
    Route("GET", "/readyz", "public", health.readyz, "Whether it can do what it is asked."),
    Route("GET", "/api/openapi.json", "public", description, "This description."),
    Route("POST", "/api/commands", "as asked", api.commands, "Do one command."),
    Route("POST", "/api/queries", "as asked", api.queries, "Answer one query."),
    Route("POST", "/models/{model}/api/commands", "as asked", api.commands, "Do one, of a model."),
    Route("POST", "/models/{model}/api/queries", "as asked", api.queries, "Answer one, of it."),
    Route("GET", "/", "read", pages.home, "How the models stand.", page=True),
    Route("GET", "/index.json", "read", pages.home_json, "How the models stand, as JSON."),
    Route("GET", _CERTIFICATE, "read", pages.certificate, "A certificate.", page=True),
    Route(
        "GET", f"{_CERTIFICATE}.json", "read", pages.certificate_json, "A certificate, as signed."
    ),
    *views.routes(),
    *acts.routes(),
    *(
        Route("POST", path, "labels", uploads.labels, "Send a file of labels.", page=True)
        for path in (uploads.PATH, f"/models/{{model}}{uploads.PATH}")
    ),
    Route("GET", "/sign-in", "public", entry.sign_in_form, "The form to sign in.", page=True),
    Route("POST", "/sign-in", "public", entry.sign_in, "Sign in.", page=True),
    Route(
        "GET", "/sign-in/provider", "public", federated.leave, "Sign in elsewhere.", page=True,
    ),
    Route("GET", federated.BACK, "public", federated.arrive, "Back from there.", page=True),
    Route("POST", "/sign-out", "signed in", entry.sign_out, "Sign out.", page=True),
    Route(
        "GET", "/invitation/{code}", "public", entry.invitation_form, "The form of an invitation.",
        page=True,
    ),
    Route("POST", "/invitation/{code}", "public", entry.invitation, "Set a password.", page=True),
    Route(
        "POST", "/settings/password", "own tokens", entry.password, "Change one's password.",
        page=True,
    ),
    Route("GET", "/static/{name:path}", "public", static.file, "Style and fonts."),
)  # fmt: skip
