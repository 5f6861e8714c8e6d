"""The present state, asked of the tables that follow from the events."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

import msgspec

from mainstay.core.errors import Missing
from mainstay.core.nouns import Window
from mainstay.ledger.projections import HoldoutOpened, Share, text
from mainstay.ledger.store import Ledger

PAGE = 400
"""Names in one question: SQLite puts no more together than 500."""
_INCIDENT = "SELECT id, model, clause, what, opened, closed, seq FROM incident"
Status = Literal["built", "refused", "certified", "approved", "rejected"]


class Contract(msgspec.Struct, frozen=True):
    """A contract on record; seq is the event that registered it."""

    model: str
    revision: int
    digest: str
    seq: int


class Version(msgspec.Struct, frozen=True):
    """A version as it stands; certificate is the digest of a blob, empty before the first one."""

    model: str
    number: int
    bundle: str
    contract: str
    status: Status
    certificate: str
    seq: int


class Deployment(msgspec.Struct, frozen=True):
    """Who gets which share of the traffic, under a sequence that only rises."""

    model: str
    sequence: int
    shares: tuple[Share, ...]
    seq: int


class Incident(msgspec.Struct, frozen=True):
    """A clause broken in the field; id is the event that opened it, closed empty while it lasts."""

    id: int
    model: str
    clause: str
    what: str
    opened: str
    closed: str
    seq: int


class Silence(msgspec.Struct, frozen=True):
    """Nobody is told of an incident before `until`, ISO 8601 in UTC; seq is the event."""

    incident: int
    until: str
    because: str
    seq: int


class Granted(msgspec.Struct, frozen=True):
    """A role of somebody; model: one, or `*` for all; expires: ISO 8601 in UTC, empty for never."""

    name: str
    role: str
    model: str
    expires: str
    seq: int


class Schedule(msgspec.Struct, frozen=True):
    """A rhythm that somebody gave a job; empty where they stopped it; seq is the event."""

    model: str
    job: str
    rhythm: str
    zone: str
    seq: int


def models(ledger: Ledger) -> tuple[str, ...]:
    """Every model with a registered contract."""
    return tuple(name for (name,) in ledger.rows("SELECT name FROM model ORDER BY name"))


def contracts(ledger: Ledger, model: str) -> tuple[Contract, ...]:
    """Every one registered, oldest first."""
    query = "SELECT model, revision, digest, seq FROM contract WHERE model = ? ORDER BY revision"
    return tuple(Contract(*row) for row in ledger.rows(query, model))


def contract(ledger: Ledger, model: str) -> Contract | None:
    """The newest one registered."""
    known = contracts(ledger, model)
    return known[-1] if known else None


def versions(ledger: Ledger, model: str) -> tuple[Version, ...]:
    """Every version built, oldest first."""
    query = (
        "SELECT model, number, bundle, contract, status, certificate, seq FROM version"
        " WHERE model = ? ORDER BY number"
    )
    return tuple(Version(*row) for row in ledger.rows(query, model))


def standing(ledger: Ledger, *statuses: Status, most: int = 1000) -> tuple[Version, ...]:
    """Versions of all models that stand so, what was said last first, so many at most."""
    places = ", ".join("?" * len(statuses))
    query = (
        "SELECT model, number, bundle, contract, status, certificate, seq FROM version"  # noqa: S608 - question marks
        f" WHERE status IN ({places}) ORDER BY seq DESC LIMIT ?"
    )
    return tuple(Version(*row) for row in ledger.rows(query, *statuses, most))


def spoken(ledger: Ledger, names: Iterable[str]) -> dict[str, int]:
    """By model, the number of the newest event about it; 0 before any."""
    found, every = dict[str, int](), tuple(names)
    for at in range(0, len(every), PAGE):
        some = every[at : at + PAGE]
        asked = " UNION ALL ".join(["SELECT ? AS name"] * len(some))
        query = (
            "SELECT asked.name, coalesce((SELECT max(event.seq) FROM event"  # noqa: S608 - question marks
            f" WHERE event.subject = asked.name), 0) FROM ({asked}) AS asked"
        )
        found |= dict(ledger.rows(query, *some))
    return found


def version(ledger: Ledger, model: str, number: int) -> Version:
    """One version. Raises Missing with the ones there are."""
    known = versions(ledger, model)
    found = next((one for one in known if one.number == number), None)
    if found is None:
        listed = ", ".join(f"v{one.number}" for one in known)
        raise Missing(
            f"{model} has no version v{number}",
            hint=f"known: {listed}" if known else "mainstay build",
        )
    return found


def looks(ledger: Ledger, model: str, window: Window) -> int:
    """How often the held-out rows of this window were opened, under whatever contract."""
    query = (
        "SELECT coalesce(sum(looks), 0) FROM holdout WHERE model = ? AND since = ? AND until = ?"
    )
    found = ledger.rows(query, model, text(window.since), text(window.until))
    return int(found[0][0])


def tried(ledger: Ledger, model: str, window: Window) -> tuple[int, ...]:
    """The versions that were judged on the held-out rows of this window, in order, each once."""
    events = ledger.events(kind="HoldoutOpened", subject=model)
    numbers = (
        one.payload["number"]
        for one in events
        for said in [msgspec.convert(one.payload, HoldoutOpened, strict=False)]
        if Window(said.since, said.until) == window and "number" in one.payload
    )
    return tuple(dict.fromkeys(numbers))


def deployments(ledger: Ledger, model: str) -> tuple[Deployment, ...]:
    """Every deployment, the present one last."""
    query = (
        "SELECT sequence, version, share, seq FROM deployment"
        " WHERE model = ? ORDER BY sequence, version"
    )
    grouped: dict[int, list[tuple[Any, ...]]] = {}
    for row in ledger.rows(query, model):
        grouped.setdefault(row[0], []).append(row)
    return tuple(
        Deployment(model, sequence, tuple(Share(row[1], row[2]) for row in rows), rows[0][3])
        for sequence, rows in grouped.items()
    )


def incidents(ledger: Ledger, model: str) -> tuple[Incident, ...]:
    """Every incident, oldest first, the closed ones too."""
    rows = ledger.rows(f"{_INCIDENT} WHERE model = ? ORDER BY id", model)
    return tuple(Incident(*row) for row in rows)


def open_incidents(ledger: Ledger, model: str = "") -> tuple[Incident, ...]:
    """Those open now, by model and oldest first; of all models where none is named."""
    query = f"{_INCIDENT} WHERE closed = '' AND (? = '' OR model = ?) ORDER BY model, id"
    return tuple(Incident(*row) for row in ledger.rows(query, model, model))


def closed_incidents(ledger: Ledger, most: int, model: str = "") -> tuple[Incident, ...]:
    """The newest so many that are over, oldest of them first."""
    query = f"{_INCIDENT} WHERE closed <> '' AND (? = '' OR model = ?) ORDER BY id DESC LIMIT ?"
    return tuple(Incident(*row) for row in ledger.rows(query, model, model, most)[::-1])


def incident(ledger: Ledger, number: int) -> Incident | None:
    """By its number, of whichever model."""
    rows = ledger.rows(f"{_INCIDENT} WHERE id = ?", number)
    return Incident(*rows[0]) if rows else None


def moment(written: str) -> datetime:
    """A time as the tables hold it."""
    return datetime.fromisoformat(written)


def silences(ledger: Ledger) -> dict[int, Silence]:
    """The newest of each incident, of all models; also those that are over."""
    found = ledger.rows("SELECT incident, until, because, seq FROM silence")
    return {row[0]: Silence(*row) for row in found}


def grants(ledger: Ledger, name: str = "") -> tuple[Granted, ...]:
    """Every role somebody has, those that ran out too; of everybody where no name is given."""
    query = (
        "SELECT name, role, model, expires, seq FROM granted WHERE ? = '' OR name = ?"
        " ORDER BY name, role, model"
    )
    return tuple(Granted(*row) for row in ledger.rows(query, name, name))


def schedules(ledger: Ledger, model: str) -> dict[str, Schedule]:
    """By job, those that somebody gave."""
    query = "SELECT model, job, rhythm, zone, seq FROM schedule WHERE model = ? ORDER BY job"
    found = (Schedule(*row) for row in ledger.rows(query, model))
    return {one.job: one for one in found}
