"""From rows to a bundle: everything a version is, found by the digests of what it came from."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import NamedTuple

import ibis.expr.types as ir
import msgspec
import numpy as np
from ibis.backends.duckdb import Backend
from numpy.typing import NDArray

from mainstay.bundle import environment, golden
from mainstay.bundle.environment import Environment
from mainstay.contract.document import Document
from mainstay.contract.model import Contract
from mainstay.core.errors import Missing
from mainstay.core.nouns import Dataset, Verdict, Window
from mainstay.core.places import Places
from mainstay.core.weighing import Weighing
from mainstay.data import changes, engine, reading, rows, sla, snapshot
from mainstay.data import profile as profiling
from mainstay.data.lineage import Born
from mainstay.data.profile import Profile
from mainstay.data.rows import Rows
from mainstay.data.source import Reader
from mainstay.life.build import expected, fitting, hiding, looking, operating, weights
from mainstay.life.build.fitting import Prepared
from mainstay.life.build.packing import Contents, Packed, packed
from mainstay.life.build.periods import Periods, midnight_after, periods
from mainstay.life.build.weights import Drawn
from mainstay.stats.chances import Chances
from mainstay.trainer import code, payoffs, scored, training, warm
from mainstay.trainer.scored import Floats
from mainstay.trainer.training import Learned

Tell = Callable[[str], None]
STOPPED = "training"


class Order(NamedTuple):
    """What to build from; tell is told each step as it begins. weighing: which rows count more.

    born: what the version before was made of, where sources must be as they were.
    """

    document: Document
    places: Places
    since: datetime | None
    until: datetime | None
    now: datetime
    tell: Tell = lambda _: None
    weighing: Weighing | None = None
    born: Born | None = None


class Built(NamedTuple):
    """A packed bundle, the periods it was made for, the rows it saw; notes for a person."""

    packed: Packed
    periods: Periods
    learned: Learned
    datasets: tuple[Dataset, ...]
    code: dict[str, str]
    notes: tuple[str, ...]


class Started(NamedTuple):
    """Sources opened and cut into periods, nothing computed. inputs: what it all hangs on.

    reader: by which they were opened; rows are of its engine. connection: the engine on this
    machine, for what is taken from them.
    """

    connection: Backend
    rows: Rows
    periods: Periods
    inputs: dict[str, object]
    reader: Reader


def started(order: Order) -> Started:
    """What a build would work on, quickly. Raises Mistake, Missing, Broken for changed columns."""
    order.tell("reading the sources")
    reader = reading.reader(order.document.contract, order.places)
    _refuse_changed(order, reader)
    found, chosen = gathered(order, reader)
    inputs = {
        "code": _code(order.places),
        "sources": {dataset.uri: dataset.digest for dataset in found.datasets},
        "train": chosen.train,
        "hold_out": chosen.hold_out,
        **({"weighing": order.weighing} if order.weighing else {}),
    }
    return Started(reader.here.engine, found, chosen, inputs, reader)


def built(order: Order, started: Started) -> Built:
    """Trains on a period and packs what comes out. Raises Mistake, Broken, Unsure, Unavailable."""
    sla.refuse(started.rows.judged, STOPPED)
    with ThreadPoolExecutor(2, "beside") as beside:
        lock = beside.submit(locked, order)
        order.tell("joining context, making features")
        learned = training.learned(
            order.document, order.places, started.connection, started.rows, started.periods.train
        )
        prepared = fitting.prepared(order.document.contract, learned, order.places)
        drawn = _drawn(order, started, learned, prepared)
        prepared = prepared._replace(drawn=drawn.places if drawn else None)
        result = _packed(order, learned, prepared, lock.result(), beside)
    weighed = drawn.note if drawn else ""
    told = (*started.rows.notes, *_warned(started.rows), *_set_aside(order, started.rows))
    notes = (*told, *filter(None, [result.note, weighed]))
    datasets = (learned.dataset, *started.rows.datasets)
    return Built(result, started.periods, learned, datasets, _code(order.places), notes)


def _refuse_changed(order: Order, reader: Reader) -> None:
    if order.born:
        changes.refuse(changes.changes(order.document.contract, reader, order.born), STOPPED)


def _warned(found: Rows) -> Iterator[str]:
    """What sources do not keep and only warns."""
    for one in found.judged:
        if one.promise.sla.on_breach == "warn" and one.evidence.verdict is not Verdict.PASS:
            yield sla.told(one)


def _set_aside(order: Order, found: Rows) -> Iterator[str]:
    """Where to look at the rows that were set aside."""
    for one in found.aside:
        yield f"they lie in {snapshot.whole(one.table, order.places.quarantine)}"


def _drawn(order: Order, started: Started, learned: Learned, prepared: Prepared) -> Drawn | None:
    """Which rows count how often, where the order says anything of it."""
    weighing, contract = order.weighing, order.document.contract
    if weighing is None:
        return None

    def present() -> Floats:
        found = weights.present(started.rows, learned, weighing, contract)
        return weights.inputs_of(found, prepared)

    return weights.drawn(weighing, contract, prepared, present)


def opened(places: Places) -> Backend:
    """The engine on this machine, for what is a project's own."""
    places.work.mkdir(parents=True, exist_ok=True)
    return engine.connect(places.work)


def gathered(order: Order, reader: Reader) -> tuple[Rows, Periods]:
    """The rows of the period asked for, and how it is cut into training and hold-out."""
    contract = order.document.contract
    found = rows.assembled(
        contract,
        reader,
        since=order.since,
        until=order.until,
        now=order.now,
    )
    span = _span(found.table, contract.data.decisions.time)
    until = min(order.until or midnight_after(span.until), order.now)
    period = Window(order.since or span.since, until)
    cut = periods(
        period,
        hold_out=contract.certify.hold_out,
        known_after=contract.data.label.known_after,
        most=contract.train.window,
    )
    return found, cut


def _span(table: ir.Table, time: str) -> Window:
    found = table.aggregate(first=table[time].min(), last=table[time].max()).to_pyarrow()
    first, last = found["first"][0].as_py(), found["last"][0].as_py()
    if first is None:
        raise Missing("the period holds no decision", hint="see --from and --until")
    return Window(first, last)


def _code(places: Places) -> dict[str, str]:
    return code.digests((*code.sources(places.model), *code.sources(places.features)))


class Locked(NamedTuple):
    """The model's lock, and the environment made from it."""

    lock: bytes
    environment: Environment


def locked(order: Order) -> Locked:
    """One process of it is started already. Raises Mistake, Missing, Unavailable."""
    places, seed = order.places, order.document.contract.train.seed
    lock = environment.locked(places.model, places.work)
    (places.work / "pylock.toml").write_bytes(lock)
    made = environment.prepared(places.work / "pylock.toml", places.environments)
    warm.warmed(made, seed=seed)
    return Locked(lock, made)


def _packed(
    order: Order, learned: Learned, prepared: Prepared, locked: Locked, beside: ThreadPoolExecutor
) -> Packed:
    """Two processes fit: one out of fold, the other the model itself."""
    contract, places = order.document.contract, order.places
    with warm.worker(locked.environment, seed=contract.train.seed) as worker:
        folds = beside.submit(_out_of_fold, contract, prepared, locked.environment)
        profiled = beside.submit(_profile, learned)
        order.tell("training")
        fitted = fitting.fitted(prepared, worker)
        importance = expected.importance(worker, prepared, learned)
        order.tell("choosing thresholds out of fold")
        (unseen, outcomes), profile = folds.result(), profiled.result()
        choice = fitting.chosen(contract, prepared, unseen)
        order.tell("proving the engine, packing the bundle")
        places_of = golden.choose(prepared.training.rows)
        stated = {
            "classes": fitted.classes,
            "seed": fitted.seed,
            "inputs": prepared.inputs,
            **choice._asdict(),
            "importance": importance,
            **_stated(order, learned),
        }
        contents = Contents(
            stated,
            prepared.training,
            locked.lock,
            profile,
            expected.scores(contract, prepared, learned, unseen, choice.threshold),
            outcomes,
            unseen,
            records(learned, contract.data.decisions.time, places_of),
            places_of,
        )
        return packed(contents, worker, places.bundles)


def _stated(order: Order, learned: Learned) -> dict[str, object]:
    """What the manifest holds of the contract, and of what its data means."""
    contract, meaning = order.document.contract, learned.meaning
    return {
        "model": contract.model,
        "task": contract.objective.task,
        "request": meaning.request,
        "rules": meaning.rules,
        "outputs": meaning.outputs,
        "contract": order.document.digest,
        "abstain": scored.band(contract),
        "stakes": payoffs.at_stake(contract),
        "matrix": payoffs.by_class(contract),
        "uncovered": contract.serve.uncovered,
        "durability": contract.serve.durability,
        "operation": operating.operation(contract.serve),
        "private": hiding.hidden(contract, meaning),
        "clean": meaning.clean,
        "unknown_fields": contract.serve.unknown_fields,
        "lookups": looking.lookups(contract, meaning.request),
        "datasets": (learned.dataset,),
        "code": _code(order.places),
    }


def _out_of_fold(
    contract: Contract, prepared: Prepared, environment: Environment
) -> tuple[Floats, Chances]:
    """Scores of training rows that the model did not see, and how likely they make each outcome."""
    with warm.worker(environment, seed=contract.train.seed) as worker:
        unseen = fitting.out_of_fold(prepared, worker)
    return unseen, expected.outcomes(contract, prepared, unseen)


def _profile(learned: Learned) -> Profile:
    fields = tuple(column.name for column in learned.meaning.request)
    return profiling.profile(learned.table, profiling.bins(learned.table, fields))


def records(learned: Learned, time: str, at: NDArray[np.int64]) -> tuple[bytes, ...]:
    """The rows at these places, in the order of time, as a caller would send them."""
    names = [column.name for column in learned.meaning.request]
    key = next(column.name for column in learned.meaning.request if column.role == "key")
    ordered = learned.table.order_by([time, key]).select(names).to_pyarrow()
    return tuple(msgspec.json.encode(row) for row in ordered.take(at).to_pylist())
