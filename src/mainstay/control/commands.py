"""What can be asked of the control plane that changes something, as values."""

from datetime import datetime
from typing import Annotated

import msgspec

from mainstay.core.weighing import Weighing
from mainstay.seal.dsse import Signature
from mainstay.seal.waiver import Waiver

Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""Of something on record; no store counts further."""
Days = Annotated[int, msgspec.Meta(ge=-100_000, le=100_000)]
"""Or hours: how many are too many is said where they are used."""


class Init(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="init"):
    """Propose a contract, features.py and model.py from a table; overwrites nothing."""

    table: str
    label: str
    time: str | None = None
    key: str | None = None
    model: str = ""


class ImportContract(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="import_contract"
):
    """Take in what a data contract of ODCS says of sources and the contract does not yet.

    text: the data contract; source: whose it is, where its names do not say it.
    """

    text: str
    source: str = ""


class Assess(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="assess"):
    """Is it worth it, is the data enough and right? since, until: the period, UTC.

    foresee: fit models, too, to see how long one lasts and what more records bring. accept: numbers
    of proposals to write down, of an assessment that was read.
    """

    since: datetime | None = None
    until: datetime | None = None
    foresee: bool = False
    accept: tuple[int, ...] = ()


class AssessAll(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="assess_all"):
    """Assess each project of a folder; the one worth most a month for a day of work is first.

    foresee: fit models of each, so that worth is by the chance that its goal is reached.
    """

    since: datetime | None = None
    until: datetime | None = None
    foresee: bool = False


class Build(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="build"):
    """Train on a period and pack a bundle: a new version, unless nothing changed.

    weighing: which rows count more; None: all alike.
    """

    since: datetime | None = None
    until: datetime | None = None
    weighing: Weighing | None = None


class Certify(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="certify"):
    """Judge a version (empty: the newest) on its hold-out, or renewed on the newest mature one."""

    version: str = ""
    renew: bool = False
    environment: str = "production"


class Waive(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="waive"):
    """Excuse a gate that a version does not pass, for a reason, until a time, as an approver."""

    version: str
    clause: str
    because: str
    until: datetime


class SendWaiver(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="waive_signed"):
    """Take in a waiver that was signed elsewhere."""

    waiver: Waiver
    signature: Signature


class Approve(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="approve"):
    """Countersign the certificate of a version, as the approver the contract names."""

    version: str
    because: str = ""


class Countersign(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="approve_signed"):
    """Add an approval that was signed elsewhere to the certificate of this very digest."""

    version: str
    certificate: str
    signature: Signature
    because: str = ""


class Reject(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="reject"):
    """Refuse a version for good, with the reason."""

    version: str
    because: str


class Deploy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="deploy"):
    """Let an approved version answer; share None: the canary's, all for one that has all.

    shadow: instead, let a built version score this share of what others answer; 0 ends it.
    because: why it goes on although an unforeseen event or a source stops promotion.
    """

    version: str
    share: float | None = None
    environment: str = "production"
    shadow: float | None = None
    because: str = ""


class Rollback(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="rollback"):
    """Drop the canary, else return to the version that was live before."""

    because: str


class Watch(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="watch"):
    """Judge the windows of live decisions that are over, and say what follows."""


class Silence(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="incident_silence"):
    """Tell nobody of an incident until a time, with the reason; the record goes on."""

    incident: Number
    until: datetime
    because: str


class Acknowledge(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="incident_acknowledge"
):
    """Say that one takes care of an incident, and how."""

    incident: Number
    because: str


class Comment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="comment"):
    """Say something of a version or an incident, on record; @NAME is told so on their home page."""

    text: str
    version: str = ""
    incident: Number = 0


class Vouch(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="incident_vouch"):
    """Say that the labels which an incident doubts are right, with the reason; then they count."""

    incident: Number
    because: str


class SendDigests(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="digest_send"):
    """Put the digest of this week aside for every channel that takes one, and tell what waits."""


class Deliver(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="incident_deliver"):
    """Tell what waits to be told of incidents, on every channel that is configured."""


class Run(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="run"):
    """Do what is outstanding, in order, until nothing is or a person must act."""

    environment: str = "production"


class Features(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="features"):
    """Write the decisions since a time as the records a request carries, one JSON per line."""

    since: datetime
    out: str = ""


class RefreshContext(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="context_refresh"
):
    """Make the views of context that doors look up anew, of all that is known now."""


class Score(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="score"):
    """Answer a batch: decisions of a period, or of another table, into files by partition.

    table: in place of the contract's decisions; since, until: the period, UTC. out: a folder, or a
    file that ends in .parquet. partition: hour, day, month, year or all. version: not the live one.
    """

    table: str = ""
    since: datetime | None = None
    until: datetime | None = None
    out: str = ""
    partition: str = ""
    version: str = ""


class Labels(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="labels"):
    """Take in what became of earlier decisions: a file of key, label and known_at."""

    file: str


class SendLabels(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="labels_send"):
    """Take in labels by content: CSV, Parquet or JSON lines, as the ending of the name says."""

    name: str
    content: bytes


class AskLabels(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="labels_ask"):
    """Draw decisions to be labelled next, as many as this and the budget allow; to a file."""

    count: int
    out: str = ""


class Trust(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="trust"):
    """Bind the key of a name to a role, in the trust file.

    key: the beginning of the id of a key that they offered from a browser, of this project; empty:
    the one that lies in the keys folder.
    """

    name: str
    role: str
    key: str = ""


class NewKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="key_new"):
    """Make a key and keep it in the keys folder."""

    name: str


class NewPseudonyms(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="key_pseudonyms"):
    """Make the key of pseudonyms in the keys folder, once."""


class NewToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="token_new"):
    """Give a caller of a door a token, for models and actions, for a number of days."""

    name: str
    models: tuple[str, ...]
    actions: tuple[str, ...] = ("predict",)
    days: Days = 90


class RevokeToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="token_revoke"):
    """Take a token back; doors follow within a second."""

    name: str


class Schedule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="schedule_set"):
    """Give a job a rhythm: cron's five fields, or `each window`; empty: stop it."""

    job: str
    rhythm: str
    zone: str = "UTC"


class Unschedule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="schedule_reset"):
    """Give a job back the rhythm that it has by itself."""

    job: str


class RunNow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="schedule_now"):
    """Plan a job for now, to be done by a worker."""

    job: str


class CancelRun(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="run_cancel"):
    """Call off a run that is not over, with the reason; what is done of it stays done."""

    run: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
    because: str


class Grant(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="people_grant"):
    """Give somebody a role, for one model or all (`*`), for good or for a number of days."""

    name: str
    role: str
    model: str = "*"
    days: Days | None = None


class Withdraw(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="people_withdraw"):
    """Take a role from somebody."""

    name: str
    role: str
    model: str = "*"


class Invite(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="people_invite"):
    """Make a link, good once, by which somebody who has a role sets a password."""

    name: str
    hours: Days = 24


class GiveToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="people_token"):
    """Give somebody, or a service, a token of the control plane; scopes narrow it, none: all."""

    name: str
    label: str
    scopes: tuple[str, ...] = ()
    days: Days = 90


class OwnToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="people_token_own"):
    """The same for whoever asks, never wider than what they ask with."""

    label: str
    scopes: tuple[str, ...] = ()
    days: Days = 90


class TakeBack(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="people_revoke"):
    """End a token of somebody; without a label everything they could sign in with."""

    name: str
    label: str = ""


class DropToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="people_token_drop"):
    """End a token of whoever asks."""

    label: str


class OfferKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="people_key"):
    """Put the public key of whoever asks on record, 32 bytes in hex; it counts once trusted."""

    public: str


class Backup(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="backup"):
    """Copy the ledger and everything it points to into a new folder."""

    folder: str


class Restore(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="restore"):
    """Bring a verified copy back into a project without state."""

    folder: str


OfModel = (
    Assess
    | Build
    | Certify
    | Waive
    | SendWaiver
    | Approve
    | Countersign
    | Reject
    | Deploy
    | Rollback
    | Watch
    | Run
    | Silence
    | Acknowledge
    | Comment
    | Vouch
    | Deliver
    | Schedule
    | Unschedule
    | RunNow
    | CancelRun
    | Features
    | RefreshContext
    | Score
    | Labels
    | SendLabels
    | AskLabels
    | Backup
)


class TellImpact(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="impact_tell"):
    """Say beforehand what a change of a column would do, on record and to whom it concerns.

    All fields: as of the query.
    """

    field: str
    becomes: str
    rows: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 2000
    days: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 30


class ProposeConflicts(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="conflicts_propose"
):
    """Look for conflicts between columns; what is found stays on record."""


class SettleConflict(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="conflict_settle"
):
    """Decide about a conflict between columns, for good. id: as it is proposed."""

    id: str
    accept: bool
    because: str


OfKeys = NewKey | NewPseudonyms | Trust | NewToken | RevokeToken
OfPeople = Grant | Withdraw | Invite | GiveToken | OwnToken | TakeBack | DropToken | OfferKey
Command = (
    Init
    | ImportContract
    | AssessAll
    | OfKeys
    | Restore
    | OfPeople
    | SendDigests
    | TellImpact
    | ProposeConflicts
    | SettleConflict
    | OfModel
)
