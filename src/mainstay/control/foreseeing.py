"""`assess --foresee`: models are fitted to see how long one lasts and what more records bring."""

from pathlib import Path
from typing import NamedTuple

import msgspec

from mainstay.bundle import environment, manifest, runtime
from mainstay.bundle.manifest import Manifest
from mainstay.contract.model import Contract
from mainstay.control.project import Project
from mainstay.core import clock, digest
from mainstay.core.errors import Mistake
from mainstay.core.nouns import Window
from mainstay.data import columns as memory
from mainstay.data import rules as data_rules
from mainstay.life.assess.foreseen import Foreseen, Rows, ages, foreseen
from mainstay.life.assess.foresight import Foresight
from mainstay.life.build import build as life
from mainstay.life.build import fitting
from mainstay.life.build.build import Order, Started
from mainstay.life.build.fitting import Prepared
from mainstay.stats.forecasts import library
from mainstay.trainer import training, warm
from mainstay.trainer.scored import numbers
from mainstay.trainer.training import Learned

KEPT = "backtests"


class _Scene(NamedTuple):
    """What is fitted on, and how many rows have a label."""

    rows: Rows
    population: str


def foreseeing(project: Project, order: Order, started: Started) -> Foreseen:
    """On training rows alone, the hold-out stays closed. Raises what building raises.

    What was fitted is kept in the work folder: a run that was stopped goes on.
    """
    scene, contract = _scene(project, started), project.document.contract
    with warm.worker(life.locked(order).environment, seed=contract.train.seed) as worker:
        found = foreseen(worker, scene.rows, tell=project.tell)
    stated = {"population": scene.population, "window": started.periods.train}
    placed = (msgspec.structs.replace(one, **stated) for one in found.evidence)
    return found._replace(evidence=tuple(placed))


def aged(project: Project, period: Window) -> Foresight | None:
    """How long alone, of the training rows of a period; None where there is too little past."""
    contract, order = project.document.contract, _order(project, period)
    scene = _scene(project, life.started(order))
    with warm.worker(life.locked(order).environment, seed=contract.train.seed) as worker:
        return ages(worker, scene.rows, library.shipped(), project.tell).foresight


def aged_by(project: Project, period: Window, bundle: str) -> Foresight | None:
    """The same by code, inputs, rules and environment of a bundle, on the rows as they are now.

    None also where these rows or this task are not what the bundle was made for.
    """
    contract, folder = project.document.contract, project.places.bundle(bundle)
    stated = manifest.read(folder, bundle)
    if stated.task != contract.objective.task:
        return None
    started = life.started(_order(project, period))
    try:
        rows = _rows_of(project, started, stated, bundle)
    except Mistake:
        return None
    made = environment.prepared(
        folder / runtime.LOCK, project.places.environments, python=stated.python
    )
    with warm.worker(made, seed=contract.train.seed) as worker:
        return ages(worker, rows, library.shipped(), project.tell).foresight


def _order(project: Project, period: Window) -> Order:
    return Order(
        project.document, project.places, period.since, period.until, clock.now(), project.tell
    )


def _rows_of(project: Project, started: Started, stated: Manifest, bundle: str) -> Rows:
    """Training rows that the rules of a bundle let through, as its code gets them."""
    contract, train = project.document.contract, started.periods.train
    known = training.mature(started.rows.table, contract, train)
    kept = data_rules.let_through(known, stated.rules)
    code = project.places.bundle(bundle) / runtime.CODE
    made = training.training(contract, kept, stated.outputs, code)
    prepared = Prepared(made, memory.fetched(training.in_time(kept, contract)))
    of = {"bundle": bundle, "sources": started.inputs["sources"], "train": train}
    return _rows(contract, prepared, project.places.work / KEPT / digest.of_value(of))


def _scene(project: Project, started: Started) -> _Scene:
    document, places, contract = project.document, project.places, project.document.contract
    train = started.periods.train
    learned = training.learned(document, places, started.connection, started.rows, train)
    prepared = fitting.prepared(contract, learned, places)
    rows = _rows(contract, prepared, _kept(project, started, learned))
    return _Scene(rows, f"training rows, {len(rows.when):,} with a label")


def _rows(contract: Contract, prepared: Prepared, kept: Path) -> Rows:
    when = numbers(prepared.columns[contract.data.decisions.time])
    return Rows(prepared.training, when, kept, fitting.ground(contract, prepared))


def _kept(project: Project, started: Started, learned: Learned) -> Path:
    """Fits of the same code, inputs, seed and rows."""
    of = {
        "code": started.inputs["code"],
        "rows": learned.dataset.digest,
        "task": project.document.contract.objective.task,
        "seed": project.document.contract.train.seed,
    }
    return project.places.work / KEPT / digest.of_value(of)
