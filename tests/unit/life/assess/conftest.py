"""A hospital's visits: will the patient stay the night?"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pytest
from ibis.backends.duckdb import Backend

from mainstay.contract import document
from mainstay.contract.model import Contract
from mainstay.core.expressions import ColumnOf, Output
from mainstay.core.nouns import Window
from mainstay.data import engine, schema
from mainstay.life.assess import seen as seeing
from mainstay.life.assess.seen import Seen

DAYS = 120
START = datetime(2024, 1, 1, tzinfo=UTC)
TRAIN = Window(START, START + timedelta(days=DAYS))
CONTRACT = """\
mainstay: 1
model: night-stay
owner: ward-office
objective:
  decision: Keep a bed.
  why_ml: The ward alone says too little.
  task: binary
  value: {currency: EUR, true_positive: 50, false_positive: -20}
  good_enough: [{metric: roc_auc, at_least: 0.7}]
  baseline: {rate_by: [ward]}
data:
  decisions: {from: visits.parquet, key: visit, time: seen_at}
  label: {column: stays, known_after: 1d}
"""


NAMES = count()


@pytest.fixture(scope="session")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    made = engine.connect(tmp_path_factory.mktemp("spill"))
    yield made
    made.disconnect()


@pytest.fixture
def table(backend: Backend) -> Callable[..., ir.Table]:
    """Columns by name as a table of the engine."""

    def made(**columns: Any) -> ir.Table:
        return backend.create_table(f"visits_{next(NAMES)}", pa.table(columns), temp=True)

    return made


@pytest.fixture
def columns() -> Callable[..., dict[str, Any]]:
    """The columns of so many visits; `stays` depends on ward and pulse."""

    def made(rows: int = 2400, seed: int = 1) -> dict[str, Any]:
        draw = np.random.default_rng(seed)
        moments = np.sort(draw.integers(0, DAYS * 24 * 60, rows))
        ward = draw.integers(0, 4, rows)
        pulse = draw.normal(80, 10, rows)
        chance = 1 / (1 + np.exp(-(0.8 * (ward - 2) + 0.06 * (pulse - 80))))
        return {
            "visit": [f"v{at:05d}" for at in range(rows)],
            "seen_at": [START + timedelta(minutes=int(one)) for one in moments],
            "ward": ["abcd"[one] for one in ward],
            "age": draw.integers(18, 95, rows),
            "pulse": pulse,
            "stays": draw.random(rows) < chance,
        }

    return made


@pytest.fixture
def visits(table: Callable[..., ir.Table], columns: Callable[..., dict[str, Any]]) -> ir.Table:
    return table(**columns())


@pytest.fixture
def contract() -> Callable[..., Contract]:
    """The contract above, with pieces of its text replaced."""

    def made(replaced: dict[str, str] | None = None) -> Contract:
        text = CONTRACT
        for old, new in (replaced or {}).items():
            assert old in text
            text = text.replace(old, new)
        return document.parsed(text.encode(), Path("contract.yaml")).contract

    return made


@pytest.fixture
def outputs() -> Callable[..., tuple[Output, ...]]:
    """Columns of a table as they stand, as what features() returns."""

    def made(table: ir.Table, *names: str) -> tuple[Output, ...]:
        types = schema.types(table)
        return tuple(Output(name, ColumnOf(name, types[name])) for name in names)

    return made


@pytest.fixture
def look(
    contract: Callable[..., Contract], outputs: Callable[..., tuple[Output, ...]]
) -> Callable[..., Seen]:
    """What is seen of a table when these columns are the inputs."""

    def made(table: ir.Table, *names: str, under: Contract | None = None) -> Seen:
        promised = under or contract()
        counts = seeing.counted(table, promised.data.label.column)
        return seeing.seen(promised, table, outputs(table, *names), counts)

    return made


@pytest.fixture
def train() -> Window:
    return TRAIN
