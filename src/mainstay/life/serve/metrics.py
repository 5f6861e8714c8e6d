"""`/metrics`: a door's numbers in the text format of Prometheus, version 0.0.4.

Written here, 40 lines, because the usual client takes a lock and 2 us for every number counted.
"""

import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import accumulate
from typing import Literal, NamedTuple

from mainstay import __version__
from mainstay.life.serve import counters
from mainstay.life.serve.counters import BOUNDS
from mainstay.life.serve.journal import Standing
from mainstay.life.serve.served import Table
from mainstay.life.serve.shadow import Counted

TYPE = b"text/plain; version=0.0.4; charset=utf-8"
_ESCAPED = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
Labels = Mapping[str, str]
Sample = tuple[str, Labels, float]
"""What follows the family's name, labels, value."""


class Family(NamedTuple):
    """One name with all its samples."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    what: str
    samples: tuple[Sample, ...]


class State(NamedTuple):
    """How a door stands beside what it counted. restarts: of models in processes of their own.

    openings: of circuits. shadow: what one said after the answers. cut: up to when looked-up
    context is known.
    """

    table: Table | None
    journal: Standing
    now: datetime | None
    ready: bool
    failed: int
    restarts: int
    openings: int = 0
    shadow: Counted = Counted()
    cut: datetime | None = None


def text(families: Iterable[Family]) -> bytes:
    """What a scraper reads."""
    lines: list[str] = []
    for family in families:
        name = f"mainstay_{family.name}"
        lines += [f"# HELP {name} {family.what}", f"# TYPE {name} {family.kind}"]
        lines += [
            f"{name}{suffix}{_labels(labels)} {value!r}" for suffix, labels, value in family.samples
        ]
    return "\n".join([*lines, ""]).encode()


def together(by_model: Mapping[str, Sequence[Family]]) -> Iterator[Family]:
    """The numbers of several models, each labelled with its model; all have the same families."""
    for some in zip(*by_model.values(), strict=True):
        samples = tuple(
            (suffix, {"model": model, **labels}, value)
            for model, family in zip(by_model, some, strict=True)
            for suffix, labels, value in family.samples
        )
        yield some[0]._replace(samples=samples)


def families(counted: counters.Counted, state: State) -> Iterator[Family]:
    """Every number of a door."""
    yield from _requests(counted)
    yield from _journal(state.journal)
    yield from _versions(state)
    yield _one("ready", "gauge", "1 where /readyz says 200.", int(state.ready))
    yield _one("in_flight", "gauge", "Requests under way.", counted.in_flight)
    yield _one("failed_total", "counter", "Requests that met a mistake of ours.", state.failed)
    yield _one("worker_restarts_total", "counter", "Models started again.", state.restarts)
    opened = "How often a circuit was opened."
    yield _one("circuit_openings_total", "counter", opened, state.openings)
    since = (state.now - state.cut).total_seconds() if state.now and state.cut else 0.0
    made = "Since looked-up context was made known; 0 where nothing is looked up."
    yield _one("context_seconds", "gauge", made, since)
    yield from _shadow(state.shadow)
    labels = {"version": __version__, "python": platform.python_version()}
    yield Family("build_info", "gauge", "Which Mainstay this is.", (("", labels, 1),))


def _requests(counted: counters.Counted) -> Iterator[Family]:
    yield Family(
        "requests_total", "counter", "Requests for answers, by status.",
        tuple(("", {"status": str(one)}, count) for one, count in sorted(counted.statuses.items())),
    )  # fmt: skip
    yield Family(
        "records_total", "counter", "Records, by version and by who decided.",
        tuple(
            ("", {"version": version, "decided_by": who}, count)
            for (version, who), count in sorted(counted.records.items())
        ),
    )  # fmt: skip
    yield Family(
        "breaches_total", "counter", "Rules broken by records, by field and what followed.",
        tuple(
            ("", {"field": field, "outcome": outcome}, count)
            for (field, outcome), count in sorted(counted.breaches.items())
        ),
    )  # fmt: skip
    ends = [*(repr(bound) for bound in BOUNDS), "+Inf"]
    sums = list(accumulate(counted.buckets))
    buckets = [("_bucket", {"le": end}, sums[at]) for at, end in enumerate(ends)]
    total: list[Sample] = [("_sum", {}, counted.seconds), ("_count", {}, sums[-1])]
    yield Family(
        "request_seconds", "histogram", "From the whole request to its answer.", (*buckets, *total)
    )


def _journal(standing: Standing) -> Iterator[Family]:
    lost = "Answers that are in no journal: disk full or slow, or files all they may be."
    yield _one("journal_lost_total", "counter", lost, standing.lost)
    yield _one("journal_added_total", "counter", "Answers given to the journal.", standing.added)
    yield _one("journal_bytes", "gauge", "Of the file being written.", standing.size)
    yield _one("journal_kept_bytes", "gauge", "Of all files.", standing.kept)
    yield _one("journal_full", "gauge", "Whether that is all they may be.", int(standing.full))
    yield _one("journal_waiting_bytes", "gauge", "Not yet on disk.", standing.waiting)
    yield _one("journal_lag_seconds", "gauge", "How long the oldest waits.", standing.lag)
    yield _one("journal_flush_seconds", "gauge", "How long the last write took.", standing.flush)


def _versions(state: State) -> Iterator[Family]:
    table = state.table
    served = table.served if table else ()
    sequence = table.routing.sequence if table else 0
    yield _one("routing_sequence", "gauge", "Of the routing in force.", sequence)
    yield Family(
        "share", "gauge", "Of the entities that a version answers.",
        tuple(("", {"version": one.share.version}, one.share.share) for one in served),
    )  # fmt: skip
    yield _one(
        "canary_recalled", "gauge", "1 where the canary failed and gets no request.",
        int(bool(table and table.recalled)),
    )  # fmt: skip
    yield Family(
        "circuit_open", "gauge", "1 where the model is not asked and its fallback answers.",
        tuple(
            ("", {"version": one.share.version}, int(bool(one.held.circuit.open)))
            for one in served
        ),
    )  # fmt: skip
    yield Family(
        "breached", "gauge", "1 while rules stop too many of the newest rows.",
        tuple(
            ("", {"version": one.share.version}, int(bool(one.held.circuit.breaches)))
            for one in served
        ),
    )  # fmt: skip
    yield Family(
        "cleaned_total", "counter", "Values set right before they were judged, by column.",
        tuple(
            ("", {"version": one.share.version, "field": field}, count)
            for one in served
            for field, count in sorted(dict(one.held.runtime.guard.cleaned).items())
        ),
    )  # fmt: skip
    yield Family(
        "certificate_seconds", "gauge", "Until the certificate ends; 0 where none holds.",
        tuple(
            ("", {"version": one.share.version}, _left(one.certificate, state.now))
            for one in served
        ),
    )  # fmt: skip


def _shadow(seen: Counted) -> Iterator[Family]:
    yield _one("shadow_scored_total", "counter", "Rows that a shadow scored.", seen.scored)
    dropped = "Requests that a shadow had no room for."
    yield _one("shadow_dropped_total", "counter", dropped, seen.dropped)
    yield _one("shadow_failed_total", "counter", "Requests a shadow failed on.", seen.failed)
    compared = "Rows that both models scored."
    yield _one("shadow_compared_total", "counter", compared, seen.compared)
    agreed = "Of those, the same decision."
    yield _one("shadow_agreed_total", "counter", agreed, seen.agreed)
    above = "Of the shadow's score above the answer's, sum over those."
    yield _one("shadow_difference_sum", "gauge", above, seen.difference)
    squares = "Of the same, sum of squares."
    yield _one("shadow_difference_squares", "gauge", squares, seen.squares)


def _left(certificate: object, now: datetime | None) -> float:
    ends = getattr(certificate, "not_after", None)
    return max(0.0, (ends - now).total_seconds()) if ends and now else 0.0


def _one(name: str, kind: Literal["counter", "gauge"], what: str, value: float) -> Family:
    return Family(name, kind, what, (("", {}, value),))


def _labels(labels: Labels) -> str:
    if not labels:
        return ""
    told = ",".join(f'{name}="{value.translate(_ESCAPED)}"' for name, value in labels.items())
    return f"{{{told}}}"
