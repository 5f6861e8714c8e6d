"""Held-out rows made up for the gates."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import small_project
from ibis.backends.duckdb import Backend

from mainstay.bundle import runtime
from mainstay.bundle.runtime import Runtime
from mainstay.contract import document
from mainstay.core.columns import Text
from mainstay.core.nouns import Dataset, Window
from mainstay.data import engine
from mainstay.life.certify.gates import Asked
from mainstay.life.certify.held_out import HeldOut

WINDOW = Window(datetime(2024, 2, 15, tzinfo=UTC), datetime(2024, 3, 1, tzinfo=UTC))


def held(quality: float = 3.0, rows: int = 3000, stopped: int = 0) -> HeldOut:
    """Rows of 30 days whose score separates by `quality` standard deviations."""
    random = np.random.default_rng(1)
    label = (random.random(rows) < 0.3).astype(np.float64)
    score = 1 / (1 + np.exp(-(quality * (label - 0.3) + random.normal(size=rows))))
    decided = (score > 0.5).astype(np.float64)
    kinds = Text((np.arange(rows) % 10 > 0).astype(np.int32), ("few", "many"))
    return HeldOut(
        dataset=Dataset("x", "d", (), rows, WINDOW),
        window=WINDOW,
        label=label,
        score=score,
        decided=decided,
        ruled=np.zeros(rows),
        day=np.arange(rows) * 30 // rows,
        entity=np.arange(rows),
        abstained=np.zeros(rows, dtype=np.bool_),
        to="",
        slices={"kind": kinds},
        columns={"kind": kinds, "wait": random.normal(size=rows)},
        inputs=("kind", "wait"),
        records=(),
        in_all=rows + stopped,
        stopped=stopped,
        unlabelled=0,
    )


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    folder = small_project.written(tmp_path / "p")
    read = document.read(folder / "contract.yaml")
    return Asked(read.contract, held(), "v1", 0)


@pytest.fixture(name="held")
def held_rows() -> Callable[..., HeldOut]:
    return held


@pytest.fixture
def opened(born: Path) -> Runtime:
    (bundle,) = (born / ".mainstay" / "bundles").iterdir()
    return runtime.opened(bundle, born / ".mainstay" / "environments", expected=bundle.name)


@pytest.fixture
def backend(tmp_path: Path) -> Backend:
    return engine.connect(tmp_path)
