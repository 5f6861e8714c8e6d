"""W3C trace context at the door."""

import asyncio
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from small_project import Serving, record

from mainstay.life.serve import tracing
from mainstay.life.serve.app import App

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PARENT = f"00-{TRACE}-{SPAN}-01"


@pytest.mark.parametrize(
    ("value", "holds"),
    [
        (PARENT, True), (f"00-{TRACE}-{SPAN}-00", True), (f"{PARENT}-more", False),
        (f"01-{TRACE}-{SPAN}-01-more", True), (f"01-{TRACE}-{SPAN}-01", True),
        (f"01-{TRACE}-{SPAN}-01more", False), (f"ff-{TRACE}-{SPAN}-01", False),
        (f"00-{'0' * 32}-{SPAN}-01", False), (f"00-{TRACE}-{'0' * 16}-01", False),
        (PARENT.upper(), False), (PARENT[:-1], False), ("", False), ("00", False),
    ],
)  # fmt: skip
def test_only_what_the_standard_allows_is_a_parent(value: str, *, holds: bool) -> None:
    found = tracing.parent([(b"host", b"x"), (b"traceparent", value.encode())])

    assert found == (value if holds else "")


@given(st.binary(max_size=80))
def test_any_bytes_are_taken(value: bytes) -> None:
    found = tracing.parent([(b"traceparent", value)])

    assert found in ("", value.decode(errors="replace"))


def test_a_request_without_a_trace_has_none() -> None:
    assert tracing.parent([(b"host", b"x")]) == ""


def test_the_answer_names_the_trace_and_a_span_of_its_own() -> None:
    said, other = tracing.answer(PARENT).decode(), tracing.answer(PARENT).decode()

    assert re.fullmatch(rf"00-{TRACE}-[0-9a-f]{{16}}-01", said)
    assert len({said, other, PARENT}) == 3


def test_a_span_is_a_child_of_the_trace_that_came() -> None:
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    with tracing.spanned(provider.get_tracer("test"), PARENT, "POST /predict") as span:
        number = tracing.told(span, 200)

    (found,) = kept.get_finished_spans()
    assert (found.name, found.kind.name) == ("POST /predict", "SERVER")
    assert f"{found.context.trace_id:032x}" == TRACE
    assert f"{found.parent.span_id:016x}" == SPAN
    assert f"{found.context.span_id:016x}" == number
    assert dict(found.attributes) == {"http.response.status_code": 200}


def test_a_request_without_a_trace_begins_one() -> None:
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    with tracing.spanned(provider.get_tracer("test"), "", "POST /predict"):
        pass

    assert kept.get_finished_spans()[0].parent is None


def test_without_the_sdk_there_are_no_spans(monkeypatch: pytest.MonkeyPatch) -> None:
    assert tracing.tracer() is not None
    monkeypatch.setattr(tracing.importlib.util, "find_spec", lambda _: None)
    assert tracing.tracer() is None


def test_nobody_keeps_spans_without_a_provider() -> None:
    assert not tracing.kept(tracing.tracer())
    assert not tracing.kept(None)
    assert tracing.kept(TracerProvider().get_tracer("test"))


def test_an_answer_names_no_span_of_its_callers_where_nobody_keeps_any(
    app: App, serving: Serving
) -> None:
    serving.publish(1)
    app.watch.look()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": json.encode({"records": [record()]})}

    said, ((name, value),) = asyncio.run(
        app._predicted([(tracing.HEADER, PARENT.encode())], receive)
    )

    assert (said.status, name) == (200, tracing.RESPONSE)
    assert re.fullmatch(rf"00-{TRACE}-(?!{SPAN})[0-9a-f]{{16}}-01", value.decode())
