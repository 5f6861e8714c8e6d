"""A LightGBM model without LightGBM's Python: its C library through ctypes.

Source: LightGBM's c_api.h. One row costs about 6 us for 300 trees, the pipeline's own path 6 ms.
Many rows go through bitmaps where the model has them, see `lightgbm_leaves`.
"""

import ctypes
import struct
import threading
import weakref
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from mainstay.bundle import lightgbm_leaves
from mainstay.bundle.contributions import Contributions, checked
from mainstay.bundle.leaves import DRAWN, MANY
from mainstay.bundle.lightgbm_leaves import Held
from mainstay.core.errors import Broken, Bug, Unavailable

DOUBLE, ROW_MAJOR, ALL_TREES = 1, 1, -1
NORMAL, RAW, CONTRIBUTIONS = 0, 1, 3
"""Kinds of prediction: scores, margins, and what each input adds to them."""
APART = 1e-7
"""Its Shapley values take back what they extended, which costs digits in deep trees."""
LINES = b"\nis_linear=1"
"""In the text of a model with at least one tree whose leaves are linear models."""
_QUIET = ctypes.CFUNCTYPE(None, ctypes.c_char_p)(lambda _said: None)
_POINTER, _INT, _INT32, _TEXT = ctypes.c_void_p, ctypes.c_int, ctypes.c_int32, ctypes.c_char_p
_ARGUMENTS = {
    "LGBM_BoosterLoadModelFromString": (_TEXT, _POINTER, _POINTER),
    "LGBM_BoosterGetNumFeature": (_POINTER, _POINTER),
    "LGBM_BoosterGetNumClasses": (_POINTER, _POINTER),
    "LGBM_BoosterFree": (_POINTER,),
    "LGBM_FastConfigFree": (_POINTER,),
    "LGBM_BoosterPredictForMat": (
        *(_POINTER, _POINTER, _INT, _INT32, _INT32, _INT),
        *(_INT, _INT, _INT, _TEXT, _POINTER, _POINTER),
    ),
    "LGBM_BoosterPredictForMatSingleRowFastInit": (
        *(_POINTER, _INT, _INT, _INT, _INT, _INT32, _TEXT, _POINTER),
    ),
    "LGBM_BoosterPredictForMatSingleRowFast": (_POINTER,) * 4,
}


class Booster:
    """One loaded model; safe to use, and to close, from several threads.

    inputs: how many numbers a row has. classes: 1, or the number of classes of a multiclass model.
    Scores are what LightGBM calls normal predictions: probability of the positive class, value,
    or one probability per class. tables: whether to make what batches are fast by, for whoever
    scores many: 0.15 s for 200 trees. Raises Unavailable where the library or what it needs
    (libgomp) does not load, Broken for a model text it does not read, and Unavailable for a score
    after `close`. Give it verified files only: at some damaged texts LightGBM ends the whole
    process.
    """

    def __init__(
        self, model: Path, library: Path, *, threads: int = 1, tables: bool = True
    ) -> None:
        self._library = _loaded(library)
        self._threads = f"num_threads={threads}".encode()
        self._booster = self._made(model)
        self.inputs = self._number("LGBM_BoosterGetNumFeature")
        self.classes = self._number("LGBM_BoosterGetNumClasses")
        self._fast = self._single_row()
        self._end = weakref.finalize(self, _freed, self._library, self._booster, self._fast)
        self._lock = threading.Lock()
        self._row, pack = np.zeros(self.inputs), struct.Struct(f"={self.inputs}d")
        self._put = partial(pack.pack_into, self._row.data, 0)
        self._out, self._count = (ctypes.c_double * self.classes)(), ctypes.c_int64()
        numbers = self._row.ctypes.data, *map(ctypes.addressof, (self._count, self._out))
        addresses = map(ctypes.c_void_p, numbers)  # made once, not at every call
        self._predict: Callable[[], int] = partial(
            self._library.LGBM_BoosterPredictForMatSingleRowFast, self._fast, *addresses
        )
        self._leaves = self._tables(model) if tables and threads == 1 else None
        self._lines = LINES in model.read_bytes()

    def score(self, row: Sequence[float]) -> float:
        """The score of one row of `inputs` floats, NaN where missing; not for multiclass."""
        with self._lock:
            self._put(*row)
            if self._predict():
                raise Bug(f"LightGBM does not score a row: {_complaint(self._library)}")
            return self._out[0]

    def scores(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Shape (rows,), multiclass (rows, classes): bit for bit what `score` says row by row."""
        given = np.ascontiguousarray(matrix, dtype=np.float64)
        if given.ndim != 2 or given.shape[1] != self.inputs:
            raise ValueError(f"{given.shape} is no matrix of {self.inputs} columns")
        if not self._end.alive:
            _refuse_closed()
        if self._leaves and len(given) >= MANY and self._leaves.hold(given):
            return self._leaves.scores(given)
        return self._by_library(given)

    def contributions(self, row: Sequence[float], output: int) -> Contributions:
        """See contributions.Explaining; none of trees that end in lines.

        Those are never asked for: the library would say so on standard error, whatever hears it.
        """
        if self._lines:
            raise Unavailable("LightGBM gives no reasons for trees that end in lines")
        given, width = np.array([row], dtype=np.float64), self.inputs + 1
        try:
            found = self._predicted(given, CONTRIBUTIONS, self.classes * width)[0]
        except Bug as error:
            raise Unavailable(f"LightGBM gives no reasons for this model: {error}") from error
        margins = self._predicted(given, RAW, self.classes)[0]
        mine = found[output * width : (output + 1) * width]
        of, base = mine[:-1], float(mine[-1])
        return checked(Contributions(of, base, float(margins[output])), APART)

    def close(self) -> None:
        """Gives the model back after the row being scored; whoever asks later is told so."""
        with self._lock:
            self._predict = _refuse_closed
            self._end()

    def _by_library(self, given: NDArray[np.float64]) -> NDArray[np.float64]:
        made = self._predicted(given, NORMAL, self.classes)
        return made if self.classes > 1 else made[:, 0]

    def _predicted(
        self, given: NDArray[np.float64], kind: int, numbers: int
    ) -> NDArray[np.float64]:
        """So many numbers of each row."""
        made = np.empty((len(given), numbers))
        with self._lock:
            if not self._end.alive:
                _refuse_closed()
            if len(given):
                self._call(
                    "LGBM_BoosterPredictForMat",
                    *(self._booster, given.ctypes.data, DOUBLE, *given.shape, ROW_MAJOR),
                    *(kind, 0, ALL_TREES, self._threads),
                    *(ctypes.byref(ctypes.c_int64()), made.ctypes.data),
                )
        return made

    def _tables(self, model: Path) -> Held | None:
        """None where the model has none, or they say anything but what the library says."""
        made = lightgbm_leaves.of_lightgbm(model.read_text(encoding="utf-8"))
        if made is None:
            return None
        rows = made.leaves.drawn(DRAWN, self.inputs)
        return made if np.array_equal(made.scores(rows), self._by_library(rows)) else None

    def _made(self, model: Path) -> ctypes.c_void_p:
        booster, trees = ctypes.c_void_p(), ctypes.c_int()
        try:
            self._call(
                "LGBM_BoosterLoadModelFromString",
                *(model.read_bytes(), ctypes.byref(trees), ctypes.byref(booster)),
            )
        except Bug as error:
            raise Broken(f"{model} is no LightGBM model: {error}") from error
        return booster

    def _single_row(self) -> ctypes.c_void_p:
        fast = ctypes.c_void_p()
        self._call(
            "LGBM_BoosterPredictForMatSingleRowFastInit",
            *(self._booster, NORMAL, 0, ALL_TREES, DOUBLE, self.inputs),
            *(b"num_threads=1", ctypes.byref(fast)),
        )
        return fast

    def _number(self, name: str) -> int:
        number = ctypes.c_int()
        self._call(name, self._booster, ctypes.byref(number))
        return number.value

    def _call(self, name: str, *arguments: object) -> None:
        if getattr(self._library, name)(*arguments):
            raise Bug(f"{name}: {_complaint(self._library)}")


def _loaded(path: Path) -> ctypes.CDLL:
    try:
        library = ctypes.CDLL(str(path))
    except OSError as error:
        raise Unavailable(
            f"LightGBM's library does not load here: {error}",
            hint="install libgomp1, or let the model's own process answer",
        ) from error
    for name, arguments in _ARGUMENTS.items():
        getattr(library, name).argtypes = arguments
    library.LGBM_GetLastError.restype = _TEXT
    library.LGBM_RegisterLogCallback(_QUIET)
    return library


def _refuse_closed() -> NoReturn:
    raise Unavailable("the model was closed: another version has taken its place")


def _complaint(library: ctypes.CDLL) -> str:
    said: bytes = library.LGBM_GetLastError()
    return said.decode(errors="replace").strip()


def _freed(library: ctypes.CDLL, booster: ctypes.c_void_p, fast: ctypes.c_void_p) -> None:
    library.LGBM_FastConfigFree(fast)
    library.LGBM_BoosterFree(booster)
