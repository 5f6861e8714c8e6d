"""The text that Prometheus reads, by its own reader."""

from datetime import UTC, datetime

import pytest
from msgspec import json
from prometheus_client.parser import text_string_to_metric_families
from small_project import Serving, record

from mainstay.core.cleaning import Cleaning
from mainstay.life.serve import metrics, operating
from mainstay.life.serve.app import App
from mainstay.life.serve.counters import BOUNDS, Counters
from mainstay.life.serve.metrics import Family

AT = datetime(2024, 3, 1, tzinfo=UTC)


def read(text: bytes) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Value by name and labels."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


@pytest.fixture
def live(app: App, serving: Serving) -> App:
    serving.publish(7)
    app.watch.look()
    return app


def test_a_door_before_its_first_routing_has_numbers(app: App) -> None:
    found = read(operating.metrics_of(app.parts).body)

    assert found["mainstay_ready", ()] == 0
    assert found["mainstay_routing_sequence", ()] == 0


def test_every_number_of_a_door_is_read(live: App) -> None:
    live.door.handle(json.encode({"records": [record(), record(rain=200)]}))
    live.door.counters.begun()
    live.door.counters.ended(200, 0.002)
    live.journal.kept(1)

    said = operating.metrics_of(live.parts)
    found = read(said.body)
    assert said.kind == b"text/plain; version=0.0.4; charset=utf-8"
    assert found["mainstay_requests_total", (("status", "200"),)] == 1
    assert found["mainstay_records_total", (("decided_by", "model"), ("version", "v1"))] == 1
    assert found["mainstay_breaches_total", (("field", "rain"), ("outcome", "fallback"))] == 1
    assert found["mainstay_request_seconds_bucket", (("le", "0.0025"),)] == 1
    assert found["mainstay_request_seconds_bucket", (("le", "0.001"),)] == 0
    assert found["mainstay_request_seconds_bucket", (("le", "+Inf"),)] == 1
    assert found["mainstay_request_seconds_count", ()] == 1
    assert found["mainstay_journal_added_total", ()] == 1
    assert found["mainstay_journal_bytes", ()] > 0
    assert found["mainstay_routing_sequence", ()] == 7
    assert found["mainstay_certificate_seconds", (("version", "v1"),)] > 86_400
    assert found["mainstay_ready", ()] == 1


def test_what_a_version_cleans_is_answered_as_if_it_were_clean_and_counted(
    app: App, serving: Serving
) -> None:
    clean = (
        Cleaning("wait", type="integer"),
        Cleaning("kind", spelled={"NEW": "new"}),
        Cleaning("rain", missing=(-9,)),
    )
    serving.publish(8, serving.changed(clean=clean))
    app.watch.look()
    raw = record(wait="12", kind="NEW", rain=-9)

    said = [
        json.decode(app.door.handle(json.encode({"records": [one]}))[1])["answers"][0]
        for one in (raw, record(wait=12, kind="new", rain=None))
    ]

    found = read(operating.metrics_of(app.parts).body)
    counted = {dict(labels)["field"]: value for (name, labels), value in found.items()
               if name == "mainstay_cleaned_total"}  # fmt: skip
    assert said[0] == said[1]
    assert (said[0]["decided_by"], said[0]["flags"]) == ("model", [])
    assert counted == {"wait": 1, "kind": 1, "rain": 1}


def test_labels_with_any_text_are_read_as_they_were() -> None:
    hard = 'a"b\\c\nd = "é"'
    text = metrics.text([Family("x_total", "counter", "Any.", (("", {"field": hard}, 3),))])

    assert read(text) == {("mainstay_x_total", (("field", hard),)): 3}


def test_the_buckets_of_a_histogram_add_up() -> None:
    counters = Counters()
    for seconds in (*BOUNDS, 60.0):
        counters.begun()
        counters.ended(200, seconds)
    state = metrics.State(
        None,
        metrics.Standing(0, 0, 0, 0, 0.0, 0.0, 0, full=False),
        AT,
        ready=False,
        failed=0,
        restarts=0,
    )

    found = read(metrics.text(metrics.families(counters.counted(), state)))

    buckets = [v for (name, _), v in found.items() if name == "mainstay_request_seconds_bucket"]
    assert buckets == list(range(1, len(BOUNDS) + 2))


def test_the_numbers_of_several_models_are_labelled_with_their_model() -> None:
    of = lambda value: (Family("share", "gauge", "A part.", (("", {"version": "v1"}, value),)),)  # noqa: E731 - one line says it

    (family,) = metrics.together({"a": of(1.0), "b": of(0.5)})

    assert family.samples == (
        ("", {"model": "a", "version": "v1"}, 1.0),
        ("", {"model": "b", "version": "v1"}, 0.5),
    )
