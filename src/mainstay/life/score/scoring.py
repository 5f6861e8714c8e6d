"""What all partitions of a run share, and what is written of a batch of rows that was answered."""

from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import pyarrow as pa

from mainstay.data.partitions import Cut
from mainstay.data.stream import Batch
from mainstay.life.score import answers as answering
from mainstay.life.score import record
from mainstay.life.score.answers import BASELINE, MODEL, PERSON, Said, Standing
from mainstay.life.score.asked import Asks
from mainstay.life.score.layout import Layout
from mainstay.life.score.manifest import Made
from mainstay.life.score.record import Recording

See = Callable[[Cut, Batch], None]
"""Told of every batch of a partition as it came, in order."""


class Counted(NamedTuple):
    """How many rows."""

    rows: int = 0
    by_model: int = 0
    by_baseline: int = 0
    by_person: int = 0
    rejected: int = 0
    flagged: int = 0


class Part(NamedTuple):
    """A batch and all that is written of it."""

    counted: Counted
    answers: pa.Table
    rejected: pa.Table | None
    record: pa.Table | None


class Maker(Protocol):
    """Where rows are read and answered: always in one order, whatever the batches."""

    def came(self, scoring: "Scoring", cut: Cut) -> Generator[Batch, None, None]:
        """The rows of a partition as they came, answered or not."""

    def parts(
        self, scoring: "Scoring", cuts: Iterable[Cut], see: See
    ) -> Generator[Part | None, None, None]:
        """The rows of some partitions, one after the other, answered; None after each of them."""


class Scoring(NamedTuple):
    """What all partitions of a run share. asks: of all their rows. sources: see manifest.Partition.

    journal: where the watch finds what was answered; recording: how, None where it should not.
    """

    asks: Asks
    key: str
    time: str
    standing: Standing
    layout: Layout
    made: Made
    sources: str
    journal: Path
    recording: Recording | None
    maker: Maker


def record_of(scoring: Scoring, name: str) -> Path:
    """What the watch reads of a partition."""
    return scoring.journal / f"{scoring.layout.id}-{name}.parquet"


def first_place(scoring: Scoring, name: str) -> int:
    """Of the rows of a partition in what the watch reads."""
    return record.first_place(record_of(scoring, name).name)


def part(scoring: Scoring, batch: Batch, said: Said, aside: pa.Table | None, place: int) -> Part:
    """aside: rejected rows with reasons, None where there are none; place: of the first row."""
    asked, standing, how = scoring.asks, scoring.standing, scoring.recording
    keys = batch.column(asked.came[scoring.key])
    return Part(
        _counted(said),
        answering.table(said, standing, keys, scoring.key),
        aside,
        record.table(batch, asked, said, standing, how, place) if how else None,
    )


def _counted(said: Said) -> Counted:
    rejected = said.rejected
    by = np.bincount(said.by[~rejected], minlength=3)
    return Counted(
        len(rejected), int(by[MODEL]), int(by[BASELINE]), int(by[PERSON]),
        int(rejected.sum()), int((said.flagged & ~rejected).sum()),
    )  # fmt: skip
