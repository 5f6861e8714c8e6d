"""A shadow scores what was answered, and concerns nobody."""

import threading
import time

import pytest
from msgspec import json, structs
from small_project import Serving, record

from mainstay.core import entries, journals
from mainstay.core.entries import SHADOW
from mainstay.life.serve import operating, shadow
from mainstay.life.serve.app import App
from mainstay.seal.routing import Shadow


def aside(serving: Serving, share: float = 1.0, **changes: object) -> Shadow:
    """v2, a bundle without a certificate."""
    made = serving.changed(2, seed=9, **changes)
    (serving.folder / "certificates" / f"{made.certificate}.json").unlink()
    return Shadow("v2", made.bundle, share)


@pytest.fixture
def shadowed(app: App, serving: Serving) -> App:
    serving.publish(1, shadow=aside(serving))
    app.watch.look()
    assert app.watch.table.aside is not None, app.watch.shadow_refused
    return app


def asked(app: App, *records: object) -> list[dict]:
    status, reply, _ = app.door.handle(json.encode({"records": records}))
    assert status == 200, reply
    return json.decode(reply)["answers"]


def drained(app: App) -> None:
    while app.shadows.look():
        pass


def told(app: App, folder: str = SHADOW) -> list[dict]:
    """The answers in a journal."""
    app.shadows.stop()
    found = map(entries.entry, journals.read(app.watch.log / folder))
    return [one for entry in found for one in json.decode(entry.reply)["answers"]]


def patients(count: int) -> list[dict]:
    return [record(visit=f"v{n}", patient=f"p{n}", wait=n % 60) for n in range(count)]


def test_it_scores_the_same_rows_without_a_certificate_and_answers_nobody(shadowed: App) -> None:
    answers = asked(shadowed, *patients(20))
    drained(shadowed)
    counted = shadowed.shadows.standing()
    said = told(shadowed)

    assert {one["version"] for one in answers} == {"v1"}
    assert {(one["version"], one["decided_by"], *one["flags"]) for one in said} == {
        ("v2", "model", SHADOW)
    }
    assert [one["score"] for one in said] == [one["score"] for one in answers]
    assert (counted.scored, counted.compared, counted.agreed) == (20, 20, 20)
    assert (counted.difference, counted.squares, counted.dropped) == (0.0, 0.0, 0)


def test_the_journal_of_decisions_holds_nothing_of_it(shadowed: App) -> None:
    asked(shadowed, record())
    drained(shadowed)
    shadowed.journal.kept(1)
    (entry,) = map(entries.entry, journals.read(shadowed.watch.log))

    assert {one["version"] for one in json.decode(entry.reply)["answers"]} == {"v1"}


def test_another_opinion_is_counted_with_its_size(
    shadowed: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = shadowed.watch.table.aside.one.held.runtime.engine
    monkeypatch.setattr(engine, "score", lambda _: 1.0)
    (answer,) = asked(shadowed, record())
    drained(shadowed)
    counted = shadowed.shadows.standing()

    assert counted.difference == pytest.approx(1 - answer["score"])
    assert counted.squares == pytest.approx((1 - answer["score"]) ** 2)
    assert counted.agreed == int(answer["decision"])


def test_what_does_not_fit_is_dropped_and_counted(
    shadowed: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shadow, "ROOM", 3)
    for _ in range(5):
        asked(shadowed, record())
    monkeypatch.setattr(shadow, "LARGEST", 10)
    shadowed.shadows.look()
    asked(shadowed, record())
    numbers = operating.metrics_of(shadowed.parts).body.decode()

    assert shadowed.shadows.standing().dropped == 3
    assert "mainstay_shadow_dropped_total 3" in numbers


def test_a_thread_that_long_had_nothing_to_do_sleeps_until_something_is_offered(
    shadowed: App,
) -> None:
    for _ in range(shadow.CALM):
        assert shadowed.shadows.look() == 0
    assert shadowed.shadows.look() == shadow.ASLEEP
    shadowed.shadows.start()
    time.sleep(4 * shadow.EVERY)
    asked(shadowed, record())
    until = time.monotonic() + 5
    while not shadowed.shadows.standing().scored and time.monotonic() < until:
        time.sleep(0.01)
    shadowed.shadows.stop()

    assert shadowed.shadows.standing().scored == 1


def test_its_share_is_of_the_entities(app: App, serving: Serving) -> None:
    serving.publish(1, shadow=aside(serving, 0.5))
    app.watch.look()
    asked(app, *patients(200))
    drained(app)
    said = told(app)

    assert 60 < len(said) < 140
    (entry,) = map(entries.entry, journals.read(app.watch.log / SHADOW))
    records = json.decode(entry.body)["records"]
    assert [one["visit"] for one in records] == [one["key"] for one in said]


@pytest.mark.parametrize("error", [RuntimeError("it is gone"), MemoryError()])
def test_a_shadow_that_fails_fails_alone(
    shadowed: App, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fails(_: object) -> None:
        raise error

    one = shadowed.watch.table.aside.one
    monkeypatch.setattr(one.held.runtime, "answers", fails)
    (answer,) = asked(shadowed, record())
    drained(shadowed)

    assert answer["decided_by"] == "model"
    assert shadowed.shadows.standing().failed == 1


def test_a_rejected_row_is_no_answer_of_it_either(shadowed: App) -> None:
    answers = asked(shadowed, record(), record(wait=1000))
    drained(shadowed)
    fine, rejected = told(shadowed)

    assert "rejected" in answers[1]
    assert (fine["version"], rejected["rejected"]) == ("v2", True)


def test_a_bundle_that_was_changed_does_not_run_and_stops_no_door(
    app: App, serving: Serving
) -> None:
    one = aside(serving)
    (serving.folder / "bundles" / one.bundle / "added").write_text("x")
    serving.publish(1, shadow=one)
    app.watch.look()
    reasons = json.decode(operating.readyz(app.parts).body)["reasons"]

    assert app.watch.table.aside is None
    assert asked(app, record())[0]["version"] == "v1"
    assert any("the shadow v2 does not run" in reason for reason in reasons)


def test_the_same_shadow_is_not_opened_again_with_the_next_routing(
    shadowed: App, serving: Serving
) -> None:
    before = shadowed.watch.table.aside.one
    again = Shadow("v2", before.share.bundle, 0.5)
    serving.publish(2, shadow=again)
    shadowed.watch.look()
    kept = shadowed.watch.table.aside.one
    serving.publish(3)
    shadowed.watch.look()

    assert kept.held is before.held
    assert kept.share == structs.replace(before.share, share=0.5)
    assert shadowed.watch.table.aside is None


def test_its_thread_scores_by_itself_and_ends(shadowed: App) -> None:
    shadowed.shadows.start()
    asked(shadowed, record())
    for _ in range(500):
        if shadowed.shadows.standing().scored:
            break
        threading.Event().wait(0.01)
    shadowed.shadows.stop()

    assert shadowed.shadows.standing().scored == 1
    assert not shadowed.shadows._rounds._thread.is_alive()
