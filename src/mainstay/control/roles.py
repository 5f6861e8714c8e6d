"""Who may do what: one table of roles, one of what is asked, one pure function between them.

Roles are not nested: nobody may do everything, and who manages people neither approves nor
deploys. What no role holds, nobody may do.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NamedTuple

from mainstay.control import commands, queries
from mainstay.control.commands import Command
from mainstay.control.queries import Query

Permission = Literal[
    "read",
    "rows",
    "audit",
    "labels",
    "incidents",
    "waive",
    "approve",
    "deploy",
    "rollback",
    "schedules",
    "runs",
    "meanings",
    "people",
    "comment",
    "own tokens",
]
Role = Literal[
    "viewer", "auditor", "data-scientist", "data-engineer", "ml-engineer", "approver", "admin"
]
Ruling = Literal["allowed", "forbidden", "hidden"]
"""hidden: whoever asks may not even know that it is there."""
EVERY = "*"
"""In a grant: all models."""

ROLES: Mapping[Role, frozenset[Permission]] = {
    "viewer": frozenset({"read", "comment", "own tokens"}),
    "auditor": frozenset({"read", "comment", "own tokens", "audit"}),
    "data-scientist": frozenset(
        {"read", "comment", "own tokens", "incidents", "rollback", "runs", "meanings"}
    ),
    "data-engineer": frozenset(
        {"read", "comment", "own tokens", "incidents", "labels", "meanings"}
    ),
    "ml-engineer": frozenset(
        {"read", "comment", "own tokens", "incidents", "rollback", "deploy", "schedules", "runs"}
    ),
    "approver": frozenset({"read", "comment", "own tokens", "rollback", "waive", "approve"}),
    "admin": frozenset({"read", "comment", "own tokens", "audit", "people"}),
}

ROWS = "rows"
"""Given like a role and none: leave to see single rows, which counts only beside some roles."""
BESIDE_ROWS: frozenset[Role] = frozenset(
    {"auditor", "data-scientist", "data-engineer", "ml-engineer"}
)

HERE: Literal["here"] = "here"
"""Not over HTTP: it reads or writes files of whoever asks, runs their code or uses their keys."""

NEEDS: Mapping[type[Command] | type[Query], Permission | Literal["here"]] = {
    commands.SendWaiver: "waive",
    commands.Countersign: "approve",
    commands.Reject: "approve",
    commands.Deploy: "deploy",
    commands.Rollback: "rollback",
    commands.Silence: "incidents",
    commands.Acknowledge: "incidents",
    commands.Comment: "comment",
    commands.Deliver: "incidents",
    commands.SendLabels: "labels",
    commands.Schedule: "schedules",
    commands.Unschedule: "schedules",
    commands.RunNow: "runs",
    commands.CancelRun: "runs",
    commands.Grant: "people",
    commands.Withdraw: "people",
    commands.Invite: "people",
    commands.GiveToken: "people",
    commands.TakeBack: "people",
    commands.OwnToken: "own tokens",
    commands.DropToken: "own tokens",
    commands.OfferKey: "own tokens",
    commands.Init: HERE,
    commands.ImportContract: HERE,
    commands.TellImpact: HERE,
    commands.ProposeConflicts: HERE,
    commands.SettleConflict: "meanings",
    commands.NewKey: HERE,
    commands.NewPseudonyms: HERE,
    commands.Trust: HERE,
    commands.NewToken: HERE,
    commands.RevokeToken: HERE,
    commands.Restore: HERE,
    commands.Backup: HERE,
    commands.Assess: HERE,
    commands.AssessAll: HERE,
    commands.Build: HERE,
    commands.Certify: HERE,
    commands.Waive: HERE,
    commands.Approve: HERE,
    commands.Watch: HERE,
    commands.Run: HERE,
    commands.Features: HERE,
    commands.RefreshContext: HERE,
    commands.Score: HERE,
    commands.Labels: HERE,
    commands.AskLabels: HERE,
    commands.Vouch: HERE,
    commands.SendDigests: HERE,
    queries.CheckContract: HERE,
    queries.CheckFeatures: HERE,
    queries.Impact: HERE,
    queries.DigestOf: HERE,
    queries.Export: HERE,
    queries.ExportContract: HERE,
    queries.Conflicts: "read",
    queries.Simulate: HERE,
    queries.ContextSkew: HERE,
    queries.ContextViews: "read",
    queries.ExplainContract: "read",
    queries.ContractSchema: "read",
    queries.DiffContract: "read",
    queries.Revisions: "read",
    queries.Explain: "read",
    queries.Plan: "read",
    queries.Shortfall: "read",
    queries.Review: "read",
    queries.Approvals: "read",
    queries.Approval: "read",
    queries.Paper: "read",
    queries.Life: "read",
    queries.Sources: "read",
    queries.DataChanges: "read",
    queries.Find: "read",
    queries.Catalogue: "read",
    queries.ModelCard: "read",
    queries.Status: "read",
    queries.ModelHealth: "read",
    queries.Incidents: "read",
    queries.Incident: "read",
    queries.IncidentAccount: "read",
    queries.Schedules: "read",
    queries.Runs: "read",
    queries.OneRun: "read",
    queries.VerifyCertificate: "read",
    queries.VerifyBundle: "read",
    queries.Decisions: "rows",
    queries.Replay: "rows",
    queries.History: "audit",
    queries.Record: "audit",
    queries.VerifyLedger: "audit",
    queries.People: "people",
    queries.Own: "own tokens",
}


class Seat(NamedTuple):
    """A role, or `rows`, for a model or all (`*`); good before `expires`, None: for good."""

    role: str
    model: str
    expires: datetime | None = None


class Principal(NamedTuple):
    """Who asks. scopes: what the token they ask with is narrowed to; None: nothing."""

    name: str
    seats: tuple[Seat, ...]
    scopes: frozenset[str] | None = None


def permissions(principal: Principal, model: str, now: datetime) -> frozenset[Permission]:
    """All that somebody may do to a model at a moment, with what they ask with."""
    names = {
        seat.role
        for seat in principal.seats
        if seat.model in (EVERY, model) and (seat.expires is None or now < seat.expires)
    }
    held = {one for role, given in ROLES.items() if role in names for one in given}
    if ROWS in names and names & BESIDE_ROWS:
        held.add("rows")
    return frozenset(one for one in held if principal.scopes is None or one in principal.scopes)


OF_NO_MODEL: frozenset[Permission] = frozenset({"read", "own tokens"})
"""What suffices for one model of a team to be let in at all; each list then shows theirs alone."""


def anywhere(principal: Principal, now: datetime) -> frozenset[Permission]:
    """All that somebody may do to a team: what they may do to every model of it, and come in."""
    names = {seat.model for seat in principal.seats}
    some = {one for name in names for one in permissions(principal, name, now)}
    return permissions(principal, EVERY, now) | (some & OF_NO_MODEL)


def ruling(
    principal: Principal, needed: Permission, model: str, now: datetime, *, about: str = ""
) -> Ruling:
    """The one policy: what no role of theirs holds is forbidden; hidden where they cannot read.

    model: that of the project. about: which the act concerns, where it is not that one.
    """
    if needed in permissions(principal, about or model, now):
        return "allowed"
    return "forbidden" if "read" in permissions(principal, model, now) else "hidden"


def concerned(asked: Command | Query) -> str:
    """Which model an act on people is about; empty: the project's, as all other acts are."""
    match asked:
        case commands.Grant() | commands.Withdraw():
            return asked.model
        case commands.Invite() | commands.GiveToken() | commands.TakeBack() | queries.People():
            return EVERY
        case _:
            return ""
