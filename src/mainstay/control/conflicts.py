"""`catalog conflicts` and `settle`: columns that are named alike and are not, or the other way.

Proposed with evidence, decided by a person, remembered: what was decided is not proposed again.
"""

from collections.abc import Iterator
from itertools import combinations
from typing import Literal, NamedTuple

import ibis.expr.types as ir
import msgspec
import numpy as np

from mainstay.contract.model import Contract
from mainstay.contract.origins import known_as
from mainstay.contract.sources import DECISIONS
from mainstay.control import cataloguing
from mainstay.control.commands import SettleConflict
from mainstay.control.project import Project
from mainstay.core import digest, nearest
from mainstay.core.answers import Answer
from mainstay.core.columns import Numbers, Text
from mainstay.core.errors import Missing, Mistake
from mainstay.core.nouns import Verdict
from mainstay.core.places import Places
from mainstay.core.typed import INTEGER, NUMBER, TEXT
from mainstay.data import columns, lineage, reading, rows, schema
from mainstay.stats import fingerprints
from mainstay.stats.fingerprints import ALIKE, OTHER, SAME, STRANGE, Quantiles, Sketch

KIND = "ConflictSettled"
ROWS = 40_000
"""Of a source that are looked at."""
MANY, SEVERAL = 100, 5
"""Different numbers, and texts, that columns of other names must have to be told for the same: of
few, such as months and hours, many columns have all."""
Kind = Literal["another unit", "other content", "same content"]


class Side(msgspec.Struct, frozen=True):
    """One of the two columns."""

    model: str
    source: str
    column: str

    @property
    def name(self) -> str:
        return f"{self.model} {self.source}.{self.column}"


class Conflict(msgspec.Struct, frozen=True):
    """Two columns and what speaks for it; id: the same whenever it is looked at."""

    id: str
    kind: Kind
    one: Side
    other: Side
    says: str

    @property
    def sentence(self) -> str:
        return f"{self.id}  {self.one.name} and {self.other.name}: {self.says}"


class _Column(NamedTuple):
    """What is known of a column. address: where its source lies; unit: as its field says."""

    side: Side
    address: str
    unit: str
    held: Quantiles | Sketch


def asked(opened: Project) -> Answer:
    """Those that nobody has decided yet, and how many were. Raises what data.rows raises."""
    every, settled = found(opened), {event["id"] for event in settlements(opened)}
    open_ = tuple(one for one in every if one.id not in settled)
    rest = f", {len(settled):,} decided before" if settled else ""
    return Answer(
        f"{len(open_):,} conflicts between columns{rest}.",
        Verdict.UNSURE if open_ else Verdict.PASS,
        lines=tuple(one.sentence for one in open_),
        next=f'mainstay catalog settle {open_[0].id} --decline --because "..."' if open_ else "",
        facts={"conflicts": [msgspec.to_builtins(one) for one in open_], "settled": len(settled)},
    )


def settle(opened: Project, command: SettleConflict) -> Answer:
    """Raises Mistake without a reason, Missing for a conflict that nobody proposes."""
    if not command.because.strip():
        raise Mistake("a decision needs a reason", hint="--because '...'")
    every = {one.id: one for one in found(opened)}
    one = every.get(command.id)
    if one is None:
        raise Missing(f"nothing proposes {command.id}", nearest.hint(command.id, every))
    verdict = "accepted" if command.accept else "declined"
    said = {**msgspec.to_builtins(one), "verdict": verdict, "because": command.because}
    opened.ledger.append(KIND, one.one.model, opened.actor, said)
    return Answer(
        f"{one.one.name} and {one.other.name}, {one.kind}: {verdict}, and proposed no more.",
        lines=(one.says, command.because),
        next="mainstay catalog conflicts",
        facts=said,
    )


def settlements(opened: Project) -> Iterator[dict[str, str]]:
    """What was decided, oldest first."""
    for contract in cataloguing.contracts(opened):
        for event in opened.ledger.events(kind=KIND, subject=contract.model):
            yield event.payload


def found(opened: Project) -> tuple[Conflict, ...]:
    """Between columns of different sources, as they are after cleaning."""
    every = [one for each in cataloguing.placed(opened) for one in _columns(*each)]
    pairs = combinations(every, 2)
    made = (_judged(*pair) for pair in pairs if pair[0].address != pair[1].address)
    return tuple(one for one in made if one)


def _columns(contract: Contract, places: Places) -> Iterator[_Column]:
    reader = reading.reader(contract, places)
    sources = rows.cleaned(contract, rows.opened(contract, reader))
    for name in lineage.sources(contract):
        source = sources.decisions if name == DECISIONS else sources.contexts[name]
        for column, held in _held(source.table):
            side = Side(contract.model, name, column)
            called = known_as(contract, name, column)
            units = [
                contract.data.fields[one].unit for one in called if one in contract.data.fields
            ]
            yield _Column(side, source.address, next(iter(units), ""), held)


def _held(table: ir.Table) -> Iterator[tuple[str, Quantiles | Sketch]]:
    names = [one.name for one in schema.columns(table) if one.type in (INTEGER, NUMBER, TEXT)]
    count = int(table.count().to_pyarrow().as_py())
    some = table.select(*names)
    if count > ROWS:
        some = some.sample(ROWS / count, seed=0)
    for name, values in columns.fetched(some).items() if names else ():
        held = _fingerprint(values)
        if held:
            yield name, held


def _fingerprint(values: Numbers | Text) -> Quantiles | Sketch | None:
    if isinstance(values, Text):
        return fingerprints.of_texts(values.levels)
    return fingerprints.of_numbers(values.astype(np.float64))


def _judged(one: _Column, other: _Column) -> Conflict | None:
    alike = one.side.column.casefold() == other.side.column.casefold()
    said = _of_one_name(one, other) if alike else _of_two_names(one, other)
    if said is None:
        return None
    kind, says = said
    name = digest.of_value([kind, *map(msgspec.to_builtins, (one.side, other.side))])[:8]
    return Conflict(name, kind, one.side, other.side, says)


def _of_one_name(one: _Column, other: _Column) -> tuple[Kind, str] | None:
    match one.held, other.held:
        case Quantiles() as mine, Quantiles() as theirs:
            return _of_numbers(one, other, mine, theirs)
        case Sketch() as mine, Sketch() as theirs:
            both = fingerprints.shared(mine, theirs)
            says = f"one name, but {both:.0%} of the texts of one are in the other"
            return ("other content", says) if both <= STRANGE else None
        case _:
            return "other content", "one name, but one holds numbers and the other text"


def _of_numbers(
    one: _Column, other: _Column, mine: Quantiles, theirs: Quantiles
) -> tuple[Kind, str] | None:
    known, away = fingerprints.conversion(mine, theirs), fingerprints.apart(mine, theirs)
    if one.unit and other.unit and one.unit != other.unit:
        return "another unit", f"one name, but {one.unit} and {other.unit} are agreed on"
    if known:
        return "another unit", f"one name, but {known.name} ({known.factor:.6g}) explains the other"
    says = f"one name, but values lie apart by {away:.0%} of their range"
    return ("other content", says) if away >= OTHER else None


def _of_two_names(one: _Column, other: _Column) -> tuple[Kind, str] | None:
    match one.held, other.held:
        case Quantiles() as mine, Quantiles() as theirs:
            if min(mine.distinct, theirs.distinct) < MANY:
                return None
            away, known = fingerprints.apart(mine, theirs), fingerprints.conversion(mine, theirs)
            if away <= SAME:
                return "same content", f"two names, but values lie within {away:.1%} of their range"
            return (
                ("same content", f"two names, but {known.name} explains the other")
                if known
                else None
            )
        case Sketch() as mine, Sketch() as theirs:
            both = fingerprints.shared(mine, theirs)
            says = f"two names, but {both:.0%} of the texts of one are in the other"
            few = min(mine.distinct, theirs.distinct) < SEVERAL
            return ("same content", says) if both >= ALIKE and not few else None
        case _:
            return None
