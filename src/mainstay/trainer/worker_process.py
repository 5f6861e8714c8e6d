"""The model's own process: fits, scores, saves and loads it inside its own locked environment.

One file, standard library and NumPy only; it knows nothing of Mainstay and travels in the bundle.
    python worker_process.py SOCKET
Clients on one Unix socket, the first of which started the process. Frame: u32 length, u32 id, then
u32 length of the header, header (JSON; `shapes` of the arrays), arrays (float64, C order), all
little-endian. An answer carries the id of its request. What the user's code prints goes to standard
output, never into a frame. The process ends when the first client or its standard input goes.
"""

import contextlib
import functools
import hashlib
import importlib
import importlib.machinery
import importlib.metadata
import importlib.util
import inspect
import json
import math
import os
import pickle
import platform
import random
import select
import socket
import struct
import sys
import threading
import time
import traceback
import typing
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

Header = dict[str, Any]
Clients = dict[socket.socket, bytearray]  # with what came of frames that are not whole
Matrix = np.ndarray[Any, np.dtype[np.float64]]
FRAME, LENGTH = struct.Struct("<II"), struct.Struct("<I")
PART = 65_536  # bytes read at once
read = functools.lru_cache(16)(json.loads)  # headers of predictions come again and again
BATCH = 4096  # rows scored together at most
SMOKE = 8  # rows scored right after a fit, so that a model that cannot score is told of there


class Request(NamedTuple):
    client: socket.socket
    id: int
    header: Header
    arrays: list[Matrix]


class Answer(NamedTuple):
    header: Header
    arrays: tuple[Matrix, ...] = ()


class Model(NamedTuple):
    """header: code, inputs, task, classes, as the request that fitted or loaded it gave them."""

    fitted: Any
    library: str
    header: Header


class Told(Exception):
    """A mistake with a clear message; kind is one of Mainstay's kinds of error."""

    def __init__(self, what: str, hint: str = "", kind: str = "mistake") -> None:
        super().__init__(what)
        self.hint, self.kind = hint, kind


def typed(values: Matrix, kind: str) -> np.ndarray[Any, Any]:
    """int64 or bool where every value is one, as at training; else the floats, NaN = missing."""
    if kind == "integer" and np.all(np.trunc(values) == values):
        return values.astype(np.int64)
    if kind == "boolean" and not np.isnan(values).any():
        return values.astype(np.bool_)
    return values


def codes(values: Matrix) -> np.ndarray[Any, np.dtype[np.int32]]:
    return np.where(np.isnan(values), -1, values).astype(np.int32)


def texts(values: Matrix, levels: list[str]) -> list[str | None]:
    known: list[str | None] = [*levels, None]
    return [known[code] for code in codes(values)]


def library(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise Told(
            f"{name} is needed here and is not in this environment: {error}",
            hint=f"add {name} to `dependencies` at the top of model.py"
            + (", or annotate `inputs` with the library it shall be" if name == "pandas" else ""),
        ) from error


def pandas_column(values: Matrix, one: Header) -> Any:
    if one["kind"] != "text":
        return typed(values, one["kind"])
    return library("pandas").Categorical.from_codes(codes(values), categories=one["levels"])


def polars_column(values: Matrix, one: Header) -> Any:
    polars = library("polars")
    if one["kind"] == "text":
        return polars.Series(texts(values, one["levels"]), dtype=polars.Enum(one["levels"]))
    column = polars.Series(typed(values, one["kind"]))
    return column.fill_nan(None) if column.dtype == polars.Float64 else column


def arrow_column(values: Matrix, one: Header) -> Any:
    arrow = library("pyarrow")
    if one["kind"] != "text":
        return arrow.array(typed(values, one["kind"]), from_pandas=True)
    places = arrow.array(codes(values), mask=np.isnan(values))
    return arrow.DictionaryArray.from_arrays(places, arrow.array(one["levels"], arrow.string()))


def table(name: str, matrix: Matrix, inputs: list[Header]) -> Any:
    """The frame of a matrix; text is categorical with exactly the given levels."""
    if name == "numpy":
        return matrix
    column, make = {
        "pandas": (pandas_column, "DataFrame"),
        "polars": (polars_column, "DataFrame"),
        "pyarrow": (arrow_column, "table"),
    }[name]
    columns = {one["name"]: column(matrix[:, at], one) for at, one in enumerate(inputs)}
    return getattr(library(name), make)(columns)


def label_of(name: str, values: Matrix, one: Header) -> Any:
    """The label in the same library; text as plain text."""
    kind = one["kind"]
    plain: Any = texts(values, one["levels"]) if kind == "text" else typed(values, kind)
    make = {"pandas": "Series", "polars": "Series", "pyarrow": "array", "numpy": "array"}[name]
    return getattr(library(name), make)(plain)


def wanted_library(train: Callable[..., Any]) -> str:
    """By the annotation of the first parameter; pandas where it says nothing."""
    first = next(iter(inspect.signature(train).parameters))
    name = str(getattr(typing.get_type_hints(train).get(first), "__module__", "")).partition(".")[0]
    return name if name in ("polars", "pyarrow", "numpy") else "pandas"


class FromSource(importlib.machinery.SourceFileLoader):
    """Compiles every time: no stale bytecode is read, none is written beside the user's code."""

    def get_code(self, fullname: str) -> Any:
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


def source_hook(path: str) -> importlib.machinery.FileFinder:
    """Only for the folder of the user's code, which stands first on the path."""
    if path != sys.path[0] and not path.startswith(f"{sys.path[0]}{os.sep}"):
        raise ImportError
    return importlib.machinery.FileFinder(path, (FromSource, importlib.machinery.SOURCE_SUFFIXES))


def model_module(code: str) -> ModuleType:
    """model.py of a folder, imported anew with whatever it imports from beside it."""
    loaded = dict(sys.modules)
    ours = {
        name.partition(".")[0]
        for name, module in loaded.items()
        if isinstance(getattr(module, "__loader__", None), FromSource)
    }
    for name in loaded:
        if name.partition(".")[0] in ours:
            del sys.modules[name]
    sys.path[0] = code
    importlib.invalidate_caches()
    return importlib.import_module("model")


def train_function(code: str) -> Callable[..., Any]:
    train: Callable[..., Any] | None = getattr(model_module(code), "train", None)
    if train is None or len(inspect.signature(train).parameters) < 2:
        raise Told("model.py has no function train(inputs, label)", hint="define it")
    return train


def seed_all(seed: int) -> None:
    """Hash randomisation is fixed when the process starts, by PYTHONHASHSEED."""
    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002 - the user's libraries draw from the global state
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)


def place(error: BaseException, code: str) -> str:
    """file:line of the deepest step inside the user's code."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{Path(error.filename).name}:{error.lineno}"
    for step in reversed(traceback.extract_tb(error.__traceback__)):
        if step.filename.startswith(f"{code}{os.sep}"):
            return f"{Path(step.filename).relative_to(code)}:{step.lineno}"
    return "model.py"


def told(error: BaseException, code: str) -> Answer:
    """One clear line for the caller; the whole story goes to the log."""
    if isinstance(error, Told):
        return Answer({"error": error.kind, "what": str(error), "hint": error.hint})
    traceback.print_exception(error)
    said = str(error).strip().partition("\n")[0]
    missing = isinstance(error, ModuleNotFoundError)
    what = f"{place(error, code)}: {type(error).__name__}{f': {said}' if said else ''}"
    hint = "add what brings it to `dependencies` at the top of model.py" if missing else ""
    return Answer({"error": "mistake", "what": what, "hint": hint})


def fit(header: Header, matrix: Matrix, label: Matrix) -> tuple[Answer, Model]:
    """header: code, inputs, label (one input), task, classes, seed."""
    seed_all(header["seed"])
    train = train_function(header["code"])
    name = wanted_library(train)
    given = table(name, matrix, header["inputs"]), label_of(name, label, header["label"])
    seed_all(header["seed"])
    began = time.perf_counter()
    model = Model(fitted_object(train(*given)), name, header)
    seconds = time.perf_counter() - began
    scores(model, matrix[:SMOKE])
    kind = type(model.fitted)
    return Answer({"type": f"{kind.__module__}.{kind.__qualname__}", "seconds": seconds}), model


def fitted_object(made: Any) -> Any:
    """What train() returned; an ONNX file is read at once."""
    if isinstance(made, (str, Path)):
        path = Path(made)
        if path.suffix != ".onnx" or not path.is_file():
            raise Told(f"train() returned the path {made}, where no ONNX file is")
        return Onnx(path.read_bytes())
    if not (hasattr(made, "predict") or hasattr(made, "predict_proba")):
        raise Told(
            f"train() returned {type(made).__name__}, which has neither predict nor predict_proba",
            hint="return the fitted object, or the path of an ONNX file",
        )
    return made


def scores(model: Model, matrix: Matrix) -> Matrix:
    """Probability of the positive class or the value, (rows,); multiclass (rows, classes)."""
    header, fitted, known = model.header, model.fitted, None
    if isinstance(fitted, Onnx):
        raw = fitted.scores(matrix, header["inputs"])
    elif header["task"] != "regression" and hasattr(fitted, "predict_proba"):
        raw = fitted.predict_proba(table(model.library, matrix, header["inputs"]))
        known = getattr(fitted, "classes_", None)
    else:
        raw = fitted.predict(table(model.library, matrix, header["inputs"]))
    return placed(np.asarray(raw, dtype=np.float64), known, header, len(matrix))


def placed(raw: Matrix, known: Any, header: Header, rows: int) -> Matrix:
    """Columns in the order of the classes; a class the fit did not see has probability 0."""
    classes, task = header["classes"], header["task"]
    if task != "multiclass" and raw.size == rows and known is None:
        return raw.reshape(rows)
    seen = list(range(len(classes))) if known is None else [places(one, classes) for one in known]
    if task == "regression" or raw.shape != (rows, len(seen)):
        raise Told(f"a {task} model answered {rows} rows with numbers of shape {raw.shape}")
    columns = np.zeros((rows, len(classes)))
    columns[:, seen] = raw
    return np.ascontiguousarray(columns[:, 1]) if task == "binary" else columns


def places(one: Any, classes: list[Any]) -> int:
    """Where a class of the fitted object stands; 1, 1.0 and True are the same."""
    value = one.item() if isinstance(one, np.generic) else one
    if value not in classes:
        raise Told(f"the model knows the class {value!r}, the label has {classes}")
    return classes.index(value)


def saved(model: Model, folder: str) -> Answer:
    """Writes model.onnx or model.pickle."""
    onnx = isinstance(model.fitted, Onnx)
    try:
        content = model.fitted.content if onnx else pickle.dumps(model.fitted, protocol=5)
    except Exception as error:
        raise Told(
            f"the fitted {type(model.fitted).__name__} cannot be saved: {error}",
            hint="define its classes and functions at the top level of model.py",
        ) from error
    path = Path(folder, "model.onnx" if onnx else "model.pickle")
    path.write_bytes(content)
    return Answer({"file": path.name, "digest": hashlib.sha256(content).hexdigest()})


def loaded(header: Header) -> Model:
    """header: file, digest, code, inputs, task, classes. The digest is checked first."""
    content = Path(header["file"]).read_bytes()
    if hashlib.sha256(content).hexdigest() != header["digest"]:
        raise Told(f"{header['file']} is not the file that was saved", kind="broken")
    train = train_function(header["code"])
    onnx = header["file"].endswith(".onnx")
    return Model(Onnx(content) if onnx else pickle.loads(content), wanted_library(train), header)


def exported(model: Model, header: Header) -> Answer:
    """header: program, a module of ours that writes the model otherwise, which only builds need."""
    path = Path(header["program"])
    name = f"mainstay_{path.parent.name}"
    spec: Any = importlib.util.spec_from_file_location(name, path.parent / "__init__.py")
    sys.modules[name] = importlib.util.module_from_spec(spec)
    module = importlib.import_module(f"{name}.{path.stem}")
    if header["op"] == "export":
        return Answer(module.exported(model.fitted, header["folder"]))
    made = module.imported(model.fitted, model.library, model.header)
    return Answer(made[0], tuple(made[1]))


def versions() -> Answer:
    """Python and every distribution of this environment."""
    packages = {one.metadata["Name"]: one.version for one in importlib.metadata.distributions()}
    return Answer({"python": platform.python_version(), "packages": packages})


class Onnx:
    """A model that is an ONNX file; one tensor of all inputs, or one tensor each by name."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        runtime = library("onnxruntime")
        self.session = runtime.InferenceSession(content, providers=["CPUExecutionProvider"])

    def scores(self, matrix: Matrix, inputs: list[Header]) -> Any:
        tensors = self.session.get_inputs()
        if len(tensors) == 1 and tensors[0].name not in [one["name"] for one in inputs]:
            feeds = {tensors[0].name: cast(matrix, tensors[0])}
        else:
            at = {one["name"]: (place, one) for place, one in enumerate(inputs)}
            feeds = {tensor.name: fed(matrix, tensor, at) for tensor in tensors}
        names = [tensor.name for tensor in self.session.get_outputs()]
        wanted = next((name for name in names if "prob" in name.lower()), names[-1])
        (raw,) = self.session.run([wanted], feeds)
        return [list(row.values()) for row in raw] if isinstance(raw, list) else raw


def cast(values: Any, tensor: Any) -> Any:
    kinds = {"tensor(float)": np.float32, "tensor(int64)": np.int64, "tensor(bool)": np.bool_}
    return values.astype(kinds.get(tensor.type, np.float64))


def fed(matrix: Matrix, tensor: Any, at: dict[str, tuple[int, Header]]) -> Any:
    """One column for one tensor, shape (rows, 1); missing text is empty text."""
    if tensor.name not in at:
        raise Told(f"the ONNX file wants {tensor.name}, the inputs are {', '.join(at)}")
    column, one = at[tensor.name]
    values = matrix[:, column : column + 1]
    if tensor.type != "tensor(string)":
        return cast(values, tensor)
    return np.array([[text or ""] for text in texts(values[:, 0], one["levels"])], dtype=object)


def requests(client: socket.socket, kept: bytearray) -> Iterator[Request]:
    """Takes whole frames from what has come, mostly one."""
    while len(kept) >= FRAME.size:
        length, number = FRAME.unpack_from(kept)
        content = kept[FRAME.size : FRAME.size + length]
        if len(content) < length:
            return
        del kept[: FRAME.size + length]
        start = LENGTH.size + LENGTH.unpack_from(content)[0]
        header = read(bytes(content[LENGTH.size : start]))
        yield Request(client, number, header, list(arrays(content, start, header["shapes"])))


def arrays(content: bytearray, start: int, shapes: list[list[int]]) -> Iterator[Matrix]:
    for shape in shapes:
        count = math.prod(shape)
        yield np.frombuffer(content, np.float64, count, start).reshape(shape)
        start += 8 * count


def send(request: Request, answer: Answer) -> None:
    header = json.dumps({**answer.header, "shapes": [one.shape for one in answer.arrays]}).encode()
    content = LENGTH.pack(len(header)) + header + b"".join(one.tobytes() for one in answer.arrays)
    with contextlib.suppress(OSError):  # whoever went away needs no answer
        request.client.sendall(FRAME.pack(len(content), request.id) + content)


def part(client: socket.socket) -> bytes:
    """The next bytes, none where it went away."""
    with contextlib.suppress(OSError):
        return client.recv(PART)
    return b""


def waiting(
    listener: socket.socket, clients: Clients, first: socket.socket, patience: float | None = None
) -> Iterator[Request]:
    """The next request and every other one that came while the model was busy."""
    while first in clients and (ready := select.select([listener, *clients], [], [], patience)[0]):
        for one in ready:
            if one is listener:
                clients[listener.accept()[0]] = bytearray()
            elif data := part(one):
                clients[one] += data
                patience = 0.0  # what has come so far is worth an answer
                yield from requests(one, clients[one])
            else:
                del clients[one]


def together(requests: list[Request]) -> Iterator[list[Request]]:
    """Predictions that follow one another, up to BATCH rows; every other request alone."""
    group: list[Request] = []
    rows = 0
    for request in requests:
        more = len(request.arrays[0]) if request.header["op"] == "predict" else BATCH + 1
        if group and rows + more > BATCH:
            yield group
            group, rows = [], 0
        group.append(request)
        rows += more
    yield group


def done(request: Request, model: Model | None) -> tuple[Answer, Model | None]:
    """The answer and the model from now on."""
    header = request.header
    if header["op"] == "versions":
        return versions(), model
    if header["op"] == "fit":
        return fit(header, *request.arrays)
    if header["op"] == "load":
        return Answer({}), loaded(header)
    if model is None:
        raise Told(f"{header['op']}: no model has been fitted or loaded", kind="conflict")
    if header["op"] == "save":
        return saved(model, header["folder"]), model
    if header["op"] in ("export", "form"):
        return exported(model, header), model
    return Answer({}, (scores(model, request.arrays[0]),)), model


def scattered(group: list[Request], model: Model) -> list[Answer]:
    """One prediction for all rows, cut up for those who asked."""
    matrices = [request.arrays[0] for request in group]
    ends = np.cumsum([len(matrix) for matrix in matrices])[:-1]
    return [Answer({}, (part,)) for part in np.split(scores(model, np.concatenate(matrices)), ends)]


def worked(group: list[Request], model: Model | None) -> tuple[list[Answer], Model | None]:
    """Answers of a group and the model from now on; where a batch fails each is tried alone."""
    if len(group) > 1 and model is not None:
        try:
            return scattered(group, model), model
        except Exception:  # noqa: BLE001 - whichever is at fault is told of below
            traceback.print_exc()
    answers = []
    for request in group:
        try:
            answer, model = done(request, model)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the user's code raises anything
            answer = told(error, sys.path[0])
        answers.append(answer)
    return answers, model


def end_with_parent() -> None:
    """Standard input closes when whoever started this process is gone, however it went."""
    os.read(0, 1)
    os._exit(0)


def serve(path: str) -> None:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    first, _ = listener.accept()
    clients: Clients = {first: bytearray()}
    model: Model | None = None
    while first in clients:
        for group in together(list(waiting(listener, clients, first))):
            answers, model = worked(group, model)
            for request, answer in zip(group, answers, strict=True):
                send(request, answer)


if __name__ == "__main__":
    threading.Thread(target=end_with_parent, daemon=True).start()
    sys.path_hooks.insert(0, source_hook)
    serve(sys.argv[1])
