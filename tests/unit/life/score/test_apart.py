"""An engine apart says what the same engine says here, and its end is told."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from scored import SOME, Scene
from small_project import Serving

from mainstay.bundle.runtime import Runtime
from mainstay.core.errors import Unavailable
from mainstay.life.score import apart
from mainstay.life.score.apart import Apart


@pytest.fixture
def engine(serving: Serving, tmp_path: Path) -> Iterator[Apart]:
    made = Apart(serving.bundle, tmp_path)
    yield made
    made.close()


def drawn(runtime: Runtime, rows: int) -> np.ndarray:
    random = np.random.default_rng(0)
    return random.normal(50, 30, size=(rows, len(runtime.manifest.inputs)))


def test_scores_are_the_same_to_the_bit(engine: Apart, opened_once: Runtime) -> None:
    for rows in (1, 1_000):
        matrix = drawn(opened_once, rows)

        assert engine.scores(matrix).tobytes() == opened_once.scores(matrix).tobytes()


def test_files_are_the_same(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    started = list[Apart]()
    start = Apart._started

    def noted(self: Apart) -> object:
        started.append(self)
        return start(self)

    monkeypatch.setattr(Apart, "_started", noted)
    scene.scored(asked=SOME)
    here = scene.files()
    for path in scene.out.glob("*.parquet"):
        path.unlink()
    assert not started, "few rows stay here"

    monkeypatch.setattr(apart, "MANY", 1)
    scene.scored(asked=SOME)

    assert scene.files() == here
    assert len(started) == 1


def test_who_has_nothing_to_score_starts_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.scored(asked=SOME)
    monkeypatch.setattr(apart, "MANY", 1)
    monkeypatch.setattr(Apart, "_started", lambda _: pytest.fail("started"))

    assert scene.scored(asked=SOME).written == ()


def test_a_killed_process_is_told_and_the_rest_goes_on(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "MANY", 1)
    start, asked = Apart._started, list[int]()

    def killed(self: Apart, rows: np.ndarray) -> np.ndarray:
        asked.append(len(rows))
        with self._starting:
            self._there = self._there or start(self)
        if len(asked) == 2:
            os.kill(self._there.process.pid, signal.SIGKILL)
            self._there.process.wait()
        return ask(self, rows)

    ask = Apart.scores
    with monkeypatch.context() as patch:
        patch.setattr(Apart, "scores", killed)
        with pytest.raises(Unavailable, match="the process that scores ended"):
            scene.scored(asked=SOME)
    assert len(scene.files()) < 4

    assert len(scene.scored(asked=SOME).partitions) == 4


def test_it_ends_with_whoever_asked(engine: Apart, opened_once: Runtime) -> None:
    engine.scores(drawn(opened_once, 1))
    assert engine._there is not None
    process, link = engine._there

    link.close()

    assert process.wait(10) == 0
