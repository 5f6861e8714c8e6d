"""Rows that count more: since an event, or because such rows come now."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import small_project

from mainstay.contract import document
from mainstay.contract.model import Contract
from mainstay.core.inputs import Input
from mainstay.core.weighing import Weighing
from mainstay.life.build import weights
from mainstay.life.build.fitting import Prepared
from mainstay.trainer.fit import Training

COUNT = 1000
EVENT = datetime(1970, 1, 1, 0, 15, tzinfo=UTC)
"""Rows are a second apart: the last hundred are of the event."""


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    folder = small_project.written(tmp_path_factory.mktemp("weights") / "p")
    return document.read(folder / "contract.yaml").contract


def prepared() -> Prepared:
    rows = np.linspace(0, 1, COUNT)[:, None]
    known = Training(Path(), (Input("x", "number"),), rows, np.ones(COUNT), "binary")
    return Prepared(known, {"at": np.arange(COUNT) * 1_000_000})


def drawn(contract: Contract, how: str, now: np.ndarray, since: datetime = EVENT) -> weights.Drawn:
    return weights.drawn(Weighing(how, since), contract, prepared(), lambda: now)


def test_rows_since_an_event_count_as_much_as_all_before(contract: Contract) -> None:
    found = drawn(contract, "recent", np.zeros((0, 1)))

    assert np.sum(found.places >= 900) == np.sum(found.places < 900) == 900
    assert found.note == "100 rows since 1970-01-01 count 9 times, 900 before once"


def test_rows_like_those_of_now_are_drawn_more_often(contract: Contract) -> None:
    now = np.random.default_rng(0).uniform(0.5, 1, (500, 1))

    found = drawn(contract, "alike", now, datetime(1980, 1, 1, tzinfo=UTC))

    assert len(found.places) == COUNT
    assert np.all(np.diff(found.places) >= 0)
    assert np.mean(found.places >= 500) > 0.95
    assert found.note.startswith("rows like those since 1980-01-01 count more: worth 5")


def test_what_cannot_be_weighed_counts_alike_and_is_told(contract: Contract) -> None:
    never = drawn(contract, "recent", np.zeros((0, 1)), datetime(1980, 1, 1, tzinfo=UTC))
    few = drawn(contract, "alike", np.zeros((3, 1)))

    assert (never.places, few.places) == (None, None)
    assert never.note.startswith("rows count alike although recent was asked for: no labelled")
    assert "3 decisions since then, 100 are needed" in few.note
