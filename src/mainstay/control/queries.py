"""What can be asked of the control plane that changes nothing, as values."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""Of something on record; no store counts further."""


class CheckContract(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="check_contract"):
    """Every mistake of the contract, also the names that its tables do not hold."""


class ExplainContract(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="explain_contract"
):
    """Every clause with its value, its meaning and where it is enforced."""


Scheduler = Literal["cron", "github", "airflow", "dagster"]


class Export(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="export"):
    """The same steps for who already runs steps by schedule or on pull requests, as a file."""

    scheduler: Scheduler


class ContractSchema(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="contract_schema"
):
    """The language of contracts as a JSON Schema, for editors."""


class ExportContract(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="export_contract"
):
    """The sources and columns of a contract as a data contract of ODCS 3.1."""


class DiffContract(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="diff_contract"):
    """What changed between two contracts, and what each change re-opens.

    old, new: texts of contracts, or revisions on record, as `r2`; empty: the newest revision, and
    the contract as it stands.
    """

    old: str = ""
    new: str = ""


class Revisions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="revisions"):
    """The revisions of the contract on record, and what differs between two of them.

    old, new: as `r2`, or `now` for the contract as it stands; empty: the two newest.
    """

    old: Annotated[str, msgspec.Meta(max_length=20)] = ""
    new: Annotated[str, msgspec.Meta(max_length=20)] = ""


class Explain(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="explain"):
    """The evidence of a version, or all about one of its clauses."""

    version: str
    clause: str = ""


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="plan"):
    """What the hold-out of a version (empty: the newest) will tell, before a look is spent.

    renew: of the newest days whose labels are known, as a renewal would open them.
    """

    version: str = ""
    renew: bool = False


class Shortfall(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="shortfall"):
    """What a waiver of a gate would excuse, as it is signed."""

    version: str
    clause: str


class Simulate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="simulate"):
    """What the watch would say of a version's own reference: false alarms, and delays of shifts.

    version: empty for the live one, or the newest before any is; streams of so many windows.
    """

    version: str = ""
    streams: int = 20
    windows: int = 100


class Review(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="review"):
    """What an approver has to read before signing."""

    version: str = ""


class Approvals(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="approvals"):
    """What waits for a signature, and as many as `last` that were decided, newest first."""

    last: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 50


class Approval(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="approval"):
    """What an approver decides on: the version beside the live one, who made it, what changed."""

    version: str = ""


class Paper(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="certificate"):
    """The newest certificate of a version as it was signed, and its digest."""

    version: str = ""


class ModelCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="card"):
    """The card of a version: its certificate as Markdown, with metadata that model hubs read."""

    version: str = ""


class Decisions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="decisions"):
    """What was asked about a key and answered to it, the newest first, as many as `last`."""

    key: str
    last: Annotated[int, msgspec.Meta(ge=1, le=100)] = 20


class Replay(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="replay"):
    """An answer of the journal given again by the same bundle: whether it is the same, and why.

    place: of the answer, as `decisions` tells it; None: the newest to this key.
    """

    key: str
    place: int | None = None


class CheckFeatures(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="check_features"):
    """Whether pandas-style features(frame) of a file says what features.py says, on drawn rows.

    rows: how many at most, drawn by the seed; the answer shows the first row that differs.
    """

    file: str
    rows: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 2000
    seed: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)] = 0


class Impact(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="impact"):
    """What a change of a column would break or move, and who must be told, before it is made.

    field: `SOURCE.COLUMN`; becomes: missing, null, type TYPE, unit UNIT, or an expression of its
    value x. So many decisions of the newest days are given again, drawn at random.
    """

    field: str
    becomes: str
    rows: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 2000
    days: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 30


class People(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="people_list"):
    """Everybody with a role, and what they can sign in with."""


class Own(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="own"):
    """Whoever asks: their roles, their tokens, their keys, where they were named lately."""


class Status(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="status"):
    """One sentence: how the model stands and who must act."""


class ModelHealth(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="health"):
    """All that the page of a model shows: five questions, its course, inputs, promises, tasks."""


class DigestOf(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="digest"):
    """The week for a role, on one screen: what to act on, what waits, how each model stands."""

    role: str


class Incidents(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="incident_list"):
    """What is open by matter, the most urgent first; closed: those that are over too."""

    closed: bool = False


class Incident(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="incident_show"):
    """All about one incident, by its number."""

    id: Number


class IncidentAccount(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="incident_account"
):
    """What the page of an incident shows: its columns before and since, what happened when."""

    id: Number


class History(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="history"):
    """Events of the ledger, newest last; kind and subject narrow them."""

    last: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 20
    kind: str = ""
    subject: str = ""


class Life(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="life"):
    """All that happened to the model, on one axis: builds, approvals, answers, incidents."""


class Sources(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="sources"):
    """The sources of the model: what they promised and kept, their fields, and what they feed."""


class DataChanges(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="data_changes"):
    """What was no longer as before at builds, looks and batches: columns, meanings, distributions.

    Newest first, so many occasions at most; source and column narrow them.
    """

    last: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 20
    source: Annotated[str, msgspec.Meta(max_length=200)] = ""
    column: Annotated[str, msgspec.Meta(max_length=200)] = ""


class Find(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="find"):
    """Models, versions, incidents, fields and clauses whose words hold a text."""

    text: Annotated[str, msgspec.Meta(max_length=100)]


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="ledger_export"):
    """Events as they are stored, those after `since`, so many at most: what auditors take away."""

    since: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)] = 0
    most: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 500


class Schedules(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="schedule_list"):
    """Every job that a worker does by itself: its rhythm, its next turn, how the last one ended."""


class Runs(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="run_list"):
    """What workers did and are to do, the newest first in the facts; of one job where named.

    state: due, running, waiting, done, failed or cancelled; empty: any.
    """

    last: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 20
    job: str = ""
    state: str = ""


class OneRun(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="run_show"):
    """One run by its number, and the last lines of its log."""

    id: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
    lines: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 50


class VerifyLedger(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="verify_ledger"):
    """Walk the chain and every blob; head: a hash published earlier that must be on the chain.

    last: walk only so many of the newest events, where there are more; 0: the whole record.
    """

    head: str = ""
    last: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 0


class VerifyCertificate(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="verify_certificate"
):
    """Check the certificate of a version, as a door would."""

    version: str
    environment: str = "production"


class VerifyBundle(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="verify_bundle"):
    """Check every file of a version's bundle against its digest."""

    version: str


class ContextViews(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="context_show"):
    """The views that doors look context up in: up to when it is known, and how fresh it is."""


class ContextSkew(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="context_skew"):
    """Context of answered requests, joined again from the sources: whether it is the same.

    since: of the decisions, UTC; None: of the last day.
    """

    since: datetime | None = None


class Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="catalog"):
    """What sources and columns mean, whose they are, how far they may be known; text: a search."""

    text: Annotated[str, msgspec.Meta(max_length=200)] = ""


class Conflicts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="conflicts"):
    """Columns of different sources that are named alike and are not, or the other way."""


OfContract = CheckContract | ExplainContract | ContractSchema | ExportContract
OfPeople = People | Own | DigestOf | Catalogue | Conflicts
"""Of a record as a whole: who there is, the week for a role, and what data means."""
OfProject = (
    DiffContract
    | Revisions
    | Explain
    | Plan
    | Shortfall
    | Simulate
    | Review
    | Approvals
    | Approval
    | Paper
    | ModelCard
    | Decisions
    | Replay
    | CheckFeatures
    | Impact
    | Status
    | ModelHealth
    | Incidents
    | Incident
    | IncidentAccount
    | Schedules
    | Runs
    | OneRun
    | History
    | Life
    | Sources
    | DataChanges
    | Find
    | Record
    | ContextViews
    | ContextSkew
    | Export
    | VerifyLedger
    | VerifyCertificate
    | VerifyBundle
)
Query = OfContract | OfPeople | OfProject
