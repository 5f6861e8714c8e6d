"""Rows of the values that engines are known to mean differently, every type of ours."""

import math
import random
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa

ARROW = {
    "whole": pa.int64(), "other": pa.int64(), "number": pa.float64(), "second": pa.float64(),
    "text": pa.string(), "part": pa.string(), "flag": pa.bool_(), "sign": pa.bool_(),
    "day": pa.date32(), "then": pa.date32(), "moment": pa.timestamp("us", "UTC"),
}  # fmt: skip
WHOLES = [0, 1, -1, 7, -7, 60, 2**31, -(2**31), 2**53, 2**53 + 1, -(2**53) - 1]
WIDEST = [2**63 - 1, -(2**63)]
NUMBERS = [
    0.0, -0.0, 1.0, -1.0, 0.1, 0.5, 2.5, -2.5, 1e15 + 0.5, 2.0**53, 2.0**63, -(2.0**63), 1e19,
    1e154, 5e-324, 1e308, -1e308, math.inf, -math.inf, math.nan,
]  # fmt: skip
TEXTS = [
    "", " ", "a", "A", "b", "B", "_", "Z", "z", "é", "e\u0301", "É", "ß", "ss", "İ", "日本", "😀",
    " Ab\t", "ba", "a b", "line\nbreak", "ends\n", "it's", 'say "x"', "100%", "back\\slash", "$1",
    "\u00a0", "\u2028", "null", "NaN", "true", "1e3", "𝔘", "\uffee",
]  # fmt: skip
DAYS = [date(1900, 1, 1), date(1969, 12, 31), date(2000, 2, 29), date(2024, 3, 31)]
DAYS += [date(2024, 12, 30), date(2100, 3, 1)]
MOMENTS = [  # around the changes of the clock in Europe and America, and where rounding shows
    datetime(1900, 1, 1, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC),
    datetime(2024, 3, 10, 7, 0, 0, 0, UTC),
    datetime(2024, 3, 31, 0, 59, 59, 999_999, UTC),
    datetime(2024, 3, 31, 1, 0, 0, 0, UTC),
    datetime(2024, 10, 27, 0, 30, 0, 1, UTC),
    datetime(2024, 10, 27, 1, 30, 0, 0, UTC),
    datetime(2024, 12, 31, 23, 59, 59, 500_000, UTC),
    datetime(2100, 1, 1, 0, 0, 0, 1, UTC),
]
VALUES: dict[str, Sequence[Any]] = {
    "whole": WHOLES, "other": WHOLES, "number": NUMBERS, "second": NUMBERS, "text": TEXTS,
    "part": TEXTS, "flag": [True, False], "sign": [True, False], "day": DAYS, "then": DAYS,
    "moment": MOMENTS,
}  # fmt: skip


def drawn(count: int, **values: Sequence[Any]) -> pa.Table:
    """Rows numbered by `id`: each value in some row, null in one of eight; `values` for others."""
    draw = random.Random(0)
    known = {**VALUES, **values}
    columns = {name: _column(draw, known[name], count) for name in ARROW}
    arrays = {name: pa.array(columns[name], kind) for name, kind in ARROW.items()}
    return pa.table({"id": pa.array(range(count), pa.int64()), **arrays})


def _column(draw: random.Random, values: Sequence[Any], count: int) -> list[Any]:
    every = [*values, None][:count]
    more = [draw.choice([*values, None]) for _ in range(count - len(every))]
    made = [None if draw.random() < 1 / 8 else one for one in more]
    mixed = every + made
    draw.shuffle(mixed)
    return mixed
