"""A canary beside its champion, in one process, under load."""

import asyncio
import time
from collections.abc import Callable

import numpy as np
import pytest
from msgspec import json, structs
from small_project import Serving, record

from mainstay.bundle.manifest import Abstain
from mainstay.bundle.operation import Operation
from mainstay.core.errors import Unavailable
from mainstay.life.serve import recalls, trial
from mainstay.life.serve.app import App

QUICK = Operation(latency=0.25)


@pytest.fixture
def two(app: App, serving: Serving, monkeypatch: pytest.MonkeyPatch) -> App:
    """v1 live, v2 the same model as its canary, looked at as often as one looks."""
    monkeypatch.setattr(trial, "FRESH", 0.0)
    monkeypatch.setattr(recalls, "EVERY", 0.0)
    shares = serving.changed(1, operation=QUICK), serving.changed(2, operation=QUICK, seed=9)
    serving.publish(1, *(structs.replace(one, share=0.5) for one in shares))
    app.watch.look()
    assert app.watch.table.trial is not None, app.watch.refused
    return app


def asked(app: App, count: int, seed: int = 0, **changes: object) -> set[str]:
    """By which versions, of requests of many patients; each is answered with 200."""
    random, found = np.random.default_rng(seed), set()
    for number in range(count):
        some = record(visit=f"v{number}", patient=f"p{random.integers(1_000_000)}")
        some["wait"], some["rain"] = int(random.integers(60)), round(random.gamma(0.5, 2.0), 1)
        status, reply, _ = app.door.handle(json.encode({"records": [{**some, **changes}]}))
        assert status == 200, reply
        found.add(json.decode(reply)["answers"][0]["version"])
        if number % 50 == 49:
            app.watch.look()
    return found


def engine(app: App) -> object:
    return app.watch.table.served[1].held.runtime.engine


def raising(score: Callable) -> Callable:
    def raises(inputs: list[float]) -> float:
        raise Unavailable("it is gone")

    return raises


def sleeping(score: Callable) -> Callable:
    return lambda inputs: (time.sleep(0.3), score(inputs))[1]


def shifted(score: Callable) -> Callable:
    return lambda inputs: min(score(inputs) + 0.5, 1.0)


@pytest.mark.parametrize(
    ("harm", "count", "says"),
    [
        (raising, 400, "its engine fails on more rows"),
        (shifted, 400, "its scores lie elsewhere"),
        pytest.param(sleeping, 200, "take longer than 250 ms", marks=pytest.mark.slow),
    ],
)
def test_a_canary_that_does_harm_gets_no_request_any_more(
    two: App, monkeypatch: pytest.MonkeyPatch, harm: Callable, count: int, says: str
) -> None:
    before = asked(two, 100)
    monkeypatch.setattr(engine(two), "score", harm(engine(two).score))
    asked(two, count, seed=1)

    assert before == {"v1", "v2"}
    assert says in two.watch.table.recalled
    assert asked(two, 100, seed=2) == {"v1"}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_the_same_model_beside_itself_is_kept(two: App, seed: int) -> None:
    asked(two, 1500, seed)

    assert two.watch.table.recalled == ""
    assert two.watch.table.trial._looks[1] > 10


def test_one_bad_caller_in_the_share_of_the_canary_is_no_harm_of_it(two: App) -> None:
    asked(two, 300)
    theirs = next(
        f"p{number}" for number in range(1000) if asked(two, 1, patient=f"p{number}") == {"v2"}
    )
    for number in range(500):
        bad = record(visit=f"w{number}", patient=theirs, rain=900.0)
        two.door.handle(json.encode({"records": [bad]}))
        if number % 50 == 49:
            two.watch.look()

    assert two.watch.table.recalled == ""


def test_harm_to_both_alike_is_no_harm_of_the_canary(
    two: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in two.watch.table.served:
        held = one.held.runtime.engine
        monkeypatch.setattr(held, "score", raising(held.score))
    asked(two, 600)

    assert two.watch.table.recalled == ""


def test_harm_that_begins_late_is_found_among_the_newest_rows(
    two: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(two, 2000)
    monkeypatch.setattr(engine(two), "score", raising(engine(two).score))
    asked(two, 500, seed=1)

    assert "its engine fails" in two.watch.table.recalled


def test_a_first_version_is_on_trial_beside_its_baseline(
    app: App, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "FRESH", 0.0)
    monkeypatch.setattr(recalls, "EVERY", 0.0)
    serving.publish(1, structs.replace(serving.certified(), share=0.5))
    app.watch.look()
    asked(app, 300)
    kept = app.watch.table.recalled
    held = app.watch.table.served[0].held.runtime.engine
    monkeypatch.setattr(held, "score", raising(held.score))
    asked(app, 400, seed=1)
    status, reply, _ = app.door.handle(json.encode({"records": [record()]}))

    assert kept == ""
    assert "its engine fails on more rows than beside it with the baseline" in (
        app.watch.table.recalled
    )
    assert (status, json.decode(reply)["answers"][0]["flags"]) == (200, ["share"])


def test_a_canary_that_abstains_where_its_champion_does_not_has_no_other_scores(
    app: App, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "FRESH", 0.0)
    monkeypatch.setattr(recalls, "EVERY", 0.0)
    bold = serving.changed(1, operation=QUICK)
    shy = serving.changed(2, operation=QUICK, abstain=Abstain(0.25, 1.0, "person"))
    serving.publish(1, *(structs.replace(one, share=0.5) for one in (bold, shy)))
    app.watch.look()

    assert asked(app, 400) == {"v1", "v2"}
    assert not app.watch.table.recalled


def test_few_rows_of_the_canary_are_not_judged(two: App) -> None:
    asked(two, 40)

    assert two.watch.table.trial._looks == [0, 0]


def test_requests_that_name_a_version_are_on_no_trial(two: App) -> None:
    body = json.encode({"records": [record(visit=f"v{at}", patient=f"p{at}") for at in range(9)]})
    before = [*two.watch.table.trial._newest]
    status, reply = asyncio.run(two.exchanged("v2", body, {}))
    one = asyncio.run(two.exchanged("v1", json.encode({"records": [record()]}), {}))

    flags = [answer["flags"] for answer in json.decode(reply)["answers"]]
    assert (status, flags) == (200, [["named"]] * 9)
    assert json.decode(one[1])["answers"][0]["flags"] == ["named"]
    assert two.watch.table.trial._newest == before
