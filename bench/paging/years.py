"""A team of many models with years of history: one model that was really built, told many times.

What its real build, certificate, approval and deployment left on record is told again for each
model and each of its versions; looks of every day are beside it, with blobs as a look leaves them.
All of it is chained, hashed and projected by the ledger's own code, many events in a transaction.
"""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

from bench.form import progress
from bench.servers import project as lived
from bench.servers import table
from mainstay.bundle.layout import PROFILE
from mainstay.control import project
from mainstay.control.looks import Seen
from mainstay.core import clock, digest
from mainstay.core.nouns import Actor, Estimate, Event, Evidence, Limit, Verdict, Window
from mainstay.core.places import Places
from mainstay.data.live import Counts
from mainstay.data.profile import Profile
from mainstay.ledger import blobs, chain, projections
from mainstay.ledger.chain import Act
from mainstay.ledger.store import Ledger
from mainstay.life.watch.order import Profiled

ACTOR = Actor("bench")
POOL = 40
"""Different looks; real ones repeat less, but a page reads as many."""
EACH = 1_000
"""Events in a transaction."""
EVERY = 90
"""Days of a version; a third of it between incidents."""
MADE = ("ContractRegistered", "Built", "HoldoutOpened", "Certified", "Approved", "Deployed")


class Told(NamedTuple):
    """folder: of the team. real: what was really recorded of one model.

    contracts: digests, by model. looks: blobs of each, by the number of the version.
    """

    folder: Path
    contracts: dict[str, str]
    real: dict[str, dict[str, Any]]
    looks: dict[int, list[list[str]]]


class Moment(NamedTuple):
    """What happened when."""

    at: datetime
    act: Act


def team(folder: Path, models: int, days: int, seed: int) -> Path:
    """A team of so many models, each with so many days of history; keys beside it.

    The model that is told many times is built in `origin`, unless it lies there already.
    """
    made = folder / "origin"
    if not made.is_dir():
        lived.lived(made, table.made(6_000, clock.now(), seed))
    place = folder / "team"
    place.mkdir()
    (place / "team.toml").touch()
    names = [f"model-{number:03}" for number in range(models)]
    for name in names:
        _project(made, place / name, name)
    contracts = {name: project.contract(place / name / "contract.yaml").digest for name in names}
    looks = {one: _looks(made, place / names[0], seed, one) for one in range(1, days // EVERY + 2)}
    told = Told(place, contracts, _recorded(made), looks)
    with Ledger(Places(place).ledger) as ledger:
        _copied(made, ledger.blobs)
        _written(ledger, told, names, days)
    return place


def _project(origin: Path, folder: Path, name: str) -> None:
    """Its contract under another name, and links to what is the same."""
    state = Places(folder).state
    state.mkdir(parents=True)
    text = (origin / "contract.yaml").read_text(encoding="utf-8")
    (folder / "contract.yaml").write_text(text.replace("model: bench", f"model: {name}"))
    for file in ("features.py", "model.py"):
        shutil.copy(origin / file, folder / file)
    for kind in ("bundles", "environments", "snapshots"):
        if (Places(origin).state / kind).is_dir():
            (state / kind).symlink_to((Places(origin).state / kind).resolve())


def _recorded(origin: Path) -> dict[str, dict[str, Any]]:
    """The newest payload of each kind that made a version."""
    with Ledger(Places(origin).ledger) as ledger:
        return {event.kind: event.payload for event in ledger.events(kind=MADE)}


def _copied(origin: Path, target: Path) -> None:
    shutil.copytree(Places(origin).blobs, target, dirs_exist_ok=True)


def _looks(origin: Path, first: Path, seed: int, version: int) -> list[list[str]]:
    """Blobs of looks at a version: what one leaves to the next, and its evidence."""
    (bundle,) = Places(origin).bundles.iterdir()
    trained = msgspec.json.decode((bundle / PROFILE).read_bytes(), type=Profile)
    random, now = np.random.default_rng((seed, version)), clock.now()
    window = Window(now - timedelta(days=1), now)
    folder = Places(first).blobs
    found = []
    for _ in range(POOL):
        counts = Counts(1000, 1000, 0, 0, 0, 900, 0, 100)
        seen = Seen((Profiled(window, f"v{version}", trained, counts),))
        some = tuple(_evidence(random))
        found.append([blobs.stored(folder, digest.canonical(one)) for one in (seen, some)])
    return found


def _evidence(random: np.random.Generator) -> Iterator[Evidence]:
    """As many as a look at 35 inputs has."""
    limit = Limit("at_least", 0.6)
    for clause in ("realised, roc_auc", "estimated, roc_auc", "realised, value_per_1000"):
        yield _one(clause, float(random.normal(0.7, 0.02)), limit)
    for name in (*table.COLUMNS, "schema", "freshness", "answered"):
        shift = float(abs(random.normal(0, 0.02)))
        yield _one(f"drift, {name}", shift, Limit("at_most", 0.1))


def _one(clause: str, value: float, limit: Limit) -> Evidence:
    estimate = Estimate(value, value - 0.01, value + 0.01, 1000, "")
    return Evidence(
        clause, "v1", "live answers", "as the watch does", estimate=estimate, limit=limit,
        verdict=Verdict.PASS,
    )  # fmt: skip


def _written(ledger: Ledger, told: Told, names: list[str], days: int) -> None:
    """Day by day over all models, as it would have come."""
    since = clock.now() - timedelta(days=days + 1)
    written, batch = 0, list[Moment]()
    for day in range(days):
        at = since + timedelta(days=day)
        for number, name in enumerate(names):
            batch += _day(told, name, number, day, at)
        if len(batch) >= EACH or day == days - 1:
            _appended(ledger, batch)
            written += len(batch)
            batch = []
        if day % 100 == 0:
            progress(f"day {day}: {written:,} events")
    progress(f"{written:,} events of {len(names)} models")


def _day(told: Told, name: str, number: int, day: int, at: datetime) -> Iterator[Moment]:
    """A version each quarter, a look each day, an incident each month that lasts four days."""
    version, later = day // EVERY + 1, at + timedelta(hours=2)
    if day % EVERY == 0:
        for act in _version(told, name, version):
            yield Moment(at, act)
    seen, evidence = told.looks[version][(day + number) % POOL]
    span = {"since": at.isoformat(), "until": (at + timedelta(days=1)).isoformat()}
    yield Moment(at, Act("LabelsReceived", name, ACTOR, {"rows": 900, "new": 900}))
    judged = {"version": f"v{version}", **span, "windows": 1, "blobs": [seen, evidence]}
    yield Moment(later, Act("WindowJudged", name, ACTOR, judged))
    kept = {"version": f"v{version}", "act": "keep", "verdict": "pass", "because": "all holds"}
    yield Moment(later, Act("Decided", name, ACTOR, kept))
    if (day + number) % 30 == 0:
        yield Moment(later, Act("IncidentOpened", name, ACTOR, _broken(at)))
    if day % 60 == 7:
        text = {"number": version, "text": "looked at it, fine", "mentions": []}
        yield Moment(later, Act("Commented", name, Actor("ana"), text))
    if number == 0:
        yield Moment(later, Act("HeadPublished", name, ACTOR, {"head": ""}))


def _version(told: Told, name: str, version: int) -> Iterator[Act]:
    sha = told.contracts[name]
    if version == 1:
        said = {**told.real["ContractRegistered"], "digest": sha, "revision": 1}
        yield Act("ContractRegistered", name, ACTOR, said)
    for kind in ("Built", "HoldoutOpened", "Certified", "Approved"):
        own = {"number": version, "contract": sha}
        said = {key: own.get(key, value) for key, value in told.real[kind].items()}
        yield Act(kind, name, ACTOR, said)
    shares = [{**one, "version": version} for one in told.real["Deployed"]["shares"]]
    routed = {**told.real["Deployed"], "sequence": version, "shares": shares}
    yield Act("Deployed", name, ACTOR, routed)


def _broken(at: datetime) -> dict[str, Any]:
    window = {"since": at.isoformat(), "until": (at + timedelta(days=1)).isoformat()}
    what = "n1 moved"
    return {
        "clause": "drift", "what": what, "columns": ["n1"],
        "finding": {
            "clause": "drift", "columns": ["n1"], "what": what, "cause": "the source changed",
            "owner": "bench", "action": "ask its owner", "verdict": "fail", "window": window,
        },
        "standing": {"urgency": "today", "why": "a source is in error", "source": "table.csv"},
    }  # fmt: skip


def _appended(ledger: Ledger, some: list[Moment]) -> None:
    """In one transaction; incidents of four days ago are closed by the way."""
    insert = f"INSERT INTO event ({chain.COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
    with ledger.transaction():
        last = ledger.head()
        for moment in (*some, *_over(ledger, some[-1].at)):
            row = chain.linked(last, moment.at, moment.act)
            ledger.change(insert, *row)
            last = chain.Head(row.seq, row.hash)
            projections.apply(_event(row, moment), partial(_followed, ledger))


def _over(ledger: Ledger, now: datetime) -> Iterator[Moment]:
    before = projections.text(now - timedelta(days=4))
    query = "SELECT id, model FROM incident WHERE closed = '' AND opened < ?"
    for number, model in ledger.rows(query, before):
        yield Moment(now, Act("IncidentClosed", model, ACTOR, {"incident": number}))


def _event(row: chain.Row, moment: Moment) -> Event:
    kind, subject, actor, payload = moment.act
    return Event(row.seq, moment.at, kind, subject, actor, payload, row.previous, row.hash)


def _followed(ledger: Ledger, statement: str, values: tuple[Any, ...]) -> int:
    return ledger.change(statement, *values)
