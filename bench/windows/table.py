"""The rows of a window as Parquet, the contract they keep and the reference they are like."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
from pyarrow import parquet

from mainstay.core.nouns import Window
from mainstay.core.rules import FieldRule
from mainstay.data import engine, live, profile
from mainstay.data.profile import Bins, Profile

TIME, BEGIN = "at", datetime(2024, 1, 1, tzinfo=UTC)
DAY, BATCH, PARTS = timedelta(days=1), 500_000, 10
LEVELS = (3, 5, 8, 12, 20, 30, 50, 2, 4, 6)


class Learned(msgspec.Struct, frozen=True):
    """Bins and profiles of the training windows, the rules that the rows keep."""

    bins: Bins
    trained: tuple[Profile, ...]
    rules: tuple[FieldRule, ...]


def written(folder: Path, name: str, rows: int, columns: int, seed: int) -> Path:
    """Rows over one day, or for "past" over PARTS days."""
    path, random = folder / f"{name}.parquet", np.random.default_rng(seed)
    spread = DAY * (PARTS if name == "past" else 1)
    writer = None
    for first in range(0, rows, BATCH):
        batch = _batch(random, first, min(BATCH, rows - first), rows, columns, spread)
        writer = writer or parquet.ParquetWriter(path, batch.schema, compression="zstd")
        writer.write_table(batch)
    if writer:
        writer.close()
    return path


def names(columns: int) -> tuple[list[str], list[str]]:
    """Numbers, texts."""
    texts = columns // 3
    return [f"n{at}" for at in range(columns - texts)], [f"c{at}" for at in range(texts)]


def learned(past: Path) -> Path:
    """Beside the rows of the past: what a bundle would hold of them."""
    found = engine.connect().read_parquet(str(past))
    kept = tuple(one for one in found.columns if one not in (TIME, "window"))
    bins = profile.bins(found, kept)
    windows = tuple(Window(BEGIN + at * DAY, BEGIN + (at + 1) * DAY) for at in range(PARTS))
    trained = live.profiles(found, TIME, windows, bins)
    path = past.with_suffix(".json")
    path.write_bytes(msgspec.json.encode(Learned(bins, trained, tuple(_rules(bins)))))
    return path


def _rules(bins: Bins) -> Iterator[FieldRule]:
    """A range for each number and the known levels for each text."""
    for name in bins.edges:
        yield FieldRule(name, "number", nullable=True, on_breach="fallback", low=-1e9, high=1e9)
    for name, levels in bins.levels.items():
        yield FieldRule(name, "string", nullable=True, on_breach="flag", levels=levels)


def _batch(
    random: np.random.Generator, first: int, count: int, rows: int, columns: int, spread: timedelta
) -> pa.Table:
    numbers, texts = names(columns)
    moments = np.arange(first, first + count) * (spread / timedelta(microseconds=1)) / rows
    made = {
        TIME: pa.array(moments.astype(np.int64) + _micros(BEGIN)).cast(pa.timestamp("us", "UTC"))
    }
    for at, name in enumerate(numbers):
        value = random.normal(size=count)
        made[name] = pa.array(value, mask=random.random(count) < (0.01 if at % 5 == 0 else 0.0))
    for at, name in enumerate(texts):
        many = LEVELS[at % len(LEVELS)]
        shares = 1 / np.arange(1, many + 1)
        place = np.searchsorted(np.cumsum(shares / shares.sum())[:-1], random.random(count))
        levels = pa.array([f"{name} level {level}" for level in range(many)])
        made[name] = pa.DictionaryArray.from_arrays(pa.array(place), levels).cast(pa.string())
    made["window"] = pa.array(np.zeros(count, dtype=np.int64))
    return pa.table(made)


def _micros(moment: datetime) -> int:
    return round(moment.timestamp() * 1e6)
