"""One table for every server: 30 numbers and 5 texts per decision, a label that hangs on eight."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np

Value = float | str
NUMBERS = tuple(f"n{at}" for at in range(30))
LEVELS: Mapping[str, Sequence[str]] = {
    "c0": ("blue", "green", "red"),
    "c1": tuple(f"city{at}" for at in range(20)),
    "c2": ("A", "B", "C", "D", "E"),
    "c3": ("n", "y"),
    "c4": tuple(f"product{at}" for at in range(50)),
}
COLUMNS = (*NUMBERS, *LEVELS)
DAYS = 100


class Table(NamedTuple):
    """Rows in the order of time; label: 0 or 1."""

    rows: list[tuple[Value, ...]]
    label: list[int]
    at: list[datetime]

    def first(self, count: int) -> "Table":
        """Its first rows."""
        return Table(self.rows[:count], self.label[:count], self.at[:count])


def made(count: int, until: datetime, seed: int) -> Table:
    """`count` decisions, evenly over the DAYS before a moment."""
    random = np.random.default_rng(seed)
    numbers = random.normal(size=(count, len(NUMBERS))).round(5)
    texts = {name: random.choice(known, count) for name, known in LEVELS.items()}
    n = numbers.T
    score = n[0] + 0.5 * n[1] * n[2] - 0.3 * n[3] ** 2 + np.sin(2 * n[4])
    score += 0.8 * (texts["c0"] == "red") + np.isin(texts["c1"], ["city1", "city5", "city9"])
    score += 0.7 * random.normal(size=count)
    label = (score > np.median(score)).astype(int).tolist()
    rows = list(zip(*numbers.T.tolist(), *(one.tolist() for one in texts.values()), strict=True))
    step = timedelta(days=DAYS) / count
    since = until.replace(microsecond=0) - timedelta(days=DAYS)
    return Table(rows, label, [since + at * step for at in range(count)])


def written(path: Path, table: Table) -> None:
    """As CSV, for whoever learns from it."""
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(("decision", "at", "who", *COLUMNS, "label"))
        for number, (row, label, at) in enumerate(zip(*table, strict=True)):
            lines.writerow((f"d{number}", at.isoformat(), f"w{number % 997}", *row, label))


def read(path: Path) -> Table:
    """What was written there."""
    rows, labels, times = list[tuple[Value, ...]](), list[int](), list[datetime]()
    with path.open(newline="", encoding="utf-8") as file:
        for line in csv.DictReader(file):
            numbers = (float(line[name]) for name in NUMBERS)
            rows.append((*numbers, *(line[name] for name in LEVELS)))
            labels.append(int(line["label"]))
            times.append(datetime.fromisoformat(line["at"]))
    return Table(rows, labels, times)


def records(table: Table) -> list[dict[str, Value]]:
    """What a caller of a peer sends per row."""
    return [dict(zip(COLUMNS, row, strict=True)) for row in table.rows]


def decisions(table: Table) -> Iterator[dict[str, Value]]:
    """What a caller of Mainstay sends per row: whom it is about and when, beside the columns."""
    for number, (record, at) in enumerate(zip(records(table), table.at, strict=True)):
        yield {"decision": f"q{number}", "at": at.isoformat(), "who": f"w{number % 997}", **record}


def tensors(table: Table) -> list[dict[str, object]]:
    """The rows as inputs of the Open Inference Protocol, one per column."""
    columns = zip(COLUMNS, zip(*table.rows, strict=True), strict=True)
    return [_tensor(name, values) for name, values in columns]


def _tensor(name: str, values: Sequence[Value]) -> dict[str, object]:
    shape = [len(values), 1]
    if name in NUMBERS:
        return {"name": name, "shape": shape, "datatype": "FP64", "data": values}
    kind = {"content_type": "str"}
    return {"name": name, "shape": shape, "datatype": "BYTES", "parameters": kind, "data": values}


def encoded(body: object) -> bytes:
    """As JSON, the way most callers write it."""
    return json.dumps(body).encode()


def decoded(body: bytes) -> object:
    return json.loads(body)
