"""What follows from each event: the statements that bring the tables of current state up to date.

Pure: the same events always give the same tables, so they can be made anew from the record alone.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, NamedTuple, TypeVar

import msgspec

from mainstay.core import digest
from mainstay.core.errors import Bug, Conflict
from mainstay.core.nouns import Event
from mainstay.ledger.database import Value

Payload = TypeVar("Payload")
Count = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]


class Statement(NamedTuple):
    """SQL and its values; with a refusal, a statement that changes no row is refused with it."""

    sql: str
    values: tuple[Value, ...]
    refusal: str = ""


class ContractRegistered(msgspec.Struct, frozen=True):
    digest: str
    revision: Count


class Built(msgspec.Struct, frozen=True):
    number: Count
    bundle: str
    contract: str


class HoldoutOpened(msgspec.Struct, frozen=True):
    contract: str
    since: datetime
    until: datetime


class Judged(msgspec.Struct, frozen=True):
    number: Count


class Sealed(msgspec.Struct, frozen=True):
    number: Count
    certificate: str


class Share(msgspec.Struct, frozen=True):
    version: Count
    share: Annotated[float, msgspec.Meta(ge=0, le=1)]


class Deployed(msgspec.Struct, frozen=True):
    sequence: Count
    shares: tuple[Share, ...]


class IncidentOpened(msgspec.Struct, frozen=True):
    clause: str
    what: str


class IncidentClosed(msgspec.Struct, frozen=True):
    incident: Count


class IncidentSilenced(msgspec.Struct, frozen=True):
    incident: Count
    until: datetime
    because: str


class Granted(msgspec.Struct, frozen=True):
    name: str
    role: str
    model: str
    expires: datetime | None = None


class Scheduled(msgspec.Struct, frozen=True):
    """rhythm: empty where the job is stopped."""

    job: str
    rhythm: str
    zone: str


class Unscheduled(msgspec.Struct, frozen=True):
    job: str


class StepDone(msgspec.Struct, frozen=True):
    key: str
    result: dict[str, object]


def statements(event: Event) -> tuple[Statement, ...]:
    """What an event changes, in order; nothing for kinds that only the record keeps.

    Raises Bug for a payload without what its kind must say.
    """
    effect = EFFECTS.get(event.kind)
    return effect(event) if effect else ()


def apply(event: Event, execute: Callable[[str, tuple[Value, ...]], int]) -> None:
    """Carry them out; execute: SQL, values -> rows changed. Raises Conflict for a refusal."""
    for statement in statements(event):
        changed = execute(statement.sql, statement.values)
        if statement.refusal and not changed:
            raise Conflict(statement.refusal, hint="mainstay status shows the present state")


def text(moment: datetime) -> str:
    """A time as the tables hold it: ISO 8601 in UTC, so that equal times are equal text."""
    return moment.astimezone(UTC).isoformat()


def _said(event: Event, kind: type[Payload]) -> Payload:
    try:
        return msgspec.convert(event.payload, kind, strict=True)
    except msgspec.ValidationError as error:
        raise Bug(f"the payload of {event.kind} does not say enough: {error}") from error


def _contract(event: Event) -> tuple[Statement, ...]:
    said = _said(event, ContractRegistered)
    return (
        Statement(
            "INSERT INTO model (name, sequence, seq) VALUES (?, 0, ?) ON CONFLICT DO NOTHING",
            (event.subject, event.seq),
        ),
        Statement(
            "INSERT INTO contract (model, revision, digest, seq) VALUES (?, ?, ?, ?)",
            (event.subject, said.revision, said.digest, event.seq),
        ),
    )


def _built(event: Event) -> tuple[Statement, ...]:
    said = _said(event, Built)
    insert = (
        "INSERT INTO version (model, number, bundle, contract, status, certificate, seq)"
        " VALUES (?, ?, ?, ?, 'built', '', ?)"
    )
    return (Statement(insert, (event.subject, said.number, said.bundle, said.contract, event.seq)),)


def _holdout(event: Event) -> tuple[Statement, ...]:
    said = _said(event, HoldoutOpened)
    upsert = (
        "INSERT INTO holdout (model, contract, since, until, looks, seq) VALUES (?, ?, ?, ?, 1, ?)"
        " ON CONFLICT (model, contract, since, until)"
        " DO UPDATE SET looks = holdout.looks + 1, seq = excluded.seq"
    )
    window = (text(said.since), text(said.until))
    return (Statement(upsert, (event.subject, said.contract, *window, event.seq)),)


def _sealed(status: str, *before: str) -> Callable[[Event], tuple[Statement, ...]]:
    """A certificate and the status it brings, for a version in one of the states before."""

    def effect(event: Event) -> tuple[Statement, ...]:
        said = _said(event, Sealed)
        change = "status = ?, certificate = ?, seq = ?"
        values = (status, said.certificate, event.seq)
        return (_version(event, said.number, before, change, values),)

    return effect


def _judged(status: str, *before: str) -> Callable[[Event], tuple[Statement, ...]]:
    """A status without a certificate, for a version in one of the states before."""

    def effect(event: Event) -> tuple[Statement, ...]:
        said = _said(event, Judged)
        values = (status, event.seq)
        return (_version(event, said.number, before, "status = ?, seq = ?", values),)

    return effect


def _refused(event: Event) -> tuple[Statement, ...]:
    """A version short of a gate; an approved one stays approved until its certificate ends."""
    said = _said(event, Judged)
    change = "status = CASE status WHEN 'approved' THEN status ELSE 'refused' END, seq = ?"
    before = ("built", "refused", "certified", "approved")
    return (_version(event, said.number, before, change, (event.seq,)),)


def _version(
    event: Event, number: int, before: tuple[str, ...], change: str, values: tuple[Value, ...]
) -> Statement:
    states = ", ".join(f"'{state}'" for state in before)
    return Statement(
        f"UPDATE version SET {change} WHERE model = ? AND number = ? AND status IN ({states})",  # noqa: S608
        (*values, event.subject, number),
        f"v{number} is not {' or '.join(before)}",
    )


def _deployed(event: Event) -> tuple[Statement, ...]:
    said = _said(event, Deployed)
    rise = Statement(
        "UPDATE model SET sequence = ?, seq = ? WHERE name = ? AND sequence < ?",
        (said.sequence, event.seq, event.subject, said.sequence),
        f"sequence {said.sequence} does not rise",
    )
    insert = "INSERT INTO deployment (model, sequence, version, share, seq) VALUES (?, ?, ?, ?, ?)"
    shares = (
        Statement(insert, (event.subject, said.sequence, one.version, one.share, event.seq))
        for one in said.shares
    )
    return (rise, *shares)


def _incident_opened(event: Event) -> tuple[Statement, ...]:
    said = _said(event, IncidentOpened)
    insert = (
        "INSERT INTO incident (id, model, clause, what, opened, closed, seq)"
        " VALUES (?, ?, ?, ?, ?, '', ?)"
    )
    values = (event.seq, event.subject, said.clause, said.what, text(event.time), event.seq)
    return (Statement(insert, values),)


def _incident_closed(event: Event) -> tuple[Statement, ...]:
    said = _said(event, IncidentClosed)
    return (
        Statement(
            "UPDATE incident SET closed = ?, seq = ? WHERE id = ? AND model = ? AND closed = ''",
            (text(event.time), event.seq, said.incident, event.subject),
            f"there is no open incident {said.incident}",
        ),
    )


def _incident_changed(event: Event) -> tuple[Statement, ...]:
    """Its row says by which event it was last spoken of; what changed stands in the event."""
    said = _said(event, IncidentClosed)
    return (_open_incident(event, said.incident),)


def _incident_silenced(event: Event) -> tuple[Statement, ...]:
    said = _said(event, IncidentSilenced)
    upsert = (
        "INSERT INTO silence (incident, model, until, because, seq) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (incident) DO UPDATE SET until = excluded.until,"
        " because = excluded.because, seq = excluded.seq"
    )
    values = (said.incident, event.subject, text(said.until), said.because, event.seq)
    return (_open_incident(event, said.incident), Statement(upsert, values))


def _open_incident(event: Event, incident: int) -> Statement:
    return Statement(
        "UPDATE incident SET seq = ? WHERE id = ? AND model = ? AND closed = ''",
        (event.seq, incident, event.subject),
        f"there is no open incident {incident}",
    )


def _granted(event: Event) -> tuple[Statement, ...]:
    said = _said(event, Granted)
    upsert = (
        "INSERT INTO granted (name, role, model, expires, seq) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (name, role, model) DO UPDATE SET expires = excluded.expires,"
        " seq = excluded.seq"
    )
    expires = text(said.expires) if said.expires else ""
    return (Statement(upsert, (said.name, said.role, said.model, expires, event.seq)),)


def _withdrawn(event: Event) -> tuple[Statement, ...]:
    said = _said(event, Granted)
    delete = "DELETE FROM granted WHERE name = ? AND role = ? AND model = ?"
    what = f"{said.name} is not {said.role} of {said.model}"
    return (Statement(delete, (said.name, said.role, said.model), what),)


def _scheduled(event: Event) -> tuple[Statement, ...]:
    said = _said(event, Scheduled)
    upsert = (
        "INSERT INTO schedule (model, job, rhythm, zone, seq) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (model, job) DO UPDATE SET rhythm = excluded.rhythm,"
        " zone = excluded.zone, seq = excluded.seq"
    )
    return (Statement(upsert, (event.subject, said.job, said.rhythm, said.zone, event.seq)),)


def _unscheduled(event: Event) -> tuple[Statement, ...]:
    said = _said(event, Unscheduled)
    delete = "DELETE FROM schedule WHERE model = ? AND job = ?"
    what = f"{said.job} has no rhythm of its own"
    return (Statement(delete, (event.subject, said.job), what),)


def _step(event: Event) -> tuple[Statement, ...]:
    said = _said(event, StepDone)
    result = digest.canonical(said.result).decode()
    insert = "INSERT INTO step (key, result, seq) VALUES (?, ?, ?)"
    return (Statement(insert, (said.key, result, event.seq)),)


EFFECTS: dict[str, Callable[[Event], tuple[Statement, ...]]] = {
    "ContractRegistered": _contract,
    "Built": _built,
    "HoldoutOpened": _holdout,
    "Certified": _sealed("certified", "built", "refused", "certified"),
    "CertificateRefused": _refused,
    "Approved": _sealed("approved", "certified"),
    "Rejected": _judged("rejected", "certified"),
    "Renewed": _sealed("certified", "approved"),
    "Deployed": _deployed,
    "RolledBack": _deployed,
    "IncidentOpened": _incident_opened,
    "IncidentChanged": _incident_changed,
    "IncidentSilenced": _incident_silenced,
    "IncidentClosed": _incident_closed,
    "Granted": _granted,
    "Withdrawn": _withdrawn,
    "Scheduled": _scheduled,
    "Unscheduled": _unscheduled,
    "StepDone": _step,
}
