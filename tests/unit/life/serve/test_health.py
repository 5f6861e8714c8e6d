"""Golden rows, scored again and again."""

import threading

import pytest
from small_project import Serving

from mainstay.bundle import golden
from mainstay.bundle.layout import GOLDEN
from mainstay.core.errors import Unavailable
from mainstay.life.serve import health
from mainstay.life.serve.app import App
from mainstay.life.serve.health import Rounds, _some
from mainstay.life.serve.served import Silent


@pytest.fixture
def live(app: App, serving: Serving) -> App:
    serving.publish(1)
    app.watch.look()
    app.health.look()
    return app


def test_a_version_that_repeats_its_golden_rows_is_as_it_must_be(live: App) -> None:
    assert live.health.reasons() == ()


def test_an_engine_that_scores_otherwise_is_seen(live: App) -> None:
    engine = live.watch.table.served[0].held.runtime.engine
    scores = engine.scores
    engine.scores = lambda matrix: scores(matrix) + 0.001
    live.health.look()
    wrong = live.health.reasons()
    engine.scores = scores
    live.health.look()

    assert wrong == (f"v1: {health.ROWS} of {health.ROWS} golden rows came out otherwise",)
    assert live.health.reasons() == ()


@pytest.mark.parametrize("error", [Unavailable("it is gone"), RuntimeError("it is gone")])
def test_an_engine_that_fails_is_seen(live: App, error: Exception) -> None:
    def gone(_: object) -> None:
        raise error

    live.watch.table.served[0].held.runtime.engine.scores = gone
    live.health.look()

    (reason,) = live.health.reasons()
    assert reason.startswith("v1: ")
    assert "it is gone" in reason


def test_what_was_seen_long_ago_counts_no_more(live: App, monkeypatch: pytest.MonkeyPatch) -> None:
    live.watch.table.served[0].held.checked -= health.STALE + 1

    assert live.health.reasons() == ("v1: no golden row was scored for 11 s",)


def test_the_version_kept_warm_is_looked_at_too(live: App, serving: Serving) -> None:
    serving.publish(2, serving.certified(2))
    live.watch.look()
    warm = live.watch.tables()[1].served[0].held
    warm.checked = 0.0
    live.health.look()

    assert warm.checked > 0


def test_a_version_that_may_not_answer_is_ready_by_its_baseline(app: App, serving: Serving) -> None:
    serving.publish(1, serving.certified(approved=False))
    app.watch.look()
    app.health.look()

    assert app.watch.table.served[0].reason
    assert app.health.reasons() == ()


def test_a_version_that_may_answer_and_has_no_engine_is_not(app: App, serving: Serving) -> None:
    serving.publish(1)
    app.watch.look()
    runtime = app.watch.table.served[0].held.runtime
    runtime.close()
    runtime.engine = Silent("the engine does not start")

    assert app.health.reasons() == ("v1: the engine does not start",)


def test_every_golden_row_has_its_turn(serving: Serving) -> None:
    rows = golden.read(serving.bundle / GOLDEN)
    turns = len(rows.rows) // health.ROWS + 1

    seen = {row for turn in range(turns) for row in _some(rows, turn).rows}

    assert seen == set(rows.rows)


def test_a_round_goes_on_after_a_look_that_failed() -> None:
    seen: list[int] = []
    looked = threading.Event()

    def look() -> None:
        seen.append(1)
        if len(seen) < 3:
            raise OSError(28, "No space left on device")
        looked.set()

    rounds = Rounds("test", 0.001, look)
    rounds.start()
    done = looked.wait(5)
    rounds.stop()

    assert done


def test_a_round_that_is_woken_looks_now() -> None:
    looked = threading.Event()
    rounds = Rounds("test", 60.0, looked.set)
    rounds.start()
    rounds.wake()
    done = looked.wait(5)
    rounds.stop()

    assert done
