"""What is proven of a bundle, whichever rows judge it: a clean room, and that nothing travels."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
import numpy as np

from mainstay.bundle import golden, layout, runtime
from mainstay.bundle.golden import Replay
from mainstay.bundle.runtime import Runtime
from mainstay.contract.model import Contract
from mainstay.core.nouns import ModelVersion, Window
from mainstay.core.places import Places
from mainstay.data import travel
from mainstay.data.rows import Rows
from mainstay.data.source import Reader

CLEAN = "clean-room"
"""The folder of environments that nothing but replays of golden rows has seen."""


class Proved(msgspec.Struct, frozen=True):
    """replay: of the golden rows in a clean room. changed: rows of these sources

    that knew their future. at: when the first of it was proven.
    """

    replay: Replay
    changed: int
    sources: tuple[str, ...]
    at: datetime


class Case(NamedTuple):
    """Whose proof: of a version opened here, of its contract; earlier: what was proven before."""

    version: ModelVersion
    contract: Contract
    places: Places
    opened: Runtime
    earlier: Proved | None


@contextmanager
def replaying(case: Case) -> Iterator[Future[Replay]]:
    """The clean room at work in processes of its own, while this one does something else."""
    with ThreadPoolExecutor(1, "clean-room") as beside, ExitStack() as room:
        replay = beside.submit(
            lambda: case.earlier.replay if case.earlier else _replayed(case, room)
        )
        beside.submit(room.close)
        yield replay


def proved(
    case: Case,
    replay: Callable[[], Replay],
    reader: Reader,
    rows: Rows,
    trained: Window,
    now: datetime,
) -> Proved:
    """The replay, and the sources cut at a random moment unless these were cut before."""
    sources = tuple(one.digest for one in rows.datasets)
    if case.earlier and case.earlier.sources == sources:
        return case.earlier
    cut = _random_moment(trained, case.contract.train.seed)
    changed = travel.changed_rows(case.contract, reader, cut=cut, now=now)
    return Proved(replay(), changed, sources, case.earlier.at if case.earlier else now)


def _replayed(case: Case, room: ExitStack) -> Replay:
    """The golden rows in an environment made from the lock alone, where nothing but this runs.

    It stays for other bundles of the same lock; its process ends with the room.
    """
    bundle = case.places.bundle(case.version.bundle)
    kept = golden.read(bundle / layout.GOLDEN)
    clean = case.places.work / CLEAN
    original = runtime.original(bundle, clean, expected=case.version.bundle)
    room.callback(original.close)
    return golden.replay(kept, case.opened.inputs, original.scores)


def _random_moment(window: Window, seed: int) -> datetime:
    """A moment in the middle half of a window."""
    share = np.random.default_rng(seed).uniform(0.25, 0.75)
    return window.since + timedelta(seconds=share * (window.until - window.since).total_seconds())
