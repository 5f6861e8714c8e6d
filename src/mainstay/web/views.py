"""Pages that show the answer to one query, each with its JSON twin at the same address + .json."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec
from starlette.responses import Response

from mainstay.control import roles
from mainstay.control.accounts import Account
from mainstay.control.commenting import Said
from mainstay.control.health import Health
from mainstay.control.judging import Judged
from mainstay.control.living import Lived
from mainstay.control.pages import (
    answers,
    approval,
    conflicts,
    data,
    health,
    home,
    incident,
    life,
    lists,
    people,
    predictions,
    revisions,
    runs,
)
from mainstay.control.pages.markup import Html, joined, tag
from mainstay.control.queries import (
    Approval,
    Approvals,
    Conflicts,
    Decisions,
    Explain,
    ExplainContract,
    Find,
    History,
    IncidentAccount,
    Incidents,
    Life,
    ModelHealth,
    OneRun,
    Own,
    People,
    Query,
    Replay,
    Revisions,
    Runs,
    Shortfall,
    Sources,
    VerifyLedger,
)
from mainstay.control.sourcing import Supply
from mainstay.core.answers import Answer
from mainstay.core.errors import Missing
from mainstay.web import acts, csv, guard, layout, offers, turns, uploads, waivers
from mainstay.web.api import replied
from mainstay.web.visit import Endpoint, Needs, Route, Visit, aside

LATEST = 200
"""Events that the audit page shows."""
WALKED = 500
"""Events that the page of the chain walks; a record that is longer is proven by a command."""
Drawn = Callable[[Visit, str, Answer], Html]
Rows = Callable[[Mapping[str, Any]], list[dict[str, Any]]]


class View(NamedTuple):
    """query: what a visit asks for, None: nothing yet; drawn: the answer as the middle of a page.

    rows: of its facts, the table that a `.csv` twin holds; None: it has none.
    """

    path: str
    needs: Needs
    title: str
    query: Callable[[Visit], Query | None]
    drawn: Drawn
    rows: Rows | None = None


def _plain(draw: Callable[[str, Answer], Html]) -> Drawn:
    return lambda _, title, said: draw(title, said)


def _health(visit: Visit, _: str, said: Answer) -> Html:
    made = msgspec.convert(said.facts["health"], Health)
    listed = home.versions(made) if visit.place.places.is_team else Html()
    jobs = turns.work(visit, "assess", "build", "certify", "watch", "run", "renew")
    acts = tag("div", jobs, offers.model(visit), class_="col")
    return joined(health.content(made), listed, acts)


def _version(visit: Visit, title: str, said: Answer) -> Html:
    name = said.facts["version"]
    here = f"/models/{visit.model}/versions/{name}"
    links = tag(
        "p", tag("a", "Its approval", href=approval.path(visit.model, name)), " · ",
        tag("a", "its certificate", href=f"{here}/certificate"),
        waivers.link(visit, name, said.facts["status"], said.evidence),
    )  # fmt: skip
    some = msgspec.convert(said.facts["comments"], tuple[Said, ...])
    return joined(answers.content(title, said), links, offers.comments(visit, some, here))


def _approval(visit: Visit, _: str, said: Answer) -> Html:
    it = msgspec.convert(said.facts["approval"], Judged)
    return approval.content(it, offers.decide(visit, it))


def _incident(visit: Visit, _: str, said: Answer) -> Html:
    it = msgspec.convert(said.facts["account"], Account)
    talk = offers.comments(visit, it.comments, f"/incidents/{it.id}")
    can = offers.incident(visit, it.id, open_=it.closed is None)
    return joined(incident.content(it), tag("div", can, talk, class_="col"))


def _life(_: Visit, title: str, said: Answer) -> Html:
    return life.content(title, said, msgspec.convert(said.facts["life"], Lived))


def _data(visit: Visit, title: str, said: Answer) -> Html:
    supply = msgspec.convert(said.facts["supply"], Supply)
    drawn = data.content(title, said, supply, f"{visit.here}/conflicts")
    return joined(drawn, uploads.form(visit))


def _conflicts(visit: Visit, title: str, said: Answer) -> Html:
    drawn = conflicts.content(title, said, lambda one: offers.conflict(visit, one))
    return joined(drawn, turns.work(visit, "conflicts") if visit.model else Html())


def _runs(visit: Visit, title: str, said: Answer) -> Html:
    asked = {name: _word(visit, name) for name in ("job", "state")}
    return runs.listed(title, said, asked, turns.offers(visit, said))


def _run(visit: Visit, _: str, said: Answer) -> Html:
    return runs.one(said, turns.of_one(visit, said.facts["run"]))


def _waiver(visit: Visit) -> Query:
    version, clause = visit.request.path_params["version"], _word(visit, "clause")
    return Shortfall(version, clause) if clause else Explain(version)


def _replay(visit: Visit) -> Query | None:
    place = _word(visit, "place")
    if not _word(visit, "key") or not place.removeprefix("-").isdecimal():
        return None
    return Replay(_word(visit, "key"), int(place[:20]))


def _people(visit: Visit, title: str, said: Answer) -> Html:
    return people.content(title, said, offers.people(visit))


def _settings(visit: Visit, title: str, said: Answer) -> Html:
    return joined(
        answers.head(title, said), tag("div", offers.settings(visit, said.facts), class_="col")
    )


def _audit(visit: Visit, title: str, said: Answer) -> Html:
    asked = visit.request.query_params
    return lists.history(title, said, asked.get("kind", ""), asked.get("subject", ""))


def _word(visit: Visit, name: str) -> str:
    return visit.request.query_params.get(name, "")[:100].strip()


def _history(visit: Visit) -> Query:
    return History(LATEST, _word(visit, "kind"), _word(visit, "subject"))


def _key(visit: Visit) -> Query | None:
    return Decisions(_word(visit, "key")) if _word(visit, "key") else None


OF_ONE = (
    View(
        "/contract", "read", "Contract", lambda _: ExplainContract(), _plain(lists.contract),
        lambda facts: facts["clauses"],
    ),
    View(
        "/data", "read", "Data", lambda _: Sources(), _data,
        lambda facts: facts["supply"]["fields"],
    ),
    View(
        "/conflicts", "read", "Conflicts", lambda _: Conflicts(), _conflicts,
        lambda facts: facts["conflicts"],
    ),
    View(
        "/predictions", "rows", "Predictions", _key, _plain(predictions.content),
        lambda facts: [{**one["answer"], **one["record"]} for one in facts["decisions"]],
    ),
    View(
        "/predictions/replay", "rows", "Replay", _replay, _plain(predictions.replayed),
    ),
    View(
        "/contract/revisions", "read", "Revisions of the contract",
        lambda visit: Revisions(_word(visit, "old"), _word(visit, "new")),
        _plain(revisions.content), lambda facts: facts["changes"],
    ),
    View(
        "/runs", "read", "Runs",
        lambda visit: Runs(LATEST, _word(visit, "job"), _word(visit, "state")), _runs,
        lambda facts: facts["runs"],
    ),
    View("/runs/{number}", "read", "Run", lambda visit: OneRun(acts.number(visit), 200), _run),
)  # fmt: skip
"""Of one model, at an address of its own too, since a team has several."""
VIEWS: tuple[View, ...] = (
    *OF_ONE,
    *(one._replace(path=f"/models/{{model}}{one.path}") for one in OF_ONE),
    View("/models/{model}", "read", "Model", lambda _: ModelHealth(), _health),
    View(
        "/models/{model}/versions/{version}", "read", "Version",
        lambda visit: Explain(visit.request.path_params["version"]), _version,
    ),
    View(
        "/models/{model}/versions/{version}/approval", "read", "Approval",
        lambda visit: Approval(visit.request.path_params["version"]), _approval,
    ),
    View(
        "/models/{model}/versions/{version}/waive", "waive", "Waive a gate", _waiver,
        waivers.content,
    ),
    View(
        "/models/{model}/life", "read", "Life", lambda _: Life(), _life,
        lambda facts: facts["life"]["moments"],
    ),
    View(
        "/approvals", "read", "Approvals", lambda _: Approvals(), _plain(approval.queue),
        lambda facts: [*facts["waiting"], *facts["decided"]],
    ),
    View(
        "/incidents", "read", "Incidents", lambda visit: Incidents(closed=_closed(visit)),
        _plain(lists.incidents), lambda facts: [*facts["open"], *facts["closed"]],
    ),
    View(
        "/incidents/{number}", "read", "Incident",
        lambda visit: IncidentAccount(acts.number(visit)), _incident,
    ),
    View("/search", "read", "Search", lambda visit: Find(_word(visit, "q")), _plain(lists.found)),
    View(
        "/audit", "audit", "Audit", _history, _audit, lambda facts: facts["events"],
    ),
    View(
        "/audit/chain", "audit", "Chain", lambda _: VerifyLedger(last=WALKED),
        _plain(answers.content),
    ),
    View(
        "/people", "people", "People", lambda _: People(), _people, lambda facts: facts["people"],
    ),
    View("/settings", "own tokens", "Settings", lambda _: Own(), _settings),
)  # fmt: skip


def routes() -> tuple[Route, ...]:
    """For each its twins and the page: what ends in `.csv` is never a version's name."""
    return tuple(route for one in VIEWS for route in _routes(one))


def _routes(one: View) -> tuple[Route, ...]:
    table = (
        (Route("GET", f"{one.path}.csv", one.needs, _csv(one), f"{one.title}, as CSV."),)
        if one.rows
        else ()
    )
    return (
        Route("GET", f"{one.path}.json", one.needs, _twin(one), f"{one.title}, as JSON."),
        *table,
        Route("GET", one.path, one.needs, _page(one), f"{one.title}.", page=True),
    )


def _page(view: View) -> Endpoint:
    async def page(visit: Visit) -> Response:
        said = await _answered(view, visit)
        drawn = view.drawn(visit, view.title, said)
        return layout.page(view.title, drawn, visit=visit, kind="page")

    return page


def _twin(view: View) -> Endpoint:
    async def twin(visit: Visit) -> Response:
        return replied(await _answered(view, visit))

    return twin


def _csv(view: View) -> Endpoint:
    async def table(visit: Visit) -> Response:
        said = await _answered(view, visit)
        assert view.rows is not None, "only a view with rows has this route"
        facts = msgspec.to_builtins(said.facts)
        return csv.replied(view.rows(facts) if facts else [])

    return table


async def _answered(view: View, visit: Visit) -> Answer:
    """Raises Missing where the model in the address is not the project's."""
    if visit.request.path_params.get("model", visit.model) != visit.model:
        raise Missing("there is nothing here", hint="/")
    query = view.query(visit)
    if query is None:
        return Answer("Nothing was asked for yet.")
    about = roles.concerned(query)
    if about:
        guard.permit(visit, view.needs, about)  # type: ignore[arg-type]  # views need permissions
    return await aside(visit.place.ask, visit.folder, query, visit.asker)


def _closed(visit: Visit) -> bool:
    """`?closed` shows those that are over too."""
    return "closed" in visit.request.query_params
