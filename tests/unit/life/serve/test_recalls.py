"""A canary that was recalled stays so, through restarts, until another routing."""

import os
from collections.abc import Iterator

import pytest
from msgspec import json, structs
from small_project import Serving, record

from mainstay.core import notices
from mainstay.core.errors import Missing
from mainstay.core.nouns import Estimate, Limit
from mainstay.life.serve import catalogue, metrics, operating, recalls
from mainstay.life.serve.app import App
from mainstay.life.serve.hearing import Failing
from mainstay.life.serve.loader import Place
from mainstay.life.serve.watching import Watch

FAILING = Failing("errors", Estimate(0.5, 0.3, 1.0, 80), Limit("at_most", 0.01), "it fails")


class Judge:
    """A trial that fails."""

    canary = "v2"

    def saw(self, parts: object, said: object, seconds: float) -> None:
        pass

    def failing(self) -> Failing | None:
        return FAILING


def halves(serving: Serving) -> tuple:
    return tuple(structs.replace(serving.certified(number), share=0.5) for number in (1, 2))


@pytest.fixture
def recalled(app: App, serving: Serving, monkeypatch: pytest.MonkeyPatch) -> App:
    monkeypatch.setattr(recalls, "EVERY", 0.0)
    serving.publish(1, *halves(serving))
    app.watch.look()
    app.watch.table = app.watch.table._replace(trial=Judge())
    app.watch.look()
    return app


@pytest.fixture
def another(recalled: App, serving: Serving, place: Place) -> Iterator[Watch]:
    """The door after a restart."""
    watch = Watch(place, serving.log, serving.keys / "trust.json")
    watch.look()
    yield watch
    watch.stop()


def versions(app: App) -> set[str]:
    records = [record(visit=f"v{n}", patient=f"p{n}") for n in range(60)]
    _, reply, _ = app.door.handle(json.encode({"records": records}))
    return {one["version"] for one in json.decode(reply)["answers"]}


def test_all_its_share_goes_to_the_champion(recalled: App) -> None:
    assert versions(recalled) == {"v1"}
    assert recalled.watch.table.trial is None


def test_the_fact_is_durable_and_holds_the_judgement(recalled: App) -> None:
    (told,) = notices.read(recalled.watch.log)

    assert (told.kind, told.version, told.sequence, told.why) == ("recalled", "v2", 1, "it fails")
    assert told.facts == FAILING.facts


def test_it_is_said_wherever_the_door_says_how_it_stands(recalled: App) -> None:
    recalled.health.look()
    said = json.decode(operating.readyz(recalled.parts).body)
    numbers = operating.metrics_of(recalled.parts).body.decode()

    assert said["ready"]
    assert "v2 was recalled: it fails" in said["reasons"]
    assert "mainstay_canary_recalled 1" in numbers
    assert metrics.TYPE


def test_nobody_can_ask_for_it_by_name(recalled: App) -> None:
    with pytest.raises(Missing):
        catalogue.routed(recalled.watch.table, "v2")


def test_it_stays_recalled_after_a_restart(another: Watch) -> None:
    assert another.table.recalled == "it fails"
    assert len(another.table.limits) == 1


def test_the_same_routing_followed_again_does_not_bring_it_back(recalled: App) -> None:
    recalled.watch._print = ()
    recalled.watch.look()

    assert versions(recalled) == {"v1"}


def test_a_newer_routing_is_somebodys_newer_word(recalled: App, serving: Serving) -> None:
    serving.publish(2, *halves(serving))
    recalled.watch.look()

    assert recalled.watch.table.recalled == ""
    assert versions(recalled) == {"v1", "v2"}


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_who_answers_nobody_or_everybody_is_on_no_trial(
    app: App, serving: Serving, share: float
) -> None:
    serving.publish(1, structs.replace(serving.certified(), share=share))
    app.watch.look()

    assert app.watch.table.trial is None
    assert app.watch.table.recalled == ""


def test_a_trial_goes_on_when_the_same_routing_is_followed_again(
    app: App, serving: Serving
) -> None:
    serving.publish(1, *halves(serving))
    app.watch.look()
    trial = app.watch.table.trial
    app.watch._print = ()
    app.watch.look()

    assert trial is not None
    assert app.watch.table.trial is trial


def test_what_the_disk_did_not_take_is_told_again(
    app: App, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recalls, "EVERY", 0.0)
    serving.publish(1, *halves(serving))
    app.watch.look()
    app.watch.table = app.watch.table._replace(trial=Judge())
    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", lambda _: (_ for _ in ()).throw(OSError(28, "full")))
        app.watch.look()
        dropped = versions(app)
    app.watch.look()

    assert dropped == {"v1"}
    assert {one.kind for one in notices.read(app.watch.log)} == {"recalled"}
    assert app.watch.notices.lost == 1
