"""An XGBoost model without XGBoost's Python: its C library through ctypes, in place.

Source: XGBoost's c_api.h. It computes in single precision: inputs are cast to float32, scores are
float32 numbers held in float64. One row of 40 trees costs about 30 us, the wrapper's own path 1 ms.
"""

import ctypes
import json
import struct
import threading
import weakref
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mainstay.bundle.contributions import SINGLE, Contributions, checked
from mainstay.core.errors import Broken, Bug, Unavailable

_POINTER, _TEXT, _SIZE = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint64
_QUIET = ctypes.CFUNCTYPE(None, _TEXT)(lambda _said: None)
_ARGUMENTS = {
    "XGBoosterCreate": (_POINTER, _SIZE, _POINTER),
    "XGBoosterLoadModelFromBuffer": (_POINTER, _TEXT, _SIZE),
    "XGBoosterSetParam": (_POINTER, _TEXT, _TEXT),
    "XGBoosterGetAttr": (_POINTER, _TEXT, _POINTER, _POINTER),
    "XGBoosterGetNumFeature": (_POINTER, _POINTER),
    "XGBoosterFree": (_POINTER,),
    "XGProxyDMatrixCreate": (_POINTER,),
    "XGDMatrixFree": (_POINTER,),
    "XGBoosterPredictFromDense": (_POINTER, _TEXT, _TEXT, *(_POINTER,) * 4),
}
_FOR_REASONS = {
    "XGDMatrixCreateFromDense": (_TEXT, _TEXT, _POINTER),
    "XGBoosterPredictFromDMatrix": (_POINTER, _POINTER, _TEXT, *(_POINTER,) * 3),
}
"""What releases before 1.6 may lack."""
VALUE, MARGIN, CONTRIBUTIONS = 0, 1, 2
"""Kinds of prediction: scores, margins, and what each input adds to them."""
CLOSED = "the model was closed: another version has taken its place"
_SAID = "\nStack trace:"
"""Where XGBoost's own complaint ends."""


class Booster:
    """One loaded model; safe to use, and to close, from several threads.

    inputs: how many numbers a row has. classes: 1, or the number of classes of a multiclass model.
    Scores are what XGBoost calls values, of the trees up to its best iteration: probability of the
    positive class, value, or one probability per class; missing is NaN, a category its code.
    openmp: the copy of libgomp that the library's wheel brought, where it brought one. Raises
    Unavailable where the library does not load, and for a score after `close`; Broken for a model
    it does not read or does not score in place (gblinear). Give it verified files only.
    """

    def __init__(
        self, model: Path, library: Path, openmp: Path | None = None, *, threads: int = 1
    ) -> None:
        self._library = _loaded(library, openmp)
        self._booster, self._proxy = ctypes.c_void_p(), ctypes.c_void_p()
        self._call("XGBoosterCreate", None, 0, ctypes.byref(self._booster))
        self._call("XGProxyDMatrixCreate", ctypes.byref(self._proxy))
        self._end = weakref.finalize(self, _freed, self._library, self._booster, self._proxy)
        self._lock = threading.Lock()
        self._shape, self._result = ctypes.POINTER(_SIZE)(), ctypes.POINTER(ctypes.c_float)()
        self._sides = _SIZE()
        self._read(model, threads)
        self._row = np.full((1, self.inputs), np.nan)
        self._pack, self._alone = struct.Struct(f"={self.inputs}d"), _described(self._row)
        self._single = partial(self._library.XGBoosterPredictFromDense, *self._asked(self._alone))
        self.classes = self._tried(model)

    def score(self, row: Sequence[float]) -> float:
        """The score of one row of `inputs` floats, NaN where missing; not for multiclass."""
        with self._lock:
            self._pack.pack_into(self._row.data, 0, *row)
            if not self._end.alive:
                raise Unavailable(CLOSED)
            if self._single():
                raise Bug(f"XGBoost does not score a row: {self._complaint()}")
            return float(self._result[0])

    def scores(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Shape (rows,), multiclass (rows, classes): bit for bit what `score` says row by row."""
        given = np.ascontiguousarray(matrix, dtype=np.float64)
        if given.ndim != 2 or given.shape[1] != self.inputs:
            raise ValueError(f"{given.shape} is no matrix of {self.inputs} columns")
        if not len(given):
            made = np.empty((0, self.classes))
        else:
            with self._lock:
                self._predict(_described(given))
                made = self._answers().astype(np.float64).reshape(len(given), -1)
        return made if self.classes > 1 else made[:, 0]

    def contributions(self, row: Sequence[float], output: int) -> Contributions:
        """See contributions.Explaining; in single precision."""
        given, matrix = np.array([row], dtype=np.float64), ctypes.c_void_p()
        config = json.dumps({"missing": float("nan"), "nthread": 1}).encode()
        with self._lock:
            if not self._end.alive:
                raise Unavailable(CLOSED)
            if not all(hasattr(self._library, name) for name in _FOR_REASONS):
                raise Unavailable("this release of XGBoost gives no reasons without its Python")
            self._call("XGDMatrixCreateFromDense", _described(given), config, ctypes.byref(matrix))
            try:
                found = self._of_matrix(matrix, CONTRIBUTIONS).reshape(-1, self.inputs + 1)[output]
                margin = self._of_matrix(matrix, MARGIN).ravel()[output]
            finally:
                self._library.XGDMatrixFree(matrix)
        return checked(Contributions(found[:-1], float(found[-1]), float(margin)), SINGLE)

    def close(self) -> None:
        """Gives the model back after the row being scored; whoever asks later is told so."""
        with self._lock:
            self._end()

    def _read(self, model: Path, threads: int) -> None:
        content = model.read_bytes()
        try:
            self._call("XGBoosterLoadModelFromBuffer", self._booster, content, len(content))
        except Bug as error:
            raise Broken(f"{model} is no XGBoost model: {error}") from error
        self._call("XGBoosterSetParam", self._booster, b"nthread", str(threads).encode())
        count = _SIZE()
        self._call("XGBoosterGetNumFeature", self._booster, ctypes.byref(count))
        self.inputs = count.value
        self._last = self._best()
        self._wanted = _wanted(self._last, VALUE)

    def _best(self) -> int:
        """The iteration where training stopped early, -1 where it did not."""
        text, found = ctypes.c_char_p(), ctypes.c_int()
        references = ctypes.byref(text), ctypes.byref(found)
        self._call("XGBoosterGetAttr", self._booster, b"best_iteration", *references)
        return int(text.value) if found.value and text.value else -1

    def _tried(self, model: Path) -> int:
        """How many numbers a row gets. Raises Broken where a row of missing values gets none."""
        try:
            self._predict(self._alone)
        except Bug as error:
            raise Broken(f"{model} is not scored in place: {error}") from error
        return int(self._answers().size)

    def _predict(self, described: bytes) -> None:
        """Leaves shape and result where the library keeps them until the next call."""
        if not self._end.alive:
            raise Unavailable(CLOSED)
        self._call("XGBoosterPredictFromDense", *self._asked(described))

    def _of_matrix(self, matrix: ctypes.c_void_p, kind: int) -> NDArray[np.float64]:
        """Of what is not scored in place, copied."""
        told = map(ctypes.byref, (self._shape, self._sides, self._result))
        wanted = _wanted(self._last, kind)
        self._call("XGBoosterPredictFromDMatrix", self._booster, matrix, wanted, *told)
        return self._answers().astype(np.float64)

    def _asked(self, described: bytes) -> tuple[object, ...]:
        told = map(ctypes.byref, (self._shape, self._sides, self._result))
        return self._booster, described, self._wanted, self._proxy, *told

    def _answers(self) -> NDArray[np.float32]:
        shape = self._shape[: self._sides.value]
        return np.ctypeslib.as_array(self._result, shape=shape)

    def _call(self, name: str, *arguments: object) -> None:
        if getattr(self._library, name)(*arguments):
            raise Bug(f"{name}: {self._complaint()}")

    def _complaint(self) -> str:
        """In one line, without the place in XGBoost's source and without its stack."""
        said: bytes = self._library.XGBGetLastError()
        text = said.decode(errors="replace").partition(_SAID)[0].strip().partition("\n")[0]
        return text.partition("] ")[2] or text


def _described(matrix: NDArray[np.float64]) -> bytes:
    """Where a matrix lies, as XGBoost reads it (NumPy's array interface, in JSON)."""
    place = [matrix.ctypes.data, True]
    return json.dumps(
        {"data": place, "shape": matrix.shape, "typestr": "<f8", "version": 3}
    ).encode()


def _wanted(best: int, kind: int) -> bytes:
    """What to predict, of all trees or of those up to the best iteration."""
    return json.dumps(
        {
            "type": kind,
            "training": False,
            "iteration_begin": 0,
            "iteration_end": best + 1,
            "missing": float("nan"),
            "strict_shape": False,
            "cache_id": 0,
        }
    ).encode()


def _loaded(path: Path, openmp: Path | None) -> ctypes.CDLL:
    try:
        if openmp:  # a wheel's library asks for its own copy by a name that only the wheel knows
            ctypes.CDLL(str(openmp), mode=ctypes.RTLD_GLOBAL)
        library = ctypes.CDLL(str(path))
    except OSError as error:
        raise Unavailable(
            f"XGBoost's library does not load here: {error}",
            hint="install libgomp1, or let the model's own process answer",
        ) from error
    for name, arguments in _ARGUMENTS.items():
        getattr(library, name).argtypes = arguments
    for name, arguments in _FOR_REASONS.items():
        if hasattr(library, name):
            getattr(library, name).argtypes = arguments
    library.XGBGetLastError.restype = _TEXT
    library.XGBRegisterLogCallback(_QUIET)
    return library


def _freed(library: ctypes.CDLL, booster: ctypes.c_void_p, proxy: ctypes.c_void_p) -> None:
    library.XGDMatrixFree(proxy)
    library.XGBoosterFree(booster)
