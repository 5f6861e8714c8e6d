"""What can be asked of the control plane that changes something, as values."""

from datetime import datetime

import msgspec

from mainstay.core.weighing import Weighing


class Init(msgspec.Struct, frozen=True, tag="init"):
    """Propose a contract, features.py and model.py from a table; overwrites nothing."""

    table: str
    label: str
    time: str | None = None
    key: str | None = None
    model: str = ""


class Assess(msgspec.Struct, frozen=True, tag="assess"):
    """Is it worth it, is the data enough and right? since, until: the period, UTC.

    foresee: fit models, too, to see how long one lasts and what more records bring.
    """

    since: datetime | None = None
    until: datetime | None = None
    foresee: bool = False


class Build(msgspec.Struct, frozen=True, tag="build"):
    """Train on a period and pack a bundle: a new version, unless nothing changed.

    weighing: which rows count more; None: all alike.
    """

    since: datetime | None = None
    until: datetime | None = None
    weighing: Weighing | None = None


class Certify(msgspec.Struct, frozen=True, tag="certify"):
    """Judge a version (empty: the newest) on its hold-out, or renewed on the newest mature one."""

    version: str = ""
    renew: bool = False
    environment: str = "production"


class Approve(msgspec.Struct, frozen=True, tag="approve"):
    """Countersign the certificate of a version, as the approver the contract names."""

    version: str
    because: str = ""


class Reject(msgspec.Struct, frozen=True, tag="reject"):
    """Refuse a version for good, with the reason."""

    version: str
    because: str


class Deploy(msgspec.Struct, frozen=True, tag="deploy"):
    """Let an approved version answer; share None: the canary's, all for one that has all.

    shadow: instead, let a built version score this share of what others answer; 0 ends it.
    because: why it goes on although an unforeseen event or a source stops promotion.
    """

    version: str
    share: float | None = None
    environment: str = "production"
    shadow: float | None = None
    because: str = ""


class Rollback(msgspec.Struct, frozen=True, tag="rollback"):
    """Drop the canary, else return to the version that was live before."""

    because: str


class Watch(msgspec.Struct, frozen=True, tag="watch"):
    """Judge the windows of live decisions that are over, and say what follows."""


class Silence(msgspec.Struct, frozen=True, tag="incident_silence"):
    """Tell nobody of an incident until a time, with the reason; the record goes on."""

    incident: int
    until: datetime
    because: str


class Vouch(msgspec.Struct, frozen=True, tag="incident_vouch"):
    """Say that the labels which an incident doubts are right, with the reason; then they count."""

    incident: int
    because: str


class Deliver(msgspec.Struct, frozen=True, tag="incident_deliver"):
    """Tell what waits to be told of incidents, on every channel that is configured."""


class Run(msgspec.Struct, frozen=True, tag="run"):
    """Do what is outstanding, in order, until nothing is or a person must act."""

    environment: str = "production"


class Features(msgspec.Struct, frozen=True, tag="features"):
    """Write the decisions since a time as the records a request carries, one JSON per line."""

    since: datetime
    out: str = ""


class Labels(msgspec.Struct, frozen=True, tag="labels"):
    """Take in what became of earlier decisions: a file of key, label and known_at."""

    file: str


class AskLabels(msgspec.Struct, frozen=True, tag="labels_ask"):
    """Draw decisions to be labelled next, as many as this and the budget allow; to a file."""

    count: int
    out: str = ""


class Trust(msgspec.Struct, frozen=True, tag="trust"):
    """Bind the key of a name to a role, in the trust file."""

    name: str
    role: str


class NewKey(msgspec.Struct, frozen=True, tag="key_new"):
    """Make a key and keep it in the keys folder."""

    name: str


class NewPseudonyms(msgspec.Struct, frozen=True, tag="key_pseudonyms"):
    """Make the key of pseudonyms in the keys folder, once."""


class NewToken(msgspec.Struct, frozen=True, tag="token_new"):
    """Give a caller of a door a token, for models and actions, for a number of days."""

    name: str
    models: tuple[str, ...]
    actions: tuple[str, ...] = ("predict",)
    days: int = 90


class RevokeToken(msgspec.Struct, frozen=True, tag="token_revoke"):
    """Take a token back; doors follow within a second."""

    name: str


class Backup(msgspec.Struct, frozen=True, tag="backup"):
    """Copy the ledger and everything it points to into a new folder."""

    folder: str


class Restore(msgspec.Struct, frozen=True, tag="restore"):
    """Bring a verified copy back into a project without state."""

    folder: str


OfModel = (
    Assess
    | Build
    | Certify
    | Approve
    | Reject
    | Deploy
    | Rollback
    | Watch
    | Run
    | Silence
    | Vouch
    | Deliver
    | Features
    | Labels
    | AskLabels
    | Backup
)
OfKeys = NewKey | NewPseudonyms | Trust | NewToken | RevokeToken
Command = Init | OfKeys | Restore | OfModel
