"""A bundle that answers: the guard's judgement in, score and decision out.

The ladder: the native engine where it loads, else the model's own process in its own environment.
"""

import math
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from mainstay.bundle import baseline, encoder, guard, manifest
from mainstay.bundle.environment import Environment, prepared
from mainstay.bundle.guard import Judgement
from mainstay.bundle.lightgbm import Booster
from mainstay.bundle.manifest import Manifest
from mainstay.bundle.worker import Worker, predicted
from mainstay.core.errors import Broken, MainstayError, Refused, Unavailable

Matrix = NDArray[np.float64]
Class = bool | int | float | str
LOCK, CODE = "pylock.toml", "code"
"""Where a bundle keeps the lock of its environment and the user's own files."""
BOOSTER, LIBRARY, PROCESS, ORIGINAL = "booster", "library", "process", "original"
"""Roles of engine files: model text, C library, worker file, fitted object."""
TIMEOUT = 60.0  # seconds for one prediction of the model's own process
Environments = Callable[..., Environment]
"""How an environment is found: environment.prepared makes it, environment.existing does not."""


class Answer(msgspec.Struct, frozen=True, gc=False):
    """What the caller gets. score: probability of yes, value, or that of the likeliest class.

    decision: yes or no, the value, the class; None where the baseline stands in for a class.
    """

    score: float
    decision: Class | None
    decided_by: Literal["model", "baseline"]
    flags: tuple[str, ...]
    version: str


class Engine(Protocol):
    """Whatever computes scores from a matrix of inputs."""

    def scores(self, matrix: Matrix) -> Matrix:
        """Shape (rows,), multiclass (rows, classes)."""

    def score(self, row: Sequence[float]) -> float:
        """The score of one row; not for multiclass."""

    def close(self) -> object:
        """Gives back what it holds."""


class Original:
    """The fitted object in its own process, started again by `scores` after its death.

    The pickle is opened there and nowhere else, and only with the digest of a verified manifest.
    """

    def __init__(self, folder: Path, stated: Manifest, worker: Worker) -> None:
        original = stated.engine.files[ORIGINAL]
        self._header = {
            "file": str((folder / original).resolve()),
            "digest": stated.files[original],
            "code": str((folder / CODE).resolve()),
            "inputs": msgspec.to_builtins(stated.inputs),
            "task": stated.task,
            "classes": stated.classes,
        }
        self._worker = worker
        self._starting = threading.Lock()
        self.start()

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self._worker.alive

    @property
    def process(self) -> int:
        """The number of its process, 0 where none was started."""
        return self._worker.process

    def scores(self, matrix: Matrix) -> Matrix:
        self.start()
        return self.said(matrix, TIMEOUT)

    def said(self, matrix: Matrix, timeout: float) -> Matrix:
        """Scores by the process as it stands; one that does not answer in seconds is ended."""
        asked = self.process
        try:
            return predicted(self._worker, matrix, timeout=timeout)
        except Unavailable:
            with self._starting:
                if self.process == asked:  # not the one that somebody started meanwhile
                    self._worker.stop()
            raise

    def score(self, row: Sequence[float]) -> float:
        return float(self.scores(np.array([row]))[0])

    def close(self) -> None:
        self._worker.stop()

    def start(self) -> None:
        """Starts the process and loads the model, where it is not running."""
        with self._starting:
            if self._worker.alive:
                return
            self._worker.start()
            try:
                self._worker.call("load", self._header, timeout=TIMEOUT)
            except MainstayError:
                self._worker.stop()
                raise


class Runtime:
    """One opened bundle. notes: what is not as built, one line each, for example a slower engine.

    guard: judges the bytes of a request; its judgements are what `answer` takes. failure: the last
    one of the engine that made the baseline answer.
    """

    def __init__(
        self, stated: Manifest, engine: Engine, version: str, notes: tuple[str, ...]
    ) -> None:
        self.failure: MainstayError | None = None
        self.manifest, self.engine, self.version, self.notes = stated, engine, version, notes
        self.guard = guard.compiled(stated.request, stated.rules, stated.unknown_fields)
        self._encode = encoder.compiled(stated.outputs, stated.inputs, stated.columns)
        self._rate = baseline.rate(stated.baseline, stated.columns)

    def scores(self, matrix: Matrix) -> Matrix:
        """Shape (rows,), multiclass (rows, classes). Raises Unavailable."""
        return self.engine.scores(matrix)

    def score(self, row: Sequence[float]) -> float:
        """The score of one row of inputs; not for multiclass. Raises Unavailable."""
        return self.engine.score(row)

    def inputs(self, records: Sequence[bytes]) -> Matrix:
        """The inputs of request records, as the door makes them. Raises Broken for a bad record."""
        judged = self.guard.judged(b'{"records":[' + b",".join(records) + b"]}")
        if not isinstance(judged, list):
            raise Broken(f"records that are none: {judged.reasons[0].what}")
        return np.array([self._encode(given(one)) for one in judged])

    def answer(self, judgement: Judgement) -> Answer:
        """By the model; by the baseline where a rule or a dead engine says so.

        Raises ValueError for a rejected row, which has no answer.
        """
        row = given(judgement)
        said = self._said(row) if judgement.outcome == "score" else None
        by: Literal["model", "baseline"] = "model" if said else "baseline"
        score, decision = said or self._fallback(self._rate(row))
        flags = judgement.flags if judgement.reasons else ()
        return Answer(score, decision, by, flags, self.version)

    def close(self) -> None:
        """Ends the engine."""
        self.engine.close()

    def _said(self, row: encoder.Row) -> tuple[float, Class] | None:
        """None where the engine fails or what it says is no number."""
        try:
            score, decision = self._scored(self._encode(row))
        except MainstayError as error:
            self.failure = error
            return None
        return (score, decision) if math.isfinite(score) else None

    def _scored(self, inputs: list[float]) -> tuple[float, Class]:
        if self.manifest.task == "multiclass":
            probabilities = self.engine.scores(np.array([inputs]))[0]
            likeliest = int(probabilities.argmax())
            return float(probabilities[likeliest]), self.manifest.classes[likeliest]
        score = self.engine.score(inputs)
        yes = self.manifest.threshold
        return score, score if yes is None else score >= yes

    def _fallback(self, rate: float) -> tuple[float, Class | None]:
        if self.manifest.task == "multiclass":
            return rate, None
        yes = self.manifest.baseline_threshold
        return rate, rate if yes is None else rate >= yes


def opened(
    folder: Path,
    environments: Path,
    *,
    expected: str,
    version: str = "",
    find: Environments = prepared,
) -> Runtime:
    """A bundle of a known digest, ready to answer.

    environments: where the models' environments lie; find: how one is found there. version: how
    answers name it. Raises Broken for anything but that bundle, and then nothing of it has run;
    Unavailable where no engine does.
    """
    stated = _verified(folder, expected)
    engine, notes = _engine(folder, stated, environments, find)
    return Runtime(stated, engine, version or expected[:12], notes)


def original(folder: Path, environments: Path, *, expected: str) -> Original:
    """The fitted object of a bundle, whatever engine serves it: what parity is measured against."""
    return _original(folder, _verified(folder, expected), environments, prepared)


def _verified(folder: Path, expected: str) -> Manifest:
    if not expected:
        raise Refused(f"{folder}: a bundle opens by its digest only", hint="name the digest")
    return manifest.read(folder, expected)


def _engine(
    folder: Path, stated: Manifest, environments: Path, find: Environments
) -> tuple[Engine, tuple[str, ...]]:
    """The highest rung that holds, and why not a higher one."""
    if stated.engine.kind == "worker":
        return _original(folder, stated, environments, find), ()
    files = stated.engine.files
    try:
        return Booster(folder / files[BOOSTER], folder / files[LIBRARY]), ()
    except Unavailable as error:
        note = f"{error}; the model's own process answers instead"
        return _original(folder, stated, environments, find), (note,)


def _original(folder: Path, stated: Manifest, environments: Path, find: Environments) -> Original:
    environment = find(folder / LOCK, environments, python=stated.python)
    worker = Worker(environment, folder / stated.engine.files[PROCESS], seed=stated.seed)
    return Original(folder, stated, worker)


def given(judgement: Judgement) -> encoder.Row:
    """The row that was judged. Raises ValueError for a rejected one, which has no answer."""
    if judgement.row is None or judgement.outcome == "reject":
        raise ValueError(f"a rejected row has no answer: {judgement.reasons}")
    return judgement.row
