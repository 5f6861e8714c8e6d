"""A bundle that answers: the guard's judgement in, score and decision out.

The ladder: the native engine where it loads, else the model's own process in its own environment.
"""

import math
import struct
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from mainstay.bundle import baseline, encoder, guard, manifest, native, onnx, stakes, straight
from mainstay.bundle.completing import completer
from mainstay.bundle.contributions import Explaining
from mainstay.bundle.environment import Environment, prepared
from mainstay.bundle.guard import Judgement
from mainstay.bundle.manifest import Manifest
from mainstay.bundle.reasons import Reasons, reasons
from mainstay.bundle.refusals import answers
from mainstay.bundle.worker import Worker, predicted
from mainstay.core.entries import ABSTAINED
from mainstay.core.errors import Broken, MainstayError, MissingExtra, Refused, Unavailable

Matrix = NDArray[np.float64]
Class = bool | int | float | str
Said = tuple[float, Class]
"""Score and decision."""
LOCK, CODE = "pylock.toml", "code"
"""Where a bundle keeps the lock of its environment and the user's own files."""
BOOSTER, LIBRARY, OPENMP = "booster", "library", "openmp"
GRAPH, FORM = "graph", "form"
PROCESS, ORIGINAL = "process", "original"
"""Roles of engine files: model text, C library and its libgomp; ONNX file and the portable form it
was written from; worker file, fitted object."""
REFUSALS = 20  # refused calls of one batch until whole stretches of it go to the baseline
TIMEOUT = 60.0  # seconds for one prediction of the model's own process
Environments = Callable[..., Environment]
"""How an environment is found: environment.prepared makes it, environment.existing does not."""


class Answer(msgspec.Struct, frozen=True, gc=False):
    """What the caller gets. score: probability of yes, value, or that of the likeliest class.

    decision: yes or no, the value, the class; None where a person decides, or where the baseline of
    an older bundle stands in for a class.
    """

    score: float
    decision: Class | None
    decided_by: Literal["model", "baseline", "person"]
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
        self._worker, self._versions = worker, stated.versions
        self._loaded, self._starting = 0, threading.Lock()
        self.start()

    @property
    def alive(self) -> bool:
        """Whether its process runs and holds the model: until then it would let askers wait."""
        return self._worker.alive and self._loaded == self._worker.process

    @property
    def process(self) -> int:
        """The number of its process, 0 where none was started."""
        return self._worker.process

    @property
    def address(self) -> Path:
        """Where its process listens to whoever else asks it; see `line`."""
        return self._worker.address

    def scores(self, matrix: Matrix) -> Matrix:
        self.start()
        return self.said(matrix, TIMEOUT)

    def said(self, matrix: Matrix, timeout: float) -> Matrix:
        """Scores by the process as it stands; one that does not answer in seconds is ended."""
        asked = self.process
        try:
            return predicted(self._worker, matrix, timeout=timeout)
        except Unavailable:
            self.end(asked)
            raise

    def end(self, asked: int) -> None:
        """Ends that process; whoever is at it already does, and nobody waits for a new one here."""
        if self._starting.acquire(blocking=False):
            try:
                if self.process == asked:  # not the one that somebody started meanwhile
                    self._worker.stop()
            finally:
                self._starting.release()

    def score(self, row: Sequence[float]) -> float:
        return float(self.scores(np.array([row]))[0])

    def close(self) -> None:
        self._worker.stop()

    def start(self) -> None:
        """Starts the process and loads the model, where it is not running."""
        with self._starting:
            if self.alive:
                return
            self._worker.start()
            try:
                self._compare_versions()
                self._worker.call("load", self._header, timeout=TIMEOUT)
                self._loaded = self._worker.process
            except MainstayError:
                self._worker.stop()
                raise

    def _compare_versions(self) -> None:
        """Raises Broken, before the pickle is opened: that it loads would prove nothing.

        A forest of scikit-learn 1.3 loads in 1.9 with a warning, its probabilities off by 933.
        """
        found = self._worker.call("versions", timeout=TIMEOUT).header["packages"]
        others = [
            f"{name} {version}, its environment has {found[name]}"
            for name, version in self._versions.items()
            if found.get(name, version) != version
        ]
        if others:
            raise Broken(
                f"the model was saved with {'; with '.join(others)}",
                hint="remove the environment: it is made again from the lock of the bundle",
            )


class Runtime:
    """One opened bundle. notes: what is not as built, one line each, for example a slower engine.

    guard: judges the bytes of a request; its judgements are what `answer` takes. completer: makes
    requests whole before, None where callers send everything. failure: the last one of the engine
    that made the baseline answer. failed: how many there were.
    """

    def __init__(
        self, stated: Manifest, engine: Engine, version: str, notes: tuple[str, ...]
    ) -> None:
        self.failure: MainstayError | None = None
        self.failed = 0
        self.manifest, self.engine, self.version, self.notes = stated, engine, version, notes
        self.guard = guard.compiled(
            stated.request, stated.rules, stated.unknown_fields, stated.clean
        )
        self.completer = completer(stated)
        self._encode = encoder.compiled(stated.outputs, stated.inputs, stated.columns)
        pack = struct.Struct(f"={len(stated.inputs)}d").pack
        self._packed = encoder.packed(stated.outputs, stated.inputs, stated.columns, pack)
        self._several, self._yes = stated.task == "multiclass", stated.threshold
        self._rate = baseline.rate(stated.baseline, stated.columns)
        self._leaning = stakes.leaning(stated.stakes, stated.columns) if stated.stakes else None
        self.abstain = stated.abstain

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
        return self.worded(judgement, self._said(row) if judgement.outcome == "score" else None)

    def answers(
        self, judgements: Sequence[Judgement], known: Sequence[Said | None] | None = None
    ) -> list[Answer]:
        """Likewise of many rows, in order: all that the model is asked is asked in one call.

        known: what it says of those that it is asked about, where it was asked before.
        """
        if len(judgements) == 1 and known is None:
            return [self.answer(judgements[0])]
        rows = [given(one) for one in judgements]
        asked = [at for at, one in enumerate(judgements) if one.outcome == "score"]
        if known is None or len(known) != len(asked):  # a circuit opened or closed meanwhile
            known = self.said([rows[at] for at in asked])
        said = dict(zip(asked, known, strict=True))
        return [self.worded(one, said.get(at)) for at, one in enumerate(judgements)]

    def said(self, rows: Sequence[encoder.Row]) -> Sequence[Said | None]:
        """Score and decision of the model, asked once; None where it has none to say."""
        if len(rows) == 1:
            return [self._said(rows[0])]
        if not rows:
            return []
        scores = self.tried(self.matrix(rows))
        return [None] * len(rows) if scores is None else self.decided(scores, rows)

    def tried(self, matrix: Matrix, most: int = REFUSALS) -> Matrix | None:
        """Scores of at least one row, NaN where refused; None where the engine fails.

        most: refusals until whole stretches count as refused.
        """
        try:
            scores, refused = answers(self.engine.scores, matrix, most)
        except Exception as error:  # noqa: BLE001 - an engine may fail in any way
            self._fails(error)
            return None
        if refused:
            self._fails(refused)
        return scores

    def matrix(self, rows: Sequence[encoder.Row]) -> Matrix:
        """Shape (rows, inputs). Packed row by row: NumPy takes twice as long for lists."""
        return np.frombuffer(b"".join(self._packed(rows))).reshape(len(rows), -1)

    def decided(self, scores: Matrix, rows: Sequence[encoder.Row]) -> Sequence[Said | None]:
        """Score and decision of rows by the scores of the engine; None for what is no number."""
        if self.manifest.task == "multiclass" and scores.ndim > 1:
            return [self._likeliest(one) if np.isfinite(one).all() else None for one in scores]
        if self._leaning is None and np.isfinite(scores).all():
            said = scores.tolist()
            yes = self._yes
            return list(zip(said, said if yes is None else (scores >= yes).tolist(), strict=True))
        both = zip(scores.tolist(), rows, strict=True)
        return [self._decided(one, row) if math.isfinite(one) else None for one, row in both]

    def worded(self, judgement: Judgement, said: Said | None) -> Answer:
        """The answer to a row of which the model said this; by the baseline where it said None."""
        if self.abstain and said and self.abstain.low <= said[0] <= self.abstain.high:
            return self._abstained(judgement, said[0])
        by: Literal["model", "baseline"] = "model" if said else "baseline"
        score, decision = said or self._fallback(given(judgement))
        flags = judgement.flags if judgement.reasons else ()
        return Answer(score, decision, by, flags, self.version)

    def reasons(self, row: encoder.Row, decision: object, most: int) -> Reasons:
        """Why the model said what it said of a row; of several classes, of the one decided for.

        Raises Unavailable where its engine does not say.
        """
        if not isinstance(self.engine, Explaining):
            raise Unavailable("a model in its own process gives no reasons")
        stated, inputs = self.manifest, self._encode(row)
        place = stated.classes.index(decision) if stated.task == "multiclass" else 0
        return reasons(stated.inputs, inputs, self.engine.contributions(inputs, place), most)

    def close(self) -> None:
        """Ends the engine."""
        self.engine.close()

    def _said(self, row: encoder.Row) -> Said | None:
        """None where the engine fails or what it says is no number."""
        try:
            if self._several:
                score, decision = self._likeliest(
                    self.engine.scores(np.array([self._encode(row)]))[0]
                )
            else:
                score, decision = self._decided(self.engine.score(self._encode(row)), row)
        except Exception as error:  # noqa: BLE001 - an engine may fail in any way
            self._fails(error)
            return None
        return (score, decision) if math.isfinite(score) else None

    def _fails(self, error: Exception) -> None:
        if isinstance(error, MainstayError):
            self.failure = error
        else:
            self.failure = Unavailable(f"the engine failed: {error!r}")
        self.failed += 1

    def _likeliest(self, probabilities: Matrix) -> Said:
        """Of the class that is decided for, and its probability."""
        found = int(stakes.likeliest(probabilities[None], self.manifest.matrix)[0])
        return float(probabilities[found]), self.manifest.classes[found]

    def _decided(self, score: float, row: encoder.Row) -> Said:
        yes = self._yes
        return score, score if yes is None else self._leans(score, row) >= yes

    def _leans(self, score: float, row: encoder.Row) -> float:
        """What is held against a threshold: the score, or how it leans by what is at stake."""
        return score if self._leaning is None else self._leaning(score, row)

    def _abstained(self, judgement: Judgement, score: float) -> Answer:
        flags = (*judgement.flags, ABSTAINED)
        if self.abstain and self.abstain.to == "person":
            return Answer(score, None, "person", flags, self.version)
        said = self._fallback(given(judgement))
        return Answer(*said, "baseline", flags, self.version)

    def _fallback(self, row: encoder.Row) -> tuple[float, Class | None]:
        rate = self._rate(row)
        if self.manifest.task == "multiclass":
            return rate, self.manifest.classes[int(rate)] if self.manifest.rules_a_class else None
        yes = self.manifest.baseline_threshold
        return rate, rate if yes is None else self._leans(rate, row) >= yes


def opened(
    folder: Path,
    environments: Path,
    *,
    expected: str,
    version: str = "",
    find: Environments = prepared,
    tables: bool = True,
) -> Runtime:
    """A bundle of a known digest, ready to answer.

    environments: where the models' environments lie; find: how one is found there. version: how
    answers name it. tables: whether it will score so much that it pays to prepare for batches.
    Raises Broken for anything but that bundle, and then nothing of it has run; Unavailable where no
    engine does.
    """
    stated = _verified(folder, expected)
    engine, notes = _engine(folder, stated, environments, find, tables=tables)
    return Runtime(stated, engine, version or expected[:12], notes)


def original(folder: Path, environments: Path, *, expected: str) -> Original:
    """The fitted object of a bundle, whatever engine serves it: what parity is measured against."""
    return _original(folder, _verified(folder, expected), environments, prepared)


def _verified(folder: Path, expected: str) -> Manifest:
    if not expected:
        raise Refused(f"{folder}: a bundle opens by its digest only", hint="name the digest")
    return manifest.read(folder, expected)


def _engine(
    folder: Path, stated: Manifest, environments: Path, find: Environments, *, tables: bool
) -> tuple[Engine, tuple[str, ...]]:
    """The highest rung that holds, and why not a higher one."""
    if stated.engine.kind == "worker":
        return _original(folder, stated, environments, find), ()
    files = {role: folder / path for role, path in stated.engine.files.items()}
    try:
        if stated.engine.kind == "linear":
            return straight.opened(files[FORM]), ()
        if stated.engine.kind == "onnx":
            classes = len(stated.classes) if stated.task == "multiclass" else 0
            graph = files.get(GRAPH, files[ORIGINAL])
            return onnx.opened(graph, files.get(FORM), stated.inputs, classes, tables=tables), ()
        booster = files[BOOSTER], files[LIBRARY], files.get(OPENMP)
        return native.opened(stated.engine.kind, *booster, tables=tables), ()
    except (Unavailable, MissingExtra) as error:
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
