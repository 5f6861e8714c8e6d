"""What a form of a page may ask for: one table of acts, each one command and where it leads."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import NamedTuple

from starlette.responses import RedirectResponse, Response

from mainstay.control import roles
from mainstay.control.commands import (
    Acknowledge,
    CancelRun,
    Command,
    Comment,
    Countersign,
    Deploy,
    DropToken,
    GiveToken,
    Grant,
    Invite,
    OfferKey,
    OwnToken,
    Reject,
    Rollback,
    RunNow,
    Schedule,
    SettleConflict,
    Silence,
    TakeBack,
    Unschedule,
    Withdraw,
)
from mainstay.control.pages import answers, approval
from mainstay.control.roles import Permission
from mainstay.core import clock
from mainstay.core.answers import Answer
from mainstay.core.errors import Missing, Mistake
from mainstay.seal.dsse import Signature
from mainstay.web import forms, guard, layout, turns, waivers
from mainstay.web.visit import Endpoint, Route, Visit, aside

Form = Mapping[str, str]
VERSION, INCIDENT = "/models/{model}/versions/{version}", "/incidents/{number}"


class Act(NamedTuple):
    """command: what the fields of the form ask for. there: where it leads; empty: what was said is

    shown once, as a token is.
    """

    path: str
    needs: Permission
    says: str
    command: Callable[[Visit, Form], Command]
    there: Callable[[Visit, Answer], str] | None = None


def number(visit: Visit) -> int:
    """Of an incident or a run. Raises Missing for what is none."""
    said: str = visit.request.path_params["number"]
    if not said.isascii() or not said.isdigit() or len(said) > 18:
        raise Missing("there is nothing here", hint="/")
    return int(said)


def _version(visit: Visit) -> str:
    return str(visit.request.path_params["version"])


def _approve(visit: Visit, said: Form) -> Command:
    signature = Signature(said.get("keyid", ""), said.get("signature", ""))
    if not signature.sig:
        raise Mistake(
            "this was not signed: the browser ran no script",
            hint=f"mainstay approve {_version(visit)}, where your key lies",
        )
    return Countersign(_version(visit), said.get("certificate", ""), signature, _because(said))


def _deploy(visit: Visit, said: Form) -> Command:
    share = {"canary": None, "live": 1.0}.get(said.get("how", ""), -1.0)
    if share == -1.0:
        raise Mistake("how much is it to answer?", hint="canary or live")
    environment = said.get("environment", "production")
    return Deploy(_version(visit), share, environment, because=_because(said))


def _silence(visit: Visit, said: Form) -> Command:
    hours = _whole(said, "hours", 24)
    return Silence(number(visit), clock.now() + timedelta(hours=hours), _because(said))


def _comment(visit: Visit, said: Form) -> Command:
    params = visit.request.path_params
    return Comment(
        said.get("text", ""),
        params.get("version", ""),
        number(visit) if "number" in params else 0,
    )


def _settle(_: Visit, said: Form) -> Command:
    verdict = said.get("verdict", "")
    if verdict not in ("accept", "decline"):
        raise Mistake("is it a conflict?", hint="accept or decline")
    return SettleConflict(_of(said, "id"), accept=verdict == "accept", because=_because(said))


def _conflicts(visit: Visit, _: Answer) -> str:
    return f"{visit.here}/conflicts"


def _grant(_: Visit, said: Form) -> Command:
    days = _whole(said, "days", 0)
    return Grant(_of(said, "name"), _of(said, "role"), _of(said, "model") or "*", days or None)


def _because(said: Form) -> str:
    return said.get("because", "").strip()


def _of(said: Form, name: str) -> str:
    return said.get(name, "").strip()


def _whole(said: Form, name: str, otherwise: int) -> int:
    text = _of(said, name)
    if text and (not text.isascii() or not text.isdigit() or len(text) > 6):
        raise Mistake(f"{text!r} is no number of {name}")
    return int(text) if text else otherwise


def _scopes(said: Form) -> tuple[str, ...]:
    return tuple(said.get("scopes", "").replace(",", " ").split())


def _approval(visit: Visit, _: Answer) -> str:
    return approval.path(visit.model, _version(visit))


def _page_of_version(visit: Visit, _: Answer) -> str:
    return f"/models/{visit.model}/versions/{_version(visit)}"


def _incident(visit: Visit, _: Answer) -> str:
    return f"/incidents/{number(visit)}"


def _run(visit: Visit, said: Answer) -> str:
    return f"{visit.here}/runs/{said.facts['run']}"


def _runs(visit: Visit, _: Answer) -> str:
    return f"{visit.here}/runs"


def _at(path: str) -> Callable[[Visit, Answer], str]:
    return lambda *_: path


def _rhythm(_: Visit, said: Form) -> Command:
    return Schedule(
        _of(said, "job"), " ".join(_of(said, "rhythm").split()), _of(said, "zone") or "UTC"
    )


OF_ONE = (
    Act(
        turns.ASK, "runs", "Have a job done now.", lambda _, said: RunNow(_of(said, "job")), _run,
    ),
    Act(
        "/runs/{number}/cancel", "runs", "Call a run off.",
        lambda visit, said: CancelRun(number(visit), _because(said)), _run,
    ),
    Act("/conflicts/settle", "meanings", "Decide about a conflict.", _settle, _conflicts),
    Act(turns.RHYTHM, "schedules", "Give a job a rhythm.", _rhythm, _runs),
    Act(
        turns.RESET, "schedules", "Give a job its own rhythm back.",
        lambda _, said: Unschedule(_of(said, "job")), _runs,
    ),
)  # fmt: skip
"""Of one model, at an address of its own too, since a team has several."""
ACTS: tuple[Act, ...] = (
    Act(f"{VERSION}/approve", "approve", "Approve, signed.", _approve, _approval),
    Act(
        f"{VERSION}/reject", "approve", "Reject for good.",
        lambda visit, said: Reject(_version(visit), _because(said)), _approval,
    ),
    Act(
        f"{VERSION}/waive", "waive", "Excuse a gate, signed.",
        lambda _, said: waivers.command(said), _page_of_version,
    ),
    Act(f"{VERSION}/deploy", "deploy", "Let it answer.", _deploy, _approval),
    Act(f"{VERSION}/comment", "comment", "Say something of it.", _comment, _page_of_version),
    Act(
        "/models/{model}/rollback", "rollback", "One step back.",
        lambda _, said: Rollback(_because(said)), lambda visit, _: f"/models/{visit.model}",
    ),
    Act(
        f"{INCIDENT}/acknowledge", "incidents", "Take care of it.",
        lambda visit, said: Acknowledge(number(visit), _because(said)), _incident,
    ),
    Act(f"{INCIDENT}/silence", "incidents", "Tell nobody for a while.", _silence, _incident),
    Act(f"{INCIDENT}/comment", "comment", "Say something of it.", _comment, _incident),
    *OF_ONE,
    *(one._replace(path=f"/models/{{model}}{one.path}") for one in OF_ONE),
    Act("/people/grant", "people", "Give a role.", _grant, _at("/people")),
    Act(
        "/people/withdraw", "people", "Take a role.",
        lambda _, said: Withdraw(_of(said, "name"), _of(said, "role"), _of(said, "model") or "*"),
        _at("/people"),
    ),
    Act(
        "/people/invite", "people", "Invite, by a link shown once.",
        lambda _, said: Invite(_of(said, "name"), _whole(said, "hours", 24)),
    ),
    Act(
        "/people/token", "people", "Give a token, shown once.",
        lambda _, said: GiveToken(
            _of(said, "name"), _of(said, "label"), _scopes(said), _whole(said, "days", 90)
        ),
    ),
    Act(
        "/people/revoke", "people", "End what somebody signs in with.",
        lambda _, said: TakeBack(_of(said, "name"), _of(said, "label")), _at("/people"),
    ),
    Act(
        "/settings/token", "own tokens", "A token of one's own, shown once.",
        lambda _, said: OwnToken(_of(said, "label"), _scopes(said), _whole(said, "days", 90)),
    ),
    Act(
        "/settings/token/drop", "own tokens", "End a token of one's own.",
        lambda _, said: DropToken(_of(said, "label")), _at("/settings"),
    ),
    Act(
        "/settings/key", "own tokens", "Put the key of this browser on record.",
        lambda _, said: OfferKey(_of(said, "public")), _at("/settings"),
    ),
)  # fmt: skip


def routes() -> tuple[Route, ...]:
    """One for each."""
    return tuple(
        Route("POST", one.path, one.needs, _endpoint(one), one.says, page=True) for one in ACTS
    )


def _endpoint(act: Act) -> Endpoint:
    async def endpoint(visit: Visit) -> Response:
        said = await forms.read(visit)
        guard.refuse_forged(visit, said.get(forms.FIELD, ""))
        if visit.request.path_params.get("model", visit.model) != visit.model:
            raise Missing("there is nothing here", hint="/")
        command = act.command(visit, said)
        about = roles.concerned(command)
        if about:
            guard.permit(visit, act.needs, about)
        answer = await aside(visit.place.act, visit.folder, command, visit.asker)
        if act.there is None:
            return _shown(visit, answer)
        return RedirectResponse(act.there(visit, answer), 303)

    return endpoint


def _shown(visit: Visit, answer: Answer) -> Response:
    """What is told this once."""
    return layout.page("Done", answers.content("Done", answer), visit=visit, kind="page")
