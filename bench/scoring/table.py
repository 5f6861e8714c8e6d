"""The rows of a batch as Parquet, in the order of time: a key, a moment and ten numbers each."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

KEY, TIME, LABEL = "event", "at", "label"
NUMBERS = tuple(f"n{at}" for at in range(10))
GROUP = 250_000  # rows of a group, as writers of large files make them
DAYS = 10


def written(path: Path, rows: int, seed: int, until: datetime, days: int = DAYS) -> Path:
    """So many rows over the days before a moment; of more days than a batch has, with the label."""
    writer = None
    for table in _groups(rows, seed, until.replace(microsecond=0), days):
        writer = writer or parquet.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table)
    if writer:
        writer.close()
    return path


def _groups(rows: int, seed: int, until: datetime, days: int) -> Iterator[pa.Table]:
    random = np.random.default_rng(seed)
    since = np.datetime64((until.astimezone(UTC) - timedelta(days=days)).replace(tzinfo=None), "us")
    step = np.timedelta64(timedelta(days=days) // timedelta(microseconds=1) // max(rows, 1), "us")
    for first in range(0, rows, GROUP):
        count = min(GROUP, rows - first)
        numbers = random.normal(size=(len(NUMBERS), count))
        places = first + np.arange(count)
        columns = {KEY: places, TIME: pa.array(since + places * step, pa.timestamp("us", "UTC"))}
        columns |= dict(zip(NUMBERS, numbers, strict=True))
        if days > DAYS:
            columns[LABEL] = _label(numbers, random)
        yield pa.table(columns)


def _label(numbers: np.ndarray, random: np.random.Generator) -> np.ndarray:
    score = numbers[0] + 0.5 * numbers[1] * numbers[2] - 0.3 * numbers[3] ** 2
    found: np.ndarray = score + np.sin(2 * numbers[4]) + random.normal(size=len(score)) > 0
    return found
