"""The version that was live before answers for one that is out."""

from datetime import timedelta

import pytest
from msgspec import json
from small_project import Serving, record

from mainstay.core import clock
from mainstay.life.serve.app import App

RAIN = {"rain": 200.0}  # a rule wants the fallback


@pytest.fixture
def backed(app: App, serving: Serving) -> App:
    """v2 live, v1 behind it."""
    serving.publish(1, serving.certified(2), previous=serving.certified(1))
    app.watch.look()
    assert app.watch.table.standby is not None, app.watch.refused
    return app


def asked(app: App, *records: object) -> list[dict]:
    status, reply, _ = app.door.handle(json.encode({"records": records}))
    assert status == 200, reply
    return json.decode(reply)["answers"]


def who(answer: dict) -> tuple[str, str, list[str]]:
    return answer["version"], answer["decided_by"], answer["flags"]


def test_while_the_live_version_answers_nobody_stands_in(backed: App) -> None:
    assert who(asked(backed, record())[0]) == ("v2", "model", [])


def test_behind_an_open_circuit_the_version_before_answers(backed: App) -> None:
    before = asked(backed, record())[0]
    backed.watch.table.served[0].held.circuit.of_engine("it is gone")
    answers = asked(backed, record(), record(visit="v2"))

    assert {who(one)[:2] for one in answers} == {("v1", "model")}
    assert answers[0]["flags"] == ["engine", "circuit", "previous"]
    assert answers[0]["score"] == before["score"]
    assert answers[0]["certificate"] == backed.watch.table.standby.short


def test_what_a_rule_stops_stays_with_the_baseline(backed: App) -> None:
    healthy = asked(backed, record(**RAIN))[0]
    backed.watch.table.served[0].held.circuit.of_engine("it is gone")
    stopped, fine, rejected = asked(backed, record(**RAIN), record(), record(wait=1000))

    assert who(healthy) == ("v2", "baseline", ["rain"])
    assert who(stopped) == ("v2", "baseline", ["rain", "engine", "circuit"])
    assert fine["version"] == "v1"
    assert rejected["rejected"]


def test_an_expired_certificate_is_answered_by_one_that_holds(app: App, serving: Serving) -> None:
    ends = clock.now() + timedelta(days=1)
    serving.publish(1, serving.certified(2, not_after=ends), previous=serving.certified(1))
    app.watch.look()
    app.door._now = lambda: ends + timedelta(hours=1)

    assert who(asked(app, record())[0]) == ("v1", "model", ["certificate", "previous"])


def test_without_a_certificate_that_holds_the_baseline_answers(app: App, serving: Serving) -> None:
    unproven = serving.certified(1, approved=False)
    serving.publish(1, serving.certified(2), previous=unproven)
    app.watch.look()
    app.watch.table.served[0].held.circuit.of_engine("it is gone")

    assert who(asked(app, record())[0]) == ("v2", "baseline", ["engine", "circuit"])


def test_a_version_before_that_cannot_be_opened_stops_no_routing(
    app: App, serving: Serving
) -> None:
    gone = serving.certified(1)
    share = serving.changed(2, task="binary", seed=99)
    (serving.folder / "certificates" / f"{gone.certificate}.json").unlink()
    (serving.bundle / "manifest.json").unlink()
    serving.publish(1, share, previous=gone)
    app.watch.look()

    assert (app.watch.refused, app.watch.table.standby) == ("", None)
    assert who(asked(app, record())[0])[:2] == ("v2", "model")


def test_a_version_behind_is_not_opened_again_when_it_goes_live(
    backed: App, serving: Serving
) -> None:
    held = backed.watch.table.standby.held
    serving.publish(2, serving.certified(1))
    backed.watch.look()

    assert backed.watch.table.served[0].held is held
    assert who(asked(backed, record())[0]) == ("v1", "model", [])


def test_in_a_process_of_its_own_it_is_waited_for_only_where_one_may_wait(
    app: App, serving: Serving
) -> None:
    serving.publish(1, serving.certified(2), previous=serving.with_a_worker(1))
    app.watch.look()
    body = json.encode({"records": [record()]})
    begun = app.door.begun(body)
    closed = begun.away
    app.door.ended(begun)
    app.watch.table.served[0].held.circuit.of_engine("it is gone")
    begun = app.door.begun(body)
    opened = begun.away
    _, reply, _ = app.door.ended(begun)

    assert (closed, opened) == (False, True)
    assert who(json.decode(reply)["answers"][0])[:2] == ("v1", "model")
