"""The engine that will answer: the highest rung that says what the fitted model says.

A rung names an engine and how to open it, or says in one line why there is none. Each is proven;
the last, the model itself in its own process, needs no proof but that it repeats itself.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mainstay.bundle import edges, native, parity, runtime
from mainstay.bundle.layout import ULP
from mainstay.bundle.manifest import Kind
from mainstay.bundle.parity import Proof, Tried, Units
from mainstay.core.errors import Broken, Mistake, Unavailable
from mainstay.life.build import portable
from mainstay.life.build.candidate import Candidate, Making
from mainstay.trainer import importer
from mainstay.trainer.fit import Training
from mainstay.trainer.importer import Foreign


class Climbed(NamedTuple):
    """What will answer, its files by role, its proof; note: why no faster engine there is does, for

    the model's own process why there is none, or "".

    units: in which the proof measures, None for the last place of each score.
    """

    kind: Kind
    files: dict[str, Path]
    proof: Proof
    note: str
    units: Units | None = None


Rung = Callable[[Making], Iterable[Candidate | str]]
"""Its engines, the fastest first, each made when those before do not hold; why there are none."""


def climbed(making: Making) -> Climbed:
    """The first rung that holds; the files of those that do not are gone."""
    notes, unused = list[str](), list[str]()
    for one in chain.from_iterable(rung(making) for rung in RUNGS):
        made = one if isinstance(one, str) else _tried(one, making)
        if isinstance(made, Climbed):
            return made._replace(note="; ".join(unused))
        notes.append(made)
        unused += [] if isinstance(one, str) else [made]
    rows = making.training.rows
    itself = parity.compared(*(making.original(parity.ordinary(rows)) for _ in range(2)))
    return Climbed(
        "worker", {}, Proof(itself, tried=Tried(len(rows))), "; ".join(filter(None, notes))
    )


def library(making: Making) -> Iterator[Candidate | str]:
    """The model's own C library. Raises Mistake for inputs whose digits it would lose."""
    made = importer.exported(making.worker, making.training.inputs, making.folder)
    if isinstance(made, Foreign):
        yield made.why
        return
    forest = native.forest(made.kind, made.model)
    if forest.single:
        _refuse_lost_digits(making.training, made.kind)
    files = {runtime.BOOSTER: made.model, runtime.LIBRARY: made.library}
    if made.openmp:
        files[runtime.OPENMP] = made.openmp
    opened = lambda: native.opened(made.kind, made.model, made.library, made.openmp)  # noqa: E731 - one line says it
    yield Candidate(made.kind, files, opened, forest)


RUNGS: tuple[Rung, ...] = (library, portable.given, portable.formal)
"""From the fastest down; below the last the model itself answers, in its own process."""


def _tried(candidate: Candidate, making: Making) -> Climbed | str:
    try:
        proof = _proof(candidate, making)
        worst = max(proof.ordinary.max_ulp, proof.adversarial.max_ulp)
        if worst <= ULP:
            return Climbed(candidate.kind, candidate.files, proof, "", candidate.units)
        why = f"the {candidate.kind} engine is {worst} ulp off: not used"
    except (Unavailable, Broken) as error:
        why = f"{error}: the {candidate.kind} engine is not used"
    for path in candidate.files.values():
        path.unlink()
    return why


def _proof(candidate: Candidate, making: Making) -> Proof:
    training = making.training
    engine = candidate.opened()
    try:
        hard = parity.adversarial(
            training.rows, training.inputs, candidate.forest, seed=training.seed
        )
        hard = edges.met(hard, training.rows, training.inputs, candidate.edges)
        units = candidate.units
        return parity.proof(making.original, engine.scores, training.rows, hard, units)
    finally:
        engine.close()


def _refuse_lost_digits(training: Training, kind: str) -> None:
    lost = list(_losing(training))
    if lost:
        raise Mistake(
            f"{', '.join(lost)}: whole numbers above 2^24, which {kind} reads in single precision:"
            " neighbours become the same number",
            hint="in features() give a difference, for example to the decision's time, or a text",
        )


def _losing(training: Training) -> Iterator[str]:
    """Inputs of whole numbers that float32 does not hold."""
    for one, values in zip(training.inputs, training.rows.T, strict=True):
        known = values[~np.isnan(values)]
        whole = one.kind != "text" and bool(np.all(np.trunc(known) == known))
        with np.errstate(over="ignore"):
            if whole and np.any(known.astype(np.float32) != known):
                yield one.name
