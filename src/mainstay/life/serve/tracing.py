"""W3C trace context: what a caller names as the cause, and the spans where OpenTelemetry is there.

The answer names its span in `traceresponse`, to callers who sent a trace and to nobody else.
Source: Trace Context Level 2 (traceparent); the draft of Level 3 (traceresponse).
"""

import importlib.util
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

HEADER, RESPONSE = b"traceparent", b"traceresponse"
_TRACE = re.compile(
    rb"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})"
)
_KNOWN = 55  # bytes of version 00; a later version may say more after another dash


def parent(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The traceparent of a request, as it came; empty where there is none that holds."""
    for name, value in headers:
        if name == HEADER:
            return value.decode() if _holds(value) else ""
    return ""


def answer(trace: str, span: str = "") -> bytes:
    """The traceresponse to a traceparent; span: 16 hex digits, made up where nobody keeps any."""
    _, identity, _, flags = trace.split("-")[:4]
    return f"00-{identity}-{span or secrets.token_hex(8)}-{flags}".encode()


def tracer() -> Any:
    """The one of OpenTelemetry; None where its SDK is not installed."""
    try:
        installed = importlib.util.find_spec("opentelemetry.sdk") is not None
    except ModuleNotFoundError:
        return None
    return import_module("opentelemetry.trace").get_tracer("mainstay") if installed else None


def kept(tracer: Any) -> bool:
    """Whether somebody keeps its spans: OpenTelemetry has a stand-in until a provider is set."""
    return tracer is not None and type(tracer).__name__ != "ProxyTracer"


@contextmanager
def spanned(tracer: Any, trace: str, name: str) -> Iterator[Any]:
    """A span of the server's kind under the trace that came."""
    api = import_module("opentelemetry.trace")
    context = None
    if trace:
        propagation = import_module("opentelemetry.trace.propagation.tracecontext")
        carrier = {HEADER.decode(): trace}
        context = propagation.TraceContextTextMapPropagator().extract(carrier)
    with tracer.start_as_current_span(name, context=context, kind=api.SpanKind.SERVER) as span:
        yield span


def _holds(value: bytes) -> bool:
    if not _TRACE.match(value):
        return False
    rest = value[_KNOWN:]
    return not rest if value[:2] == b"00" else not rest or rest[:1] == b"-"


def told(span: Any, status: int) -> str:
    """Its number, after the status was written on it."""
    span.set_attribute("http.response.status_code", status)
    return f"{span.get_span_context().span_id:016x}"
