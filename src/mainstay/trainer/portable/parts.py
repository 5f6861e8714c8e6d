"""What the importers hand around, and what they say where the form cannot hold a model."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

Header = dict[str, Any]
Array = np.ndarray[Any, Any]
Step = dict[str, Any]


class Foreign(Exception):
    """The form cannot hold this exactly; the text names the estimator and the parameter."""


class Column(NamedTuple):
    """A column on its way: an input after steps; texts where it is still text.

    texts: one per code of the input; absent: what a missing one has become, None where it still
    is missing.
    """

    input: int
    steps: tuple[Step, ...] = ()
    texts: tuple[Any, ...] | None = None
    absent: Any = None

    def then(self, kind: str, **members: Any) -> "Column":
        """After one more step. Raises Foreign for text, which no arithmetic takes."""
        if self.texts is not None:
            raise Foreign(f"{kind} of a column of text")
        return self._replace(steps=(*self.steps, {"type": kind, **members}))

    def of_text(self, kind: str, **members: Any) -> "Column":
        """A number made from the code of a text."""
        return Column(self.input, ({"type": kind, **members},))

    @property
    def feature(self) -> Header:
        """As the form writes it."""
        return {"input": self.input, "steps": list(self.steps)}


class Block(NamedTuple):
    """Columns side by side. numbers: of these none may be missing or infinite, of finite none
    infinite, else the library refuses the row.
    """

    columns: tuple[Column, ...]
    sparse: bool = False
    numbers: tuple[Column, ...] = ()
    finite: tuple[Column, ...] = ()

    def of(self, columns: Sequence[Column], *, sparse: bool = False) -> "Block":
        """Other columns after the same checks."""
        return self._replace(columns=tuple(columns), sparse=sparse)

    def checked(self, *, missing: bool) -> "Block":
        """Where the library looks at its input before it works on it; text is not looked at."""
        some = tuple(one for one in self.columns if one.texts is None)
        if missing:
            return self._replace(finite=self.finite + some)
        return self._replace(numbers=self.numbers + some)

    def known(self, columns: Sequence[Column]) -> "Block":
        """Also refused where one of these is missing."""
        return self._replace(numbers=self.numbers + tuple(columns))


class Tables:
    """Arrays of a form, sent beside its header."""

    def __init__(self) -> None:
        self.arrays: list[Array] = []

    def __call__(self, values: Any, kind: str) -> Header:
        """What stands in the header for an array of that kind."""
        self.arrays.append(np.ascontiguousarray(values, dtype=np.float64))
        return {"at": len(self.arrays) - 1, "kind": kind}


def name(thing: Any) -> str:
    """library.Class, for example sklearn.StandardScaler; a user's own class keeps its module."""
    kind = type(thing)
    return f"{kind.__module__.partition('.')[0]}.{kind.__name__}"


def plainly(thing: Any, **expected: Any) -> None:
    """Raises Foreign where a parameter is not as expected; one that is not there is."""
    for parameter, value in expected.items():
        found = getattr(thing, parameter, value)
        same = found is value or (isinstance(found, (str, bool, int)) and found == value)
        if not same:
            raise Foreign(f"{name(thing)} with {parameter}={found!r}")


def without_missing(thing: Any, values: Any) -> Array:
    """Numbers of a fitted attribute. Raises Foreign where one is none."""
    found = np.asarray(values, dtype=np.float64)
    if not np.isfinite(found).all():
        raise Foreign(f"{name(thing)} fitted on a column without values")
    return found


def missing(value: Any) -> bool:
    """Whether a category or a fill stands for a missing value."""
    return value is None or (isinstance(value, (float, np.floating)) and bool(np.isnan(value)))


Transform = Callable[[Any, Block], Block]
