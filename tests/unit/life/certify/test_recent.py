"""The newest decisions."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import small_project

from mainstay.bundle import manifest
from mainstay.bundle.manifest import Manifest
from mainstay.contract import document
from mainstay.contract.model import Contract
from mainstay.core.places import Places
from mainstay.data import engine
from mainstay.data.source import Reader
from mainstay.life.certify import recent
from mainstay.life.certify.recent import Recent

HELD = small_project.END - timedelta(days=15)


@pytest.fixture
def contract(born: Path) -> Contract:
    return document.read(born / "contract.yaml").contract


@pytest.fixture
def stated(born: Path) -> Manifest:
    (bundle,) = (born / ".mainstay" / "bundles").iterdir()
    return manifest.read(bundle, bundle.name)


@pytest.fixture
def reader(born: Path, tmp_path: Path) -> Reader:
    return Reader(engine.connect(tmp_path), born, Places(born).staged)


def test_the_newest_two_weeks_are_read_without_their_labels(
    contract: Contract, stated: Manifest, reader: Reader
) -> None:
    found = recent.recent(contract, stated, reader, since=HELD, now=small_project.END)

    assert found.window.since == small_project.END - timedelta(days=14)
    assert found.days == 14
    assert len(found.day) == len(found.columns["wait"]) > 600
    assert set(found.columns) == {"wait", "kind", "rain", "weekday"}


def test_nothing_of_the_days_held_out_is_among_them(
    contract: Contract, stated: Manifest, reader: Reader
) -> None:
    since = small_project.END - timedelta(days=3)

    found = recent.recent(contract, stated, reader, since=since, now=small_project.END)

    assert (found.window.since, found.days) == (since, 3)


def test_where_no_decision_was_made_since_there_is_none(
    contract: Contract, stated: Manifest, reader: Reader
) -> None:
    later = small_project.END + timedelta(days=400)

    for since, now in ((small_project.END, later), (later, small_project.END)):
        found = recent.recent(contract, stated, reader, since=since, now=now)
        assert isinstance(found, Recent)
        assert (found.days, len(found.day)) == (0, 0)


def test_days_are_those_with_decisions(
    contract: Contract, stated: Manifest, reader: Reader
) -> None:
    found = recent.recent(contract, stated, reader, since=HELD, now=small_project.END)

    assert np.array_equal(np.unique(found.day), np.arange(14))
