"""Tables of this bench as Mainstay takes them, and what it makes of them."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pyarrow import parquet

from mainstay.contract.model import Contract
from mainstay.core.nouns import Estimate
from mainstay.stats import chances, metrics
from mainstay.stats.chances import Chances, Known
from mainstay.trainer import estimates
from mainstay.trainer.estimates import Unlabelled

Floats = NDArray[np.float64]
METRICS: Mapping[str, tuple[str, ...]] = {
    "binary": ("accuracy", "f1", "roc_auc"), "multiclass": ("accuracy",),
    "regression": ("mae", "rmse"),
}  # fmt: skip
DAY = 1000
"""Rows of a block where a table has no days."""


class Table(NamedTuple):
    """Rows with labels. features: (rows, features)."""

    label: Floats
    rows: Unlabelled

    def part(self, since: int, count: int) -> "Table":
        """Some of the rows in turn."""
        at = slice(since, since + count)
        return Table(self.label[at], self.rows.of(at))


class Case(NamedTuple):
    """A table of each period, and where they lie."""

    name: str
    task: str
    reference: Path
    analysis: Path


def read(path: Path) -> Table:
    """As Parquet in the form of this bench."""
    found = parquet.read_table(path)
    columns = {name: found[name].to_numpy().astype(np.float64) for name in found.column_names}
    classes = [columns[name] for name in sorted(columns) if name.startswith("score_")]
    score = np.column_stack(classes) if classes else columns["score"]
    count = len(columns["label"])
    day = columns["day"] if "day" in columns else np.arange(count) // DAY
    named = sorted(
        (name for name in columns if name.startswith("f_")), key=lambda one: int(one[2:])
    )
    features = np.column_stack([columns[name] for name in named])
    decided = columns.get("decided", columns["label"])
    rows = Unlabelled(score, decided, decided, day.astype(np.int64), features)
    return Table(columns["label"], rows)


def learned(table: Table, task: str, *, features: bool) -> Chances:
    """What a build keeps of rows that the model did not learn from."""
    rows = table.rows
    known = Known(table.label, rows.score, rows.day, rows.features if features else None)
    return chances.of_numbers(known) if task == "regression" else chances.of_classes(known)


def contract(task: str) -> Contract:
    """One without money."""
    stated = {
        "mainstay": 1, "model": "bench", "owner": "bench",
        "objective": {"decision": "none", "task": task},
        "data": {"decisions": {"from": "x.csv", "key": "k", "time": "t"},
                 "label": {"column": "y", "known_after": "1d"}},
    }  # fmt: skip
    return Contract.model_validate(stated)


def estimated(
    found: Chances, table: Table, stated: Contract, chunk: int
) -> tuple[dict[str, list[Estimate]], float]:
    """Of every whole chunk by metric, and the CPU seconds."""
    began, task = time.process_time(), stated.objective.task
    made: dict[str, list[Estimate]] = {name: [] for name in METRICS[task]}
    for since in range(0, len(table.label) // chunk * chunk, chunk):
        rows = table.part(since, chunk).rows
        rows = rows._replace(day=rows.day - rows.day.min())
        known = estimates.likely(rows, found)
        for name in METRICS[task]:
            made[name].append(estimates.guess(name, rows, stated, found, known).estimate)
    return made, time.process_time() - began


def realised(name: str, table: Table) -> float:
    """What the labels say."""
    takes = metrics.METRICS[name].takes
    said = table.rows.decided if takes == "decision" else table.rows.score
    return metrics.measured(name, table.label, said)


def chunks(table: Table, size: int) -> list[Table]:
    """Whole ones, in turn."""
    return [table.part(one, size) for one in range(0, len(table.label) // size * size, size)]
