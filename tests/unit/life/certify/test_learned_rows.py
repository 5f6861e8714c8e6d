"""Training rows as a version learned them, and out of fold."""

from pathlib import Path

import numpy as np
import pytest
from ibis.backends.duckdb import Backend

from mainstay.bundle import unseen
from mainstay.bundle.runtime import Runtime
from mainstay.contract import document
from mainstay.core.places import Places
from mainstay.data import snapshot
from mainstay.life.certify import learned_rows as learning
from mainstay.life.certify.gates import Asked
from mainstay.life.certify.held_out import HeldOut
from mainstay.stats.metrics import measured


def read(born: Path, opened: Runtime, backend: Backend, held: HeldOut, newest: int | None = None):
    stated = document.read(born / "contract.yaml").contract
    (trained,) = opened.manifest.datasets
    (bundle,) = (born / ".mainstay" / "bundles").iterdir()
    table = snapshot.read(backend, trained.digest, Places(born).snapshots)
    promised = unseen.read(bundle)
    assert promised is not None
    promised = promised if newest is None else promised[-newest:]
    asked = Asked(stated, held, "v1", 0)
    return learning.learned_rows(asked, opened, table, promised), promised


def test_rows_learned_from_are_known_better_than_out_of_fold(
    born: Path, opened: Runtime, backend: Backend, held
) -> None:
    found, promised = read(born, opened, backend, held())

    assert len(found.unseen.label) == len(promised) == found.in_all
    assert np.array_equal(found.unseen.score, promised)
    seen, unseen_ = (
        measured("roc_auc", one.label, one.score) for one in (found.seen, found.unseen)
    )
    assert seen > unseen_ + 0.05 > 0.6


def test_of_many_rows_some_are_taken_evenly(
    born: Path, opened: Runtime, backend: Backend, held, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, promised = read(born, opened, backend, held(), newest=1000)
    monkeypatch.setattr(learning, "ROWS", 300)

    found, _ = read(born, opened, backend, held(), newest=1000)

    assert (len(found.unseen.label), found.in_all) == (250, 1000)
    assert np.array_equal(found.unseen.score, promised[::4])
    assert np.array_equal(found.seen.score, whole.seen.score[::4])
    assert np.array_equal(found.unseen.label, whole.unseen.label[::4])
