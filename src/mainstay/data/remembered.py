"""What is remembered of data from one snapshot to the next, and how two of them differ.

Columns of each source, what the contract says its fields mean, and what was found to have moved.
"""

import math
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Literal, NamedTuple

import msgspec

from mainstay.contract.model import Contract
from mainstay.contract.sources import DECISIONS
from mainstay.core.nouns import Column, Estimate, Window
from mainstay.data import lineage, schema
from mainstay.data.lineage import Born
from mainstay.data.profile import Numbers, Profile, Texts
from mainstay.stats import moved as stats
from mainstay.stats.conversion import CONVERSIONS, Known
from mainstay.stats.moved import Stretch

Kind = Literal["added", "removed", "retyped", "unit", "meaning", "moved", "back"]
_DAY = timedelta(days=1)
_ALIKE = 0.1
"""Standard deviations, and share of the sd, within which a conversion explains what moved."""


class Remembered(msgspec.Struct, frozen=True):
    """columns: of each source; one that could not be read is as it was. fields: what the contract

    says of each beside its defaults. moved: columns that had moved, each in words; scored: those of
    the last batch that had, beside the rows its version was trained on.
    """

    columns: dict[str, tuple[Column, ...]]
    fields: dict[str, dict[str, Any]]
    moved: dict[str, str] = {}
    scored: dict[str, str] = {}


class Change(msgspec.Struct, frozen=True):
    """What is no longer as it was. inputs: of a model, made of the column. far: how far it moved in

    standard deviations, where it is known in numbers. seasonal: it may, as the contract says.
    """

    kind: Kind
    source: str
    column: str
    what: str
    inputs: tuple[str, ...] = ()
    far: Estimate | None = None
    seasonal: bool = False

    def said(self, beside: str = "") -> str:
        """In words; beside: what it is held against."""
        return f"{self.what}{beside}{'; it is seasonal' if self.seasonal else ''}"


def remembered(
    contract: Contract,
    columns: Mapping[str, tuple[Column, ...]],
    moved: Mapping[str, str],
    before: Remembered | None,
    scored: Mapping[str, str] | None = None,
) -> Remembered:
    """As it is now; columns: of the sources that were read; scored: None where no batch was."""
    known = {**(before.columns if before else {}), **columns}
    names = lineage.sources(contract)
    fields = {
        name: one.model_dump(mode="json", exclude_defaults=True)
        for name, one in contract.data.fields.items()
    }
    lately = before.scored if scored is None and before else scored or {}
    columns = {name: known[name] for name in names if name in known}
    return Remembered(columns, fields, dict(moved), dict(lately))


def changes(
    contract: Contract, born: Born | None, before: Remembered, now: Remembered
) -> tuple[Change, ...]:
    """All that differs, columns first; born: of the version whose inputs are named."""
    found = (
        *_columns(before, now),
        *_meanings(contract, before, now),
        *_moves(contract, before.moved, now.moved),
        *_moves(contract, before.scored, now.scored),
    )
    return tuple(_with_inputs(contract, born, one) for one in found)


def shifted(
    contract: Contract, born: Born | None, before: "Distribution", now: "Distribution"
) -> dict[str, Change]:
    """Columns of rows whose whole interval lies beyond what the watch tolerates, the furthest

    first.
    """
    pairs = list(_pairs(before, now))
    units = {name: one.unit for name, one in contract.data.fields.items() if one.unit}
    journal, tolerated = contract.serve.journal, contract.watch.tolerated_shift
    hidden = {*journal.drop, *journal.pseudonymise}
    found: dict[str, Change] = {}
    for name, what, one, other in pairs:
        far = stats.moved(one, other, many=len(pairs))
        if name in hidden or max(far.low, -far.high) <= tolerated:
            continue
        known = found.get(name)
        if known is None or (known.far and abs(far.value) > abs(known.far.value)):
            said = f"{what} by {far.value:+.2f} sd ({far.low:+.2f} to {far.high:+.2f})"
            free = name in contract.watch.seasonal
            if not what and (name in units or not free):  # a season is like many conversions
                said += _explained(one, other, units.get(name, ""))
            found[name] = _shift(contract, name, said, far)
    order = sorted(found, key=lambda name: -abs(far.value) if (far := found[name].far) else 0.0)
    return {name: _with_inputs(contract, born, found[name]) for name in order}


class Distribution(NamedTuple):
    """A profile of the rows decided in a window; days: at least 1."""

    profile: Profile
    window: Window

    @property
    def days(self) -> int:
        return max(math.ceil((self.window.until - self.window.since) / _DAY), 1)


def _columns(before: Remembered, now: Remembered) -> Iterator[Change]:
    for source, columns in now.columns.items():
        if source not in before.columns:
            continue
        for one in schema.differences(before.columns[source], columns):
            kind: Kind = (
                "retyped" if one.before and one.now else "removed" if one.before else "added"
            )
            yield Change(kind, source, one.name, str(one))


def _meanings(contract: Contract, before: Remembered, now: Remembered) -> Iterator[Change]:
    for name in dict.fromkeys((*before.fields, *now.fields)):
        was, states = before.fields.get(name, {}), now.fields.get(name, {})
        source, column = _origin(contract, name)
        for clause in dict.fromkeys((*was, *states)):
            if was.get(clause) != states.get(clause):
                kind: Kind = "unit" if clause == "unit" else "meaning"
                told = (
                    f"{name}: {clause} was {_stated(was, clause)} and is {_stated(states, clause)}"
                )
                yield Change(kind, source, column, told)


def _moves(
    contract: Contract, before: Mapping[str, str], now: Mapping[str, str]
) -> Iterator[Change]:
    for name, what in now.items():
        if name not in before:
            yield Change("moved", *_origin(contract, name), what)
    for name in before:
        if name not in now:
            yield Change("back", *_origin(contract, name), f"{name} is as it was before it moved")


def _stated(field: dict[str, Any], clause: str) -> str:
    return f"{field[clause]}" if clause in field else "not stated"


def _origin(contract: Contract, name: str) -> tuple[str, str]:
    """The source and column behind a name that features() uses."""
    for source, one in contract.data.context.items():
        for each in one.take:
            if each.name == name:
                return (DECISIONS if one.source == DECISIONS else source), each.column
    return DECISIONS, name


def _with_inputs(contract: Contract, born: Born | None, one: Change) -> Change:
    if born is None or (one.source != DECISIONS and one.source not in contract.data.context):
        return one
    inputs = lineage.inputs(contract, born, one.source, (one.column,))
    return msgspec.structs.replace(one, inputs=inputs)


def _shift(contract: Contract, name: str, what: str, far: Estimate) -> Change:
    source, column = _origin(contract, name)
    seasonal = name in contract.watch.seasonal
    return Change("moved", source, column, f"{name}{what}", (), far, seasonal)


def _explained(one: Stretch, other: Stretch, unit: str) -> str:
    """The conversion that explains what moved; empty where none does."""
    known = next((each for each in CONVERSIONS if _explains(each, one, other, unit)), None)
    return f"; {known.formula} explains it ({known.name})" if known else ""


def _explains(known: Known, one: Stretch, other: Stretch, unit: str) -> bool:
    """Whether what is there now is what there was, converted."""
    if unit and known.old != unit:
        return False
    spread = math.sqrt(one.variance) * abs(known.factor)
    if not spread:
        return False
    off = abs(other.mean - (one.mean * known.factor + known.offset)) / spread
    return off <= _ALIKE and abs(math.sqrt(other.variance) / spread - 1) <= _ALIKE


def _pairs(before: Distribution, now: Distribution) -> Iterator[tuple[str, str, Stretch, Stretch]]:
    """Of each column that both have: where its values lie, how many are missing, each level."""
    after = {one.name: one for one in now.profile.columns}
    for one in before.profile.columns:
        other = after.get(one.name)
        if type(one) is not type(other) or other is None:
            continue
        here, there = _parts(one, before), _parts(other, now)
        for what in here.keys() & there.keys():
            yield one.name, what, here[what], there[what]


def _parts(one: Numbers | Texts, of: Distribution) -> dict[str, Stretch]:
    rows, days = of.profile.rows, of.days
    found = {" missing": _share(one.nulls, rows, days)} if rows else {}
    if isinstance(one, Texts):
        counts = zip(one.levels, one.counts, strict=True)
        known = rows - one.nulls
        return found | {
            f" ({level})": _share(count, known, days) for level, count in counts if known
        }
    if one.moments is not None:
        seen = one.moments
        found[""] = Stretch(seen.n, days, seen.mean, seen.squares / seen.n)
    return found


def _share(count: int, rows: int, days: int) -> Stretch:
    """Half a day more on either side: what never was before varies little, and not never."""
    share = count / rows
    eased = (share * days + 0.5) / (days + 1)
    return Stretch(rows, days, share, eased * (1 - eased))
