"""Scores out of fold, kept in a bundle."""

from pathlib import Path

import numpy as np
import pytest

from mainstay.bundle import unseen
from mainstay.bundle.layout import UNSEEN
from mainstay.core.errors import Broken


@pytest.mark.parametrize("shape", [(1000,), (300, 4)])
def test_scores_come_back_in_single_precision(tmp_path: Path, shape: tuple[int, ...]) -> None:
    scores = np.random.default_rng(0).random(shape)

    unseen.written(tmp_path, scores)

    assert np.array_equal(unseen.read(tmp_path), scores.astype(np.float32).astype(np.float64))


def test_the_newest_are_kept_of_many(tmp_path: Path) -> None:
    scores = np.arange(unseen.MOST, dtype=np.float64).reshape(-1, 4).repeat(2, axis=0)

    unseen.written(tmp_path, scores)

    found = unseen.read(tmp_path)
    assert found is not None
    assert found.shape == (unseen.MOST // 4, 4)
    assert found[-1, -1] == unseen.MOST - 1


def test_an_older_bundle_has_none(tmp_path: Path) -> None:
    assert unseen.read(tmp_path) is None


def test_a_file_that_is_none_is_broken(tmp_path: Path) -> None:
    (tmp_path / UNSEEN).write_text('{"shape": [3], "content": "AAAA"}')

    with pytest.raises(Broken, match="holds no scores"):
        unseen.read(tmp_path)
