"""`assess --foresee`: models are fitted to see how long one lasts and what more records bring."""

from pathlib import Path

import msgspec

from mainstay.control.project import Project
from mainstay.core import digest
from mainstay.core.nouns import Evidence
from mainstay.life.assess.foreseen import Rows, foreseen
from mainstay.life.build import build as life
from mainstay.life.build import fitting
from mainstay.life.build.build import Order, Started
from mainstay.trainer import training, warm
from mainstay.trainer.scored import numbers
from mainstay.trainer.training import Learned

KEPT = "backtests"


def foreseeing(project: Project, order: Order, started: Started) -> tuple[Evidence, ...]:
    """On training rows alone, the hold-out stays closed. Raises what building raises.

    What was fitted is kept in the work folder: a run that was stopped goes on.
    """
    document, places, contract = project.document, project.places, project.document.contract
    train = started.periods.train
    learned = training.learned(document, places, started.connection, started.rows, train)
    prepared = fitting.prepared(contract, learned, places)
    when = numbers(prepared.columns[contract.data.decisions.time])
    rows = Rows(prepared.training, when, _kept(project, started, learned))
    locked = life.locked(order)
    with warm.worker(locked.environment, seed=contract.train.seed) as worker:
        found = tuple(foreseen(worker, contract, rows, tell=project.tell))
    stated = {"population": f"training rows, {len(when):,} with a label", "window": train}
    return tuple(msgspec.structs.replace(one, **stated) for one in found)


def _kept(project: Project, started: Started, learned: Learned) -> Path:
    """Fits of the same code, inputs, seed and rows."""
    of = {
        "code": started.inputs["code"],
        "rows": learned.dataset.digest,
        "task": project.document.contract.objective.task,
        "seed": project.document.contract.train.seed,
    }
    return project.places.work / KEPT / digest.of_value(of)
