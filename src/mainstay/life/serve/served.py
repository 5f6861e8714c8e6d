"""One version as it answers here: its runtime, its certificate, who is using it right now."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from mainstay.bundle.encoder import Row, attribute
from mainstay.bundle.guard import Judgement, Rejection
from mainstay.bundle.manifest import Manifest
from mainstay.bundle.runtime import Answer, Matrix, Runtime
from mainstay.core.errors import Unavailable
from mainstay.seal.certificate import Certificate
from mainstay.seal.routing import Routing, Share

EXPIRED = "certificate"
"""The flag of an answer that only the certificate keeps the model from giving."""


class Silent:
    """The engine of a version that may not answer: its baseline does."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def scores(self, matrix: Matrix) -> Matrix:  # noqa: ARG002 - the protocol of engines
        """Raises Unavailable, always."""
        raise Unavailable(self.reason)

    def score(self, row: Sequence[float]) -> float:  # noqa: ARG002 - the protocol of engines
        """Raises Unavailable, always."""
        raise Unavailable(self.reason)

    def close(self) -> None:
        """Nothing is held."""


class Held:
    """A runtime that is closed when nobody needs it any more, and not before."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self._using, self._retired, self._closed = 0, False, False
        self._lock = threading.Lock()

    @contextmanager
    def used(self) -> Iterator[bool]:
        """For one request; False where it was closed already."""
        with self._lock:
            alive = not self._closed
            self._using += alive
        try:
            yield alive
        finally:
            with self._lock:
                self._using -= alive
                self._end()

    def retire(self) -> None:
        """No request will come to it; it ends after those it has."""
        with self._lock:
            self._retired = True
            self._end()

    def _end(self) -> None:
        if self._retired and not self._using and not self._closed:
            self._closed = True
            self.runtime.close()


class Served(NamedTuple):
    """A share that is answered. certificate: None where none holds, and `reason` says why."""

    share: Share
    held: Held
    certificate: Certificate | None
    entity: Callable[[Row], object]
    key: Callable[[Row], object]
    covered: Callable[[Row], bool]
    reason: str = ""

    @property
    def short(self) -> str:
        """How answers name the certificate."""
        return self.share.certificate[:12] if self.certificate else ""

    def judged(self, body: bytes) -> list[Judgement] | Rejection:
        """What this version's guard finds in a request."""
        return self.held.runtime.guard.judged(body)

    def answer(self, judgement: Judgement, at: datetime) -> Answer:
        """By the model as long as the certificate holds, else by the baseline."""
        valid = self.certificate is not None and at < self.certificate.not_after
        if valid:
            return self.held.runtime.answer(judgement)
        instead = Judgement(judgement.row, "fallback", judgement.reasons)
        said = self.held.runtime.answer(instead)
        return Answer(
            said.score, said.decision, said.decided_by, (*said.flags, EXPIRED), said.version
        )


class Table(NamedTuple):
    """Everything a request needs to know, swapped as one. limits: see routing.bounds."""

    routing: Routing
    served: tuple[Served, ...]
    limits: tuple[int, ...]


def served(share: Share, held: Held, certificate: Certificate | None, reason: str = "") -> Served:
    """A version ready to answer."""
    stated = held.runtime.manifest
    few = certificate.not_covered if certificate else ()
    key = _reader(stated, "key")
    return Served(
        share, held, certificate, _entity(stated, key), key, _covered(stated, few), reason
    )


def _reader(stated: Manifest, role: str) -> Callable[[Row], object]:
    name = next((one.name for one in stated.request if one.role == role), None)
    if name is None:
        return lambda _: None
    place = attribute(stated.columns, name)
    return lambda row: getattr(row, place)


def _entity(stated: Manifest, key: Callable[[Row], object]) -> Callable[[Row], object]:
    """Whom a row is about: the key where there is no entity."""
    entity = _reader(stated, "entity")

    def found(row: Row) -> object:
        who = entity(row)
        return key(row) if who is None else who

    return found


def _covered(stated: Manifest, few: tuple[str, ...]) -> Callable[[Row], bool]:
    """Whether a row is outside the slices `column = level` that had too few rows to be judged.

    A slice by what only features() makes is not seen here: then no row counts as covered.
    """
    pairs = [name.partition(" = ")[::2] for name in few]
    if any(column not in stated.columns for column, _ in pairs):
        return lambda _: False
    places = [(attribute(stated.columns, column), level) for column, level in pairs]
    return lambda row: all(_level(getattr(row, place)) != level for place, level in places)


def _level(value: object) -> str:
    return "missing" if value is None else str(value)
