"""What goes wrong with inputs in the field, done on purpose to records of the held-out rows.

Each of: a source that gives nothing, one that stands still for a day, a null, another unit, noise
of half a standard deviation, a text never seen before; one at a time, on every row. Numbers whose
unit nobody stated, or has no known conversion, are tried a thousandfold and as thousandths.
"""

from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.bundle.guard import RequestColumn
from mainstay.bundle.manifest import Manifest
from mainstay.contract.model import Contract
from mainstay.core import nearest
from mainstay.core.errors import Mistake
from mainstay.core.rules import FieldRule
from mainstay.core.typed import INTEGER, NUMBER, TEXT
from mainstay.stats.conversion import CONVERSIONS, ONE, Known
from mainstay.trainer.scored import MICROSECONDS_A_DAY

What = Literal["missing", "stale", "null", "unit", "noise", "unseen"]
Values = list[Any]
Records = dict[str, Values]
"""Column -> its values, None is null; all equally long."""

THOUSANDS = Known(ONE, "thousandth", 1000)
NOISE = 0.5
"""Standard deviations."""
UNSEEN = "never seen before"


class Perturbation(NamedTuple):
    """what happens to which columns; given the records it says what those hold instead."""

    what: What
    name: str
    changed: Callable[[Records], Records]


def perturbations(
    contract: Contract, stated: Manifest, known: Records, seed: int
) -> tuple[Perturbation, ...]:
    """All that can be tried on these columns; known: every held-out row, for what was before."""
    fields = [one for one in stated.request if one.role == "field"]
    units = {one.name: one.unit for one in stated.rules if isinstance(one, FieldRule)}
    random = np.random.default_rng(seed)
    return (
        *_missing(contract, known),
        *_silent(contract),
        *_stale(contract, known),
        *(_null(one.name) for one in fields),
        *(_unit(one, each) for one in fields for each in _conversions(one, units)),
        *(_noise(one, known, random) for one in fields if one.type in (INTEGER, NUMBER)),
        *(_unseen(one.name) for one in fields if one.type == TEXT),
    )


def _missing(contract: Contract, known: Records) -> Iterator[Perturbation]:
    for source, clause in contract.data.context.items():
        names = [one.name for one in clause.take if one.name in known]
        if names:
            yield Perturbation("missing", source, _nulls(*names))


def refuse_unknown(contract: Contract, stated: Manifest) -> None:
    """Raises Mistake where a system of `certify.robust` names what the version does not read."""
    fields = [one.name for one in stated.request if one.role == "field"]
    for system, names in (contract.certify.robust.systems or {}).items():
        for name in names:
            if name not in fields:
                says = f"certify.robust.systems.{system}: the version reads no column {name}"
                raise Mistake(says, nearest.hint(name, fields))


def _silent(contract: Contract) -> Iterator[Perturbation]:
    """Systems that columns of the decisions come from."""
    for system, names in (contract.certify.robust.systems or {}).items():
        yield Perturbation("missing", system, _nulls(*names))


def _stale(contract: Contract, known: Records) -> Iterator[Perturbation]:
    """Only sources that carry times stand still, and only where the rows say which of theirs."""
    time = contract.data.decisions.time
    for source, clause in contract.data.context.items():
        names = [one.name for one in clause.take if one.name in known]
        if clause.as_of and names and all(one in known for one in (*clause.on, time)):
            yield Perturbation("stale", source, _standing(known, tuple(clause.on), time, names))


def _standing(
    known: Records, on: tuple[str, ...], time: str, names: list[str]
) -> Callable[[Records], Records]:
    def changed(records: Records) -> Records:
        places = _before(known, records, on, time)
        return {name: _as_of(known[name], records[name], places) for name in names}

    return changed


def _as_of(before: Values, now: Values, places: list[int]) -> Values:
    """What was known then; where nothing was, what is known now."""
    return [one if was < 0 else before[was] for one, was in zip(now, places, strict=True)]


def _before(known: Records, records: Records, on: tuple[str, ...], time: str) -> list[int]:
    """Of each record the newest row with the same keys a day before or earlier, -1 for none."""
    moments = _microseconds(known[time])
    order = np.argsort(moments, kind="stable")
    groups: dict[tuple[object, ...], list[int]] = {}
    for at in order.tolist():
        groups.setdefault(tuple(known[name][at] for name in on), []).append(at)
    found = []
    for at, moment in enumerate(_microseconds(records[time]) - MICROSECONDS_A_DAY):
        rows = groups.get(tuple(records[name][at] for name in on), [])
        place = int(np.searchsorted(moments[rows], moment, side="right"))
        found.append(rows[place - 1] if place else -1)
    return found


def _microseconds(moments: Values) -> NDArray[np.int64]:
    """Since 1970, of times with a zone."""
    return np.array([round(one.timestamp() * 1e6) for one in moments], dtype=np.int64)


def _null(name: str) -> Perturbation:
    return Perturbation("null", name, _nulls(name))


def _nulls(*names: str) -> Callable[[Records], Records]:
    return lambda records: {name: [None] * len(records[name]) for name in names}


def _conversions(one: RequestColumn, units: dict[str, str]) -> Iterator[Known]:
    if one.type not in (INTEGER, NUMBER):
        return
    stated = [known for known in CONVERSIONS if known.old == units.get(one.name)]
    yield from stated or (THOUSANDS, THOUSANDS.undone)


def _unit(one: RequestColumn, known: Known) -> Perturbation:
    def changed(records: Records) -> Records:
        return {one.name: _mapped(one, records, lambda was: was * known.factor + known.offset)}

    told = f"times {known.factor:g}" if ONE in (known.old, known.new) else known.name
    return Perturbation("unit", f"{one.name}, {told}", changed)


def _noise(one: RequestColumn, known: Records, random: np.random.Generator) -> Perturbation:
    values = np.array([value for value in known[one.name] if value is not None], dtype=np.float64)
    spread = NOISE * float(values.std()) if len(values) else 0.0
    seed = int(random.integers(2**32))

    def changed(records: Records) -> Records:
        drawn = iter(np.random.default_rng(seed).normal(0, spread, len(records[one.name])).tolist())
        return {one.name: _mapped(one, records, lambda was: was + next(drawn))}

    return Perturbation("noise", one.name, changed)


def _mapped(one: RequestColumn, records: Records, made: Callable[[float], float]) -> Values:
    """Whole numbers stay whole: what is sent is of the type that was agreed on."""
    moved = [None if was is None else made(was) for was in records[one.name]]
    if one.type != INTEGER:
        return moved
    return [None if value is None else round(value) for value in moved]


def _unseen(name: str) -> Perturbation:
    return Perturbation("unseen", name, lambda records: {name: [UNSEEN] * len(records[name])})
