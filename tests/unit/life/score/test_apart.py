"""An engine apart says what the same engine says here, and its end is told."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from scored import SOME, Scene
from small_project import Serving

from mainstay.bundle.runtime import Runtime
from mainstay.core.errors import Mistake, Unavailable
from mainstay.data.batch import Asked
from mainstay.life.score import apart, score
from mainstay.life.score.apart import Apart

ALL = SOME._replace(since=None, until=None)


@pytest.fixture
def engine(serving: Serving, tmp_path: Path) -> Iterator[Apart]:
    made = Apart(serving.bundle, tmp_path)
    yield made
    made.close()


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Any row is many."""
    monkeypatch.setattr(apart, "MANY", 1)
    return monkeypatch


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Apart]:
    """Who started a process, for each of them."""
    made, start = list[Apart](), Apart._started

    def noted(self: Apart) -> object:
        made.append(self)
        return start(self)

    monkeypatch.setattr(Apart, "_started", noted)
    return made


def drawn(runtime: Runtime, rows: int) -> np.ndarray:
    random = np.random.default_rng(0)
    return random.normal(50, 30, size=(rows, len(runtime.manifest.inputs)))


def test_scores_are_the_same_to_the_bit(engine: Apart, opened_once: Runtime) -> None:
    for rows in (1, 1_000):
        matrix = drawn(opened_once, rows)

        assert engine.scores(matrix).tobytes() == opened_once.scores(matrix).tobytes()


def test_each_process_is_asked(engine: Apart, opened_once: Runtime) -> None:
    matrices = [drawn(opened_once, rows) for rows in range(1, 9)]
    with ThreadPoolExecutor(3) as askers:
        found = list(askers.map(engine.scores, matrices))

    for matrix, scores in zip(matrices, found, strict=True):
        assert scores.tobytes() == opened_once.scores(matrix).tobytes()
    assert len({one.process.pid for one in engine._there}) == apart.PROCESSES
    numbers = [one.link._number for one in engine._there]
    assert min(numbers) >= 1
    assert sum(numbers) == len(matrices)


def test_files_are_the_same(
    scene: Scene, started: list[Apart], monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.scored(asked=SOME)
    here = scene.files()
    for path in scene.out.glob("*.parquet"):
        path.unlink()
    assert not started, "few rows stay here"

    monkeypatch.setattr(apart, "MANY", 1)
    scene.scored(asked=SOME)

    assert scene.files() == here
    assert len(started) == apart.PROCESSES


def test_who_has_nothing_to_score_starts_nothing(
    scene: Scene, started: list[Apart], many: pytest.MonkeyPatch
) -> None:
    many.setattr(apart, "LARGE", 1)
    scene.scored(asked=ALL)
    before = len(started)
    assert before == apart.PROCESSES

    assert scene.scored(asked=ALL).written == ()
    assert len(started) == before


@pytest.mark.parametrize(("large", "asked", "before"), [(1, ALL, 2), (1, SOME, 0), (2**30, ALL, 0)])
def test_a_large_file_starts_them_before_it_is_read(
    scene: Scene,
    started: list[Apart],
    monkeypatch: pytest.MonkeyPatch,
    large: int,
    asked: Asked,
    before: int,
) -> None:
    def stopped(_: object) -> None:
        raise Mistake("stopped")

    monkeypatch.setattr(apart, "LARGE", large)
    monkeypatch.setattr(score, "_found", stopped)

    with pytest.raises(Mistake, match="stopped"):
        scene.scored(asked=asked)

    assert len(started) == before
    assert all(one.process.poll() is not None for them in started for one in them._there), "ended"


def test_a_killed_process_is_told_and_the_rest_goes_on(
    scene: Scene, many: pytest.MonkeyPatch
) -> None:
    asked = list[int]()

    def killed(self: Apart, rows: np.ndarray) -> np.ndarray:
        asked.append(len(rows))
        if len(asked) == 2:
            self.start()
            for one in self._there:
                os.kill(one.process.pid, signal.SIGKILL)
                one.process.wait()
        return ask(self, rows)

    ask = Apart.scores
    with many.context() as patch:
        patch.setattr(Apart, "scores", killed)
        with pytest.raises(Unavailable, match="the process that scores ended"):
            scene.scored(asked=SOME)
    assert len(scene.files()) < 4

    assert len(scene.scored(asked=SOME).partitions) == 4


def test_it_ends_with_whoever_asked(engine: Apart, opened_once: Runtime) -> None:
    engine.scores(drawn(opened_once, 1))
    assert len(engine._there) == apart.PROCESSES

    for process, link in engine._there:
        link.close()

        assert process.wait(10) == 0
