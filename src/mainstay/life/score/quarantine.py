"""Rows that a rule rejects, as they came, each with the reasons that the door would give."""

import math
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from mainstay.bundle.guard import Guard
from mainstay.core.errors import Bug
from mainstay.data.stream import Batch, Flags
from mainstay.life.score.asked import Asks

REASONS = "mainstay_reasons"
"""The column beside those of a request: field and what is wrong with it, one a line."""


def table(batch: Batch, asks: Asks, guard: Guard, some: Flags) -> pa.Table:
    """Those rows of a batch."""
    places = pa.array(np.flatnonzero(some))
    columns = {name: batch.column(at).take(places) for name, at in asks.came.items()}
    rows = pa.table(columns).to_pylist()
    return pa.table({**columns, REASONS: pa.array([_reasons(row, guard) for row in rows])})


def _reasons(row: dict[str, Any], guard: Guard) -> str:
    record = {name: _value(value) for name, value in row.items()}
    judged = guard.judged(msgspec.json.encode({"records": [record]}))
    if not isinstance(judged, list) or judged[0].outcome != "reject":
        raise Bug(f"a mask rejects what the guard does not: {record}")
    return "\n".join(f"{one.field} {one.what}" for one in judged[0].reasons)


def _value(value: Any) -> Any:
    """As JSON has it: no NaN, and for what is infinite a number beyond float64."""
    if not isinstance(value, float) or math.isfinite(value):
        return value
    return None if math.isnan(value) else msgspec.Raw(b"1e999" if value > 0 else b"-1e999")
