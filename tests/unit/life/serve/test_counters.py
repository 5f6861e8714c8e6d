"""What a door counts."""

import threading
from types import SimpleNamespace

from msgspec import json
from small_project import Serving, record

from mainstay.bundle.guard import Judgement
from mainstay.life.serve.app import App
from mainstay.life.serve.counters import BOUNDS, Counters


def asked(app: App, *records: object) -> int:
    return app.door.handle(json.encode({"records": records}))[0]


def decided(by: str) -> SimpleNamespace:
    return SimpleNamespace(decided_by=by)


def test_records_are_counted_by_version_and_who_decided(app: App, serving: Serving) -> None:
    serving.publish(1)
    app.watch.look()
    asked(app, record(), record(rain=200), record(wait=-1))
    asked(app, record())

    counted = app.door.counters.counted()
    assert counted.records == {("v1", "model"): 2, ("v1", "baseline"): 1, ("v1", "rejected"): 1}
    assert counted.breaches == {("rain", "fallback"): 1, ("wait", "reject"): 1}


def test_names_that_callers_make_up_count_under_no_name(app: App, serving: Serving) -> None:
    serving.publish(1)
    app.watch.look()
    for number in range(50):
        asked(app, record(**{f"made up {number}": 1}))
    app.door.handle(b"{")

    assert app.door.counters.counted().breaches == {("", "reject"): 51}


def test_a_request_is_in_flight_until_it_is_answered() -> None:
    counters = Counters()
    counters.begun()
    counters.begun()
    counters.ended(200, 0.0003)

    counted = counters.counted()
    assert (counted.in_flight, counted.statuses, counted.seconds) == (1, {200: 1}, 0.0003)
    assert counted.buckets == (0, 0, 1, *[0] * (len(BOUNDS) - 2))


def test_only_the_versions_served_lately_are_told_apart() -> None:
    counters = Counters()
    for number in range(100):
        one = SimpleNamespace(share=SimpleNamespace(version=f"v{number}"))
        counters.answered(
            [(one, Judgement(None, "score"))] * 2, [decided("model"), decided("baseline")]
        )

    found = {version for version, _ in counters.counted().records}
    assert found == {f"v{number}" for number in range(80, 100)}


def test_nothing_is_lost_between_threads() -> None:
    counters = Counters()
    one, said = SimpleNamespace(share=SimpleNamespace(version="v1")), [decided("model")]

    def many() -> None:
        for _ in range(5_000):
            counters.answered([(one, Judgement(None, "score"))], said, away=True)

    threads = [threading.Thread(target=many) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert counters.counted().records == {("v1", "model"): 20_000}
