"""A stream as the watch sees it: counted in the bins of its reference, judged after every window.

Everything is the product's own: data.profile counts, life.watch.parts, pulse and losses make of it
what is watched, life.watch.drift judges the whole of one budget.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import ibis
import numpy as np
import pyarrow as pa
from ibis.backends.duckdb import Backend

from bench.drifting import streams
from bench.drifting.streams import ASKED, BEFORE, LEVELS, NUMBERS, QUIET, WINDOW, Stream
from mainstay.contract.model import Contract
from mainstay.contract.operation import Watch
from mainstay.core.nouns import Window
from mainstay.data import profile
from mainstay.data.answered import Answered
from mainstay.data.live import Counts
from mainstay.data.profile import Bins, Moments, Numbers, Profile
from mainstay.data.records import DECISION, SCORE
from mainstay.life.watch import drift, losses, parts, pulse
from mainstay.life.watch.drift import Drift
from mainstay.life.watch.order import POOLED, Late, Profiled
from mainstay.life.watch.parts import Group, Part
from mainstay.life.watch.pulse import Loss
from mainstay.stats import chances
from mainstay.stats.chances import Known
from mainstay.stats.components import Windows
from mainstay.trainer.estimates import Unlabelled

NAMES = (*(f"n{at}" for at in range(NUMBERS)), *(f"c{at}" for at in range(len(LEVELS))))
DAY, BEGIN = timedelta(days=1), datetime(2020, 1, 6, tzinfo=UTC)
EQUAL: Mapping[str, float] = {}
METRIC, FOLDS, LATE = "roc_auc", 4, 2
"""Of what losses are told; models that answered the reference; windows until labels are known."""
CONTRACT = Contract.model_validate({
    "mainstay": 1, "model": "bench", "owner": "bench",
    "objective": {"decision": "none", "task": "binary"},
    "data": {"decisions": {"from": "x.csv", "key": "k", "time": "t"},
             "label": {"column": "y", "known_after": "1d"}},
})  # fmt: skip


class Lived(NamedTuple):
    """What the watch made of a stream. alarms: how often an alarm began while nothing had happened;

    delay: windows from what happened to the first alarm after it, None where there was none or one
    was on before; named: what was named first then.
    """

    windows: int
    alarms: int
    delay: int | None
    named: str


class Seen(NamedTuple):
    """A stream in counts. profiled: the windows before it and its own; part: its columns and

    answers; losses: over all of its windows.
    """

    past: tuple[Profile, ...]
    profiled: tuple[Profiled, ...]
    parts: tuple[Part, ...]
    losses: tuple[Loss, ...]

    @property
    def since(self) -> datetime:
        """When the first training window begins."""
        return BEGIN - (BEFORE + len(self.past)) * DAY

    @property
    def days(self) -> int:
        return len(self.profiled) - BEFORE


def lived(engine: Backend, stream: Stream, budget: float, *, until: bool = False) -> Lived:
    """until: nothing more is judged once what happened was found."""
    return walked(counted(engine, stream), budget, until=until)


def walked(seen: Seen, budget: float, *, until: bool = False) -> Lived:
    """The same of a stream that is counted already."""
    stated, days, (alarms, on, before) = watch(budget), seen.days, (0, False, False)
    for day in range(1, days + 1):
        some = first(seen, day)
        loud = drift.total(some, budget) >= budget
        if loud and until and day > QUIET:
            found = drift.judged(stated, drift.DRIFT, some, seen.profiled[BEFORE : BEFORE + day])
            if name := named(found):
                return Lived(day, alarms, None if before else day - QUIET, name)
        if not (until and day > QUIET):
            alarms, before = alarms + (loud and not on), loud
        on = loud
    return Lived(days, alarms, None, "")


def watch(budget: float) -> Watch:
    rate = timedelta(days=365.25) / DAY / budget
    return Watch.model_validate({"window": "1d", "false_alarms": f"{rate:.12f} per year"})


def named(found: Drift) -> str:
    """The column, or what beside the columns, that is named first; empty without an incident."""
    told = {_name(one): one.shift.evidence for one in found.beats if one.told}
    if found.broken:
        told |= {one.column: one.evidence for one in found.moved}
    return max(told, key=lambda name: told[name], default="")


def _name(beat: drift.Beat) -> str:
    return f"lag {beat.shift.column}" if beat.kind == "lag" else beat.kind


def counted(engine: Backend, stream: Stream) -> Seen:
    """The counts are scored once, not once per look."""
    past, live = _profiles(engine, (stream.past, stream.live), NAMES)
    said = (DECISION, SCORE)
    scored, scores = _profiles(engine, _answers(stream), said)
    asked = _moments(engine, stream.answers[1])
    before = tuple(_window(at, None, int(rows), stream) for at, rows in enumerate(stream.before))
    own = tuple(_window(BEFORE + at, one, one.rows, stream) for at, one in enumerate(live))
    own = tuple(_answered(one, *some) for one, *some in zip(own, scores, asked, strict=True))
    seen = Seen(past, (*before, *own), (), ())
    group = Group(NAMES, Answered(DAY.total_seconds(), FOLDS, scored))
    whole = tuple(parts.parts(group, {}, past, own, (), seen.since))
    windows = tuple(one.window for one in own)
    return seen._replace(parts=whole, losses=_losses(stream, windows))


def _profiles(
    engine: Backend, tables: tuple[pa.Table, pa.Table], names: tuple[str, ...]
) -> list[tuple[Profile, ...]]:
    """Of the windows of both, in the bins of the first."""
    made = [engine.create_table(f"rows {at}", one, overwrite=True) for at, one in enumerate(tables)]
    bins = profile.bins(made[0], names)
    return [_grouped(one, bins, of) for one, of in zip(made, tables, strict=True)]


def _grouped(table: ibis.Table, bins: Bins, rows: pa.Table) -> tuple[Profile, ...]:
    windows = int(rows[WINDOW][-1].as_py()) + 1
    return profile.grouped(table, bins, table[WINDOW], windows)


def _answers(stream: Stream) -> tuple[pa.Table, pa.Table]:
    """As the journal names them."""
    names = {streams.SCORE: SCORE, streams.DECISION: DECISION}
    past, live = (
        one.rename_columns([names.get(name, name) for name in one.column_names])
        for one in stream.answers
    )
    return past, live


def _moments(engine: Backend, answers: pa.Table) -> list[Moments | None]:
    """Of how much later each window was asked for."""
    table = engine.create_table("asked", answers, overwrite=True)
    found = [one.columns[0] for one in _grouped(table, Bins({ASKED: ()}, {}), answers)]
    return [one.moments if isinstance(one, Numbers) else None for one in found]


def _window(at: int, one: Profile | None, rows: int, stream: Stream) -> Profiled:
    span = Window(BEGIN + (at - BEFORE) * DAY, BEGIN + (at - BEFORE + 1) * DAY)
    late = Late(None, {name: float(every[at]) for name, every in stream.ages.items()})
    counts = Counts(rows, rows, 0, 0, 0, 0, 0, 0)
    return Profiled(span, "v1" if one else "v0", one or Profile(rows, ()), counts, late=late)


def _answered(one: Profiled, scores: Profile, asked: Moments | None) -> Profiled:
    assert one.late, "every window of a stream has its ages"
    late = Late(asked, one.late.ages)
    return Profiled(one.window, one.version, one.profile, one.counts, (), scores, late)


def _losses(stream: Stream, windows: tuple[Window, ...]) -> tuple[Loss, ...]:
    """By chances learned from the reference, and by labels."""
    past, live = stream.answers
    learned = chances.of_classes(
        Known(*(past[name].to_numpy() for name in (streams.LABEL, streams.SCORE, WINDOW)))
    )
    score, place = (live[name].to_numpy() for name in (streams.SCORE, WINDOW))
    decided = (score >= 0.5).astype(np.float64)
    rows = Unlabelled(score, decided, decided, place, score[:, None])
    told = losses.told(METRIC, CONTRACT, learned, windows, (rows, place))
    label = live[streams.LABEL].to_numpy()
    ripe = np.full(len(windows), fill_value=True)
    return losses.by_chances(told), losses.by_labels(told, label, ripe)


def first(seen: Seen, day: int) -> tuple[Part, ...]:
    """All that is watched after so many windows of the stream."""
    lost = tuple(_newest(one, day) for one in seen.losses)
    profiled = seen.profiled[: BEFORE + day]
    beside = pulse.pulse("v1", seen.past, profiled, lost, seen.since)
    return (*(_first(one, day) for one in seen.parts), *beside)


def _first(part: Part, day: int) -> Part:
    live = Windows(*(one[:day] for one in part.live))
    return part._replace(live=live, windows=part.windows[:day])


def _newest(loss: Loss, day: int) -> Loss:
    """As far as it is looked at; labels of the newest windows are not known yet."""
    kept, values = slice(max(day - POOLED, 0), day), loss.values.copy()
    if loss.kind == "realised":
        values[max(day - LATE, 0) :] = np.nan
    return loss._replace(
        windows=loss.windows[kept], values=values[kept], variance=loss.variance[kept]
    )


def engine() -> Backend:
    return ibis.duckdb.connect(threads=1)
