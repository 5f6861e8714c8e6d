"""One row, one score: what every wire makes of the same records."""

import asyncio
import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import json, structs
from small_project import Serving, record
from wired import (
    INFER,
    NAMES,
    WIRES,
    Found,
    Records,
    by_column,
    by_record,
    got,
    invoked,
    posted,
    record_tensor,
    sent,
)

from mainstay.bundle.manifest import Abstain
from mainstay.core import entries, journals
from mainstay.core.errors import Crowded, MainstayError, MissingExtra, Unavailable
from mainstay.life.serve import wires
from mainstay.life.serve.app import App
from mainstay.life.serve.handle import ENCODE

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=6)
KINDS = st.sampled_from(["new", "control", "scan", "odd", "Überweisung", ""])
MOMENTS = st.integers(0, 2**32).map(
    lambda at: datetime.fromtimestamp(at, timezone(timedelta(hours=at % 5))).isoformat()
)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
ROWS = st.fixed_dictionaries(
    {
        "visit": TEXT,
        "at": MOMENTS | st.just("2024-02-30T00:00:00Z"),
        "patient": st.none() | TEXT,
        "wait": st.none() | st.integers(-2, 95) | st.integers(-(2**63), 2**63 - 1),
        "kind": st.none() | KINDS,
        "rain": st.none() | st.floats(-1, 120, width=16) | FINITE,
    }
)  # fmt: skip


@pytest.fixture
def live(app: App, serving: Serving) -> App:
    serving.publish(1)
    app.watch.look()
    return app


@pytest.fixture
def split(app: App, serving: Serving) -> App:
    """v1 answers 70 %, v2, the same model, 30 %."""
    shares = serving.certified(1), serving.certified(2)
    parts = zip(shares, (0.7, 0.3), strict=True)
    serving.publish(1, *(structs.replace(one, share=part) for one, part in parts))
    app.watch.look()
    return app


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=st.lists(ROWS, min_size=1, max_size=3))
def test_one_row_has_one_score_on_every_wire(live: App, records: Records) -> None:
    wanted = by_record(live, records)

    for wire in WIRES:
        found = wire(live, records)
        assert found is None or agree(found, wanted), (wire.__name__, found, wanted)


def agree(found: Found, wanted: Found) -> bool:
    """Complaints may show a number as another datatype writes it; they name the same fields."""
    if found[0] != wanted[0] or found[0] == 200:
        return found == wanted
    return fields(found[1]) == fields(wanted[1])


def fields(complaint: str) -> list[str]:
    return sorted({part.split(" ")[0] for part in complaint.split("; ") if "records[" in part})


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=st.lists(ROWS, min_size=1, max_size=3))
def test_a_row_as_csv_is_the_row_whose_empty_texts_are_missing(live: App, records: Records) -> None:
    wanted = [
        {name: None if value == "" else value for name, value in one.items()} for one in records
    ]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([NAMES, *([one[name] for name in NAMES] for one in records)])
    scores = ENCODE({"dataframe_records": wanted})

    assert agree(invoked(live, text.getvalue().encode(), "text/csv"), invoked(live, scores))


# ---- what else holds on all of them ------------------------------------------------------------
def test_a_planted_difference_would_be_seen(live: App) -> None:
    rows = [record()]

    assert not agree(by_column(live, [record(rain=9.5)]), by_record(live, rows))
    assert not agree(by_column(live, [record(wait=99)]), by_record(live, [record(kind=None)]))


@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.__name__)
def test_one_rejected_record_refuses_all_and_the_journal_says_so(
    wire: Callable[[App, Records], Found], live: App, serving: Serving
) -> None:
    rows = [record(), record(visit="v2", wait=99)]
    if wire is by_column:
        return

    assert wire(live, rows) == (422, "records[1].wait is 99, above 90 day")
    assert live.journal.kept(1)
    (frame,) = journals.read(serving.log)
    entry = entries.entry(frame)
    assert (entry.status, json.decode(entry.body)) == (422, {"records": rows})


def test_every_wire_puts_the_same_request_into_the_journal(live: App, serving: Serving) -> None:
    for wire in (by_record, *WIRES):
        wire(live, [record()])

    assert live.journal.kept(1 + len(WIRES))
    bodies = [json.decode(entries.entry(one).body) for one in journals.read(serving.log)]
    assert bodies == [{"records": [record()]}] * (1 + len(WIRES))


@pytest.mark.parametrize("asked", ["v2", "2"])
def test_a_version_that_is_named_answers_everybody_while_it_is_routed(
    split: App, asked: str
) -> None:
    rows = [record(patient=f"p{number}") for number in range(40)]
    body = record_tensor(rows)

    named = answered(split, f"/v2/models/no-show/versions/{asked}/infer", body)
    unnamed = answered(split, INFER, body)

    assert (named["model_version"], set(named["version"])) == ("v2", {"v2"})
    assert "model_version" not in unnamed
    assert set(unnamed["version"]) == {"v1", "v2"}
    assert posted(split, "/v2/models/no-show/versions/v3/infer", body)[0] == 404


def test_a_version_beside_its_baseline_keeps_its_share(app: App, serving: Serving) -> None:
    serving.publish(1, structs.replace(serving.certified(), share=0.5))
    app.watch.look()
    rows = [record(patient=f"p{number}") for number in range(40)]
    body = record_tensor(rows)

    said = answered(app, "/v2/models/no-show/versions/1/infer", body)

    assert set(said["decided_by"]) == {"model", "baseline"}


def answered(app: App, path: str, body: bytes) -> dict[str, Any]:
    status, content, _ = posted(app, path, body)
    said = json.decode(content)
    assert status == 200, said
    return {**said, **{one["name"]: one["data"] for one in said["outputs"]}}


def test_health_and_metadata_are_those_of_the_routing(split: App) -> None:
    status, said = got(split, "/v2/models/no-show")

    assert (status, said["versions"]) == (200, ["v1", "v2"])
    assert got(split, "/v2")[1]["extensions"] == ["binary_tensor_data", "model_repository"]
    assert got(split, "/v2/health/live") == (200, {"live": True})
    assert got(split, "/v2/health/ready/") == (200, {"ready": True, "live": True})
    assert got(split, "/v2/models/no-show/versions/2")[1] == said
    assert got(split, "/v2/models/no-show/ready")[1]["ready"]
    assert got(split, "/v2/models/no-show/versions/3/ready")[0] == 404
    assert got(split, "/v2/models/other")[0] == 404


def test_the_repository_lists_what_is_routed_and_changes_nothing(split: App) -> None:
    listed = [posted(split, "/v2/repository/index", body) for body in (b"", b'{"ready": true}')]

    assert [one[0] for one in listed] == [200, 200]
    assert [one["version"] for one in json.decode(listed[0][1])] == ["v1", "v2"]
    assert posted(split, "/v2/repository/index", b"[")[0] == 400
    assert posted(split, "/v2/repository/models/no-show/load", b"")[:2] == (200, b"{}")
    assert posted(split, "/v2/repository/models/other/load", b"")[0] == 404
    status, said, _ = posted(split, "/v2/repository/models/no-show/unload", b"{}")
    assert (status, "signed routing" in json.decode(said)["error"]) == (403, True)


def test_before_a_version_is_served_every_wire_says_so(app: App) -> None:
    assert got(app, "/v2/health/live")[0] == 200
    assert got(app, "/v2/repository/index", "POST") == (200, [])
    paths = ["/v2/health/ready", "/v2/models/no-show", "/v2/models/no-show/ready"]
    assert {got(app, path)[0] for path in paths} == {503}
    assert asyncio.run(sent(app, "GET", "/ping", b"", {}))[0] == 503
    assert posted(app, INFER, b"{}")[0] == posted(app, "/invocations", b"{}")[0] == 503


def test_mlflows_probes_are_answered(live: App) -> None:
    found = [asyncio.run(sent(live, "GET", path, b"", {})) for path in ("/ping", "/health")]

    assert {(status, body) for status, body, _ in found} == {(200, b"\n")}
    assert asyncio.run(sent(live, "GET", "/version", b"", {}))[1] == b"0.1.0"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404), ("GET", "/v2/models", 404), ("GET", INFER, 404), ("PUT", "/v2", 404),
        ("POST", "/v2/models/no-show", 404), ("GET", "/v2/models/no-show/config", 404),
        ("POST", "/v2/repository/what", 404), ("GET", "/invocations", 405), ("POST", "/ping", 405),
    ],
)  # fmt: skip
def test_what_is_no_question_is_refused(live: App, method: str, path: str, status: int) -> None:
    found, said = got(live, path, method)

    assert found == status
    assert ("error" in said) == path.startswith("/v2")


@pytest.mark.parametrize(
    ("path", "body", "headers", "status"),
    [
        (INFER, b"{}", {"content_encoding": "gzip"}, 400),
        (INFER, b"{}", {"inference_header_content_length": "x"}, 400),
        (INFER, b"{}", {"inference_header_content_length": "0"}, 400),
        (INFER, b"{}", {"inference_header_content_length": "99"}, 400),
        ("/invocations", b"{}", {"content_type": "text/plain"}, 415),
        ("/invocations", b"a,b\n", {"content_type": "text/csv; charset=latin-1"}, 415),
        ("/invocations", b"{", {"content_type": "application/json; charset=UTF-8"}, 400),
    ],
)
def test_headers_that_do_not_fit_are_refused(
    live: App, path: str, body: bytes, headers: dict[str, str], status: int
) -> None:
    found, said, _ = posted(live, path, body, **headers)

    assert found == status
    assert {"error", "message"} & json.decode(said).keys()


def test_a_caller_may_wait_for_the_disk_on_every_wire(live: App) -> None:
    body = record_tensor([record()])

    assert posted(live, INFER, body, x_mainstay_durability="ack")[0] == 200
    assert live.journal.written == 1
    live.journal._room = 0
    assert posted(live, INFER, body, x_mainstay_durability="ack")[0] == 503


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.sampled_from(NAMES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        TEXT | st.sampled_from(["inputs", "name", "shape", "datatype", "data", *NAMES]),
        inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
TENSORS = st.fixed_dictionaries(
    {
        "name": st.sampled_from([*NAMES, "records", "x"]),
        "shape": st.lists(st.integers(-1, 3), max_size=3) | st.just([10**30]),
        "datatype": st.sampled_from(
            ["INT8", "INT64", "FP16", "FP32", "FP64", "BOOL", "BYTES", "X"]
        ),
        "data": st.lists(JSON, max_size=3),
    },
    optional={
        "parameters": st.dictionaries(st.just("binary_data_size"), st.integers(-1, 9) | JSON)
    },
)
BODIES = (
    st.binary(max_size=60)
    | JSON.map(json.encode)
    | st.lists(TENSORS, max_size=3).map(lambda inputs: json.encode({"inputs": inputs}))
    | st.builds(
        lambda form, value: json.encode({form: value}),
        st.sampled_from(["dataframe_split", "dataframe_records", "instances", "inputs", "params"]),
        JSON | st.fixed_dictionaries({"columns": st.lists(TEXT), "data": JSON}),
    )
)
TYPES = st.sampled_from(["application/json", "text/csv", ""])


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=BODIES,
    path=st.sampled_from([INFER, "/invocations"]),
    kind=TYPES,
    head=st.none() | st.integers(0, 70),
)
def test_whatever_comes_is_answered_and_never_as_our_mistake(
    live: App, body: bytes, path: str, kind: str, head: int | None
) -> None:
    headers = {} if head is None else {"inference_header_content_length": str(head)}

    status, said, _ = posted(live, path, body, content_type=kind, **headers)

    assert status in (200, 400, 413, 415, 422)
    assert live.door.failed == 0
    assert json.decode(said)


def test_ready_is_what_golden_rows_say(split: App) -> None:
    paths = ("/v2/health/ready", "/ping", "/v2/models/no-show/ready")

    def statuses() -> list[int]:
        return [asyncio.run(sent(split, "GET", path, b"", {}))[0] for path in paths]

    before = statuses()
    split.watch.table.served[0].held.wrong = "8 of 8 golden rows came out otherwise"
    after = statuses()
    listed = [posted(split, "/v2/repository/index", body)[1] for body in (b"", b'{"ready": true}')]
    split.watch.table.served[0].held.circuit.of_engine("its golden rows came out otherwise")

    assert before == [200, 200, 200]
    assert after == [503, 503, 503]
    assert [len(json.decode(one)) for one in listed] == [2, 1]
    assert statuses() == [200, 200, 200]


def test_an_open_decision_is_open_on_every_wire(app: App, serving: Serving) -> None:
    serving.publish(1, serving.changed(2, abstain=Abstain(0.0, 0.999, "person")))
    app.watch.look()
    plain = ENCODE({"records": [record()]})
    (own,) = json.decode(asyncio.run(app._predict(plain, "", ack=False))[1])["answers"]

    inferred = json.decode(posted(app, INFER, record_tensor([record()]))[1])
    predicted = json.decode(posted(app, "/invocations", ENCODE({"instances": [record()]}))[1])

    outputs = {one["name"]: (one["datatype"], one["data"][0]) for one in inferred["outputs"]}
    assert (own["decision"], own["decided_by"], own["flags"]) == (None, "person", ["abstained"])
    assert outputs["decision"] == ("BYTES", "")
    assert outputs["decided_by"] == ("BYTES", "person")
    assert outputs["flags"] == ("BYTES", "abstained")
    assert outputs["score"] == ("FP64", own["score"])
    assert predicted == {"predictions": [None]}


@pytest.mark.parametrize(
    ("error", "status"),
    [(Crowded("full"), 429), (Unavailable("gone"), 503), (MissingExtra("parquet"), 415)],
)
def test_an_error_has_the_status_of_its_kind(error: MainstayError, status: int) -> None:
    assert [wires.failure(path, error).status for path in ("/v2", "/invocations", "/")] == [
        status
    ] * 3


def whys(app: App, content: bytes) -> Any:
    """The reasons that /predict tells."""
    status, reply = asyncio.run(app._predict(content, "", ack=False))
    assert status == 200
    names = ("reasons", "base", "margin", "why_none")
    return [{name: one[name] for name in names} for one in json.decode(reply)["answers"]]


def test_reasons_are_the_same_on_every_wire(live: App) -> None:
    rows = [record(), record(wait=3)]
    told = whys(live, json.encode({"records": rows, "explain": 3}))
    inputs = [{"name": "records", "datatype": "BYTES", "shape": [2],
               "data": [json.encode(one).decode() for one in rows]}]  # fmt: skip
    asking = {"inputs": inputs, "parameters": {"explain": 3}}

    by_tensor = answered(live, INFER, json.encode(asking))["outputs"][-1]
    only = answered(live, INFER, json.encode({**asking, "outputs": [{"name": "reasons"}]}))
    params = {"dataframe_records": rows, "params": {"explain": 3}}
    by_mlflow = json.decode(posted(live, "/invocations", json.encode(params))[1])["predictions"]

    assert all(one["reasons"] for one in told)
    assert (by_tensor["name"], by_tensor["datatype"]) == ("reasons", "BYTES")
    assert [json.decode(one) for one in by_tensor["data"]] == told
    assert only["outputs"] == [by_tensor]
    assert [{name: one[name] for name in told[0]} for one in by_mlflow] == told


def test_reasons_that_nobody_asked_for_are_no_output(live: App) -> None:
    inputs = [{"name": "records", "datatype": "BYTES", "shape": [1],
               "data": [json.encode(record()).decode()]}]  # fmt: skip
    said = answered(live, INFER, json.encode({"inputs": inputs}))
    status, content, _ = posted(
        live, INFER, json.encode({"inputs": inputs, "outputs": [{"name": "reasons"}]})
    )
    wrong, body, _ = posted(
        live, INFER, json.encode({"inputs": inputs, "parameters": {"explain": "much"}})
    )

    assert "reasons" not in [one["name"] for one in said["outputs"]]
    assert (status, b"reasons is no output" in content) == (400, True)
    assert (wrong, b"explain is" in body) == (422, True)
