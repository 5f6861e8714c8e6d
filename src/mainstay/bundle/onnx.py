"""The engine for ONNX files: those written from the portable form, and those of a user.

A user's file takes one tensor of all inputs, or one tensor each by name, shape (rows, 1).
"""

import importlib
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, cast

import numpy as np
from numpy.typing import NDArray

from mainstay.bundle import form
from mainstay.bundle.alone import Alone, Run, alone
from mainstay.bundle.contributions import Contributions, Formed
from mainstay.bundle.form_leaves import Bitmaps, bitmaps
from mainstay.bundle.interpret import finished
from mainstay.bundle.leaves import MANY
from mainstay.core import digest
from mainstay.core.errors import Broken, MissingExtra, Mistake, Unavailable
from mainstay.core.inputs import Input

Matrix = NDArray[np.float64]
Feeds = dict[str, NDArray[Any]]
CPU = "CPUExecutionProvider"
GRAPHICS = ("CUDAExecutionProvider", "ROCMExecutionProvider", "CoreMLExecutionProvider")
KINDS: dict[str, Any] = {
    "tensor(double)": np.float64,
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(bool)": np.bool_,
    "tensor(string)": np.object_,
}
ERRORS = 3
"""From here on onnxruntime logs: errors, no warnings."""


class Written(NamedTuple):
    """What a portable form says beside the file that was written from it.

    finish: scores of the margins that the file computes. explain: its reasons. many: the margins of
    batches by bitmaps, where these are faster. alone: the score of one row.
    """

    finish: Callable[[Matrix], Matrix]
    explain: Callable[[], Formed] | None = None
    many: Bitmaps | None = None
    alone: Alone | None = None


class Graph:
    """One loaded ONNX file; safe to use, and to close, from several threads.

    classes: how many; 0 or 2 give one score a row. written: what the form says, where the file was
    written from one. graphics: a graphics card computes, where onnxruntime has one. Raises
    MissingExtra, Broken for a file that is none, Mistake for tensors that are no inputs,
    Unavailable for a score after `close`.
    """

    def __init__(
        self,
        path: Path,
        inputs: tuple[Input, ...],
        *,
        classes: int = 0,
        written: Written | None = None,
        graphics: bool = False,
    ) -> None:
        session = _session(path.read_bytes(), path, graphics=graphics)
        self._feeds = _feeds(path.name, session.get_inputs(), inputs)
        self._several, self._written = classes > 2, written
        names = [tensor.name for tensor in session.get_outputs()]
        self._wanted = [next((name for name in names if "prob" in name.lower()), names[-1])]
        self._run: Callable[..., list[Any]] = session.run

    def scores(self, matrix: Matrix) -> Matrix:
        """Shape (rows,), or (rows, classes) of more than two. Raises Mistake for other shapes."""
        raw = self._computed(matrix)
        if self._written:
            return self._written.finish(raw)
        table = [list(row.values()) for row in raw] if isinstance(raw, list) else raw
        return _placed(np.asarray(table, dtype=np.float64), len(matrix), several=self._several)

    def score(self, row: Sequence[float]) -> float:
        """The score of one row of inputs; not for multiclass."""
        written = self._written
        if written and written.alone and self._run is not _refuse_closed:
            return written.alone.score(row)
        return float(self.scores(np.array([row], dtype=np.float64))[0])

    def contributions(self, row: Sequence[float], output: int) -> Contributions:
        """See contributions.Explaining; a user's own file says nothing of what its inputs add."""
        if self._written is None or self._written.explain is None:
            raise Unavailable("an ONNX file that train() returned gives no reasons")
        (raw,) = self._run(self._wanted, self._feeds(np.array([row], dtype=np.float64)))
        return self._written.explain()(row, output, raw[0])

    def close(self) -> None:
        """Lets the file go; whoever asks later is told so."""
        self._run = _refuse_closed

    def _computed(self, matrix: Matrix) -> Any:
        many = self._written and self._written.many
        if many and len(matrix) >= MANY and self._run is not _refuse_closed:
            raw = many.margins(matrix)
            if raw is not None:
                return raw
        (raw,) = self._run(self._wanted, self._feeds(matrix))
        return raw


def opened(
    graph: Path,
    portable: Path | None,
    inputs: tuple[Input, ...],
    classes: int,
    *,
    tables: bool = True,
) -> Graph:
    """An engine as a bundle keeps it. portable: the form a graph was written from, None for a
    user's own file, which may use a graphics card. classes: of a multiclass model, else 0. tables:
    whether it will score so much that it pays to prepare for batches.
    """
    if portable is None:
        return Graph(graph, inputs, classes=classes, graphics=True)
    explain = cache(partial(_explained, portable, digest.of_file(portable)))
    model = form.read(portable)
    written = Written(finished(model), explain)
    if tables:
        one = alone(model, partial(_loaded, graph))
        written = written._replace(many=bitmaps(model), alone=one)
    return Graph(graph, inputs, classes=classes, written=written)


def _loaded(path: Path, content: bytes) -> Run:
    """The computation of a file made of the form that is beside the one at this path."""
    session = _session(content, path, graphics=False)
    (given,), (wanted,) = session.get_inputs(), session.get_outputs()
    name, names, run = given.name, [wanted.name], session.run

    def computed(matrix: Matrix) -> Matrix:
        (made,) = run(names, {name: matrix})
        return cast("Matrix", made)

    return computed


def _explained(portable: Path, expected: str) -> Formed:
    """Read again when somebody asks for reasons: most doors never need the trees beside the graph.

    Raises Unavailable where it is not the file that was opened any more.
    """
    if not portable.is_file() or digest.of_file(portable) != expected:
        raise Unavailable("the model's portable form is not where it was opened: no reasons")
    return Formed(form.read(portable))


def lost(path: Path, inputs: tuple[Input, ...], matrix: Matrix) -> str:
    """Why a file loses digits of these rows before it computes, "" where it does not.

    A float32 tensor holds whole numbers up to 2^24 only, a whole one no fractions.
    """
    tensors = _session(path.read_bytes(), path, graphics=False).get_inputs()
    for place, one in enumerate(inputs):
        by_name = [tensor for tensor in tensors if tensor.name == one.name]
        kind = (by_name or tensors)[0].type
        if one.kind == "text" or kind == "tensor(string)":
            continue
        values = matrix[:, place]
        values = values[np.isfinite(values)]
        whole = values[np.trunc(values) == values] if "float" in kind else values
        with np.errstate(all="ignore"):
            changed = whole[whole.astype(KINDS[kind]).astype(np.float64) != whole]
        if len(changed):
            return f"{one.name} comes as {kind} and loses digits: {changed[0]!r} is another number"
    return ""


def provider(available: Sequence[str], *, graphics: bool) -> list[str]:
    """What computes: a graphics card where it is wanted and there is one, then the processor."""
    found = [name for name in GRAPHICS if graphics and name in available]
    return [*found[:1], CPU]


def required() -> Any:
    """Onnxruntime. Raises MissingExtra."""
    try:
        return importlib.import_module("onnxruntime")
    except ImportError as error:
        raise MissingExtra("onnx") from error


def _session(content: bytes, path: Path, *, graphics: bool) -> Any:
    """One thread and no arena: a door's memory is that of the model and of one batch."""
    runtime = required()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = options.enable_mem_pattern = False
    options.log_severity_level = ERRORS
    providers = provider(runtime.get_available_providers(), graphics=graphics)
    try:
        return runtime.InferenceSession(content, options, providers=providers)
    except Exception as error:
        said = str(error).strip().partition("\n")[0]
        raise Broken(f"{path} is no ONNX file that runs here: {said}") from error


def _feeds(
    file: str, tensors: Sequence[Any], inputs: tuple[Input, ...]
) -> Callable[[Matrix], Feeds]:
    """How a matrix becomes the tensors that a file asks for."""
    at = {one.name: (place, one) for place, one in enumerate(inputs)}
    strange = next((one.type for one in tensors if one.type not in KINDS), "")
    if strange:
        raise Mistake(f"{file} wants a {strange}, and inputs are numbers or text")
    if len(tensors) == 1 and tensors[0].name not in at:
        (only,) = tensors
        return lambda matrix: {only.name: matrix.astype(KINDS[only.type], copy=False)}
    unknown = next((one.name for one in tensors if one.name not in at), "")
    if unknown:
        raise Mistake(f"{file} wants {unknown}, the inputs are {', '.join(at)}")

    def fed(matrix: Matrix) -> Feeds:
        return {one.name: _column(matrix, one.type, *at[one.name]) for one in tensors}

    return fed


def _column(matrix: Matrix, kind: str, place: int, one: Input) -> NDArray[Any]:
    """One tensor of one input; missing text is empty text."""
    values = matrix[:, place : place + 1]
    if kind != "tensor(string)":
        return values.astype(KINDS[kind])
    known = np.array([*one.levels, ""], dtype=np.object_)
    return known[np.where(np.isnan(values), -1, values).astype(np.int64)]


def _placed(raw: Matrix, rows: int, *, several: bool) -> Matrix:
    if several and raw.ndim == 2:
        return raw
    if raw.size == rows:
        return raw.reshape(rows)
    if several or raw.shape != (rows, 2):
        raise Mistake(f"the ONNX file answered {rows} rows with numbers of shape {raw.shape}")
    return np.ascontiguousarray(raw[:, 1])


def _refuse_closed(*_: object) -> NoReturn:
    raise Unavailable("the model was closed: another version has taken its place")
