"""Which columns of different sources are named alike and are not, or the other way."""

import re
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Literal, NamedTuple

import ibis.expr.types as ir
import msgspec
import numpy as np

from mainstay.contract.model import Contract
from mainstay.contract.origins import known_as
from mainstay.contract.sources import DECISIONS
from mainstay.control import cataloguing
from mainstay.control.project import Project
from mainstay.core import digest
from mainstay.core.columns import Numbers, Text
from mainstay.core.places import Places
from mainstay.core.typed import DATE, INTEGER, NUMBER, TEXT, TIME
from mainstay.data import columns, lineage, rows, schema
from mainstay.data.source import Reader
from mainstay.life.build import build
from mainstay.stats import fingerprints
from mainstay.stats.fingerprints import ALIKE, OTHER, SAME, STRANGE, Moments, Quantiles, Sketch

ROWS = 40_000
"""Of a source that are looked at."""
MANY, SEVERAL = 100, 5
"""Different numbers, and texts, that columns of other names must have to be told for the same: of
few, such as months and hours, many columns have all."""
FORMS: Mapping[str, re.Pattern[str]] = {
    "2024-01-31": re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?"),
    "31.01.2024": re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}( .*)?"),
    "31/01/2024 or 01/31/2024": re.compile(r"\d{1,2}/\d{1,2}/\d{4}( .*)?"),
    "20240131": re.compile(r"(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])"),
}
"""How days are written, by an example: all texts of a column or none."""
_PER_SECOND = {TIME: 1_000_000, DATE: 1 / 86_400}
_WORDS = {TIME: "moments", DATE: "days", TEXT: "text", INTEGER: "numbers", NUMBER: "numbers"}
Kind = Literal["another unit", "another zone", "another form", "other content", "same content"]


Held = Quantiles | Sketch | Moments


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
    def models(self) -> tuple[str, str]:
        """Whose columns they are."""
        return self.one.model, self.other.model

    @property
    def sentence(self) -> str:
        return f"{self.id}  {self.one.name} and {self.other.name}: {self.says}"


class _Column(NamedTuple):
    """What is known of a column. address: where its source lies; unit: as its field says; form:

    how its texts write days, "" where they hold none.
    """

    side: Side
    address: str
    unit: str
    type: str
    form: str
    held: Held


def found(opened: Project) -> tuple[Conflict, ...]:
    """Between columns of different sources, as they are after cleaning."""
    every = [one for each in cataloguing.placed(opened) for one in _columns(*each)]
    pairs = combinations(every, 2)
    made = (_judged(*pair) for pair in pairs if pair[0].address != pair[1].address)
    return tuple(one for one in made if one)


def _columns(contract: Contract, places: Places) -> Iterator[_Column]:
    reader = Reader(build.opened(places), places.folder, places.staged)
    sources = rows.cleaned(contract, rows.opened(contract, reader))
    for name in lineage.sources(contract):
        source = sources.decisions if name == DECISIONS else sources.contexts[name]
        for column, kind, form, held in _held(source.table):
            side = Side(contract.model, name, column)
            called = known_as(contract, name, column)
            units = [
                contract.data.fields[one].unit for one in called if one in contract.data.fields
            ]
            yield _Column(side, source.address, next(iter(units), ""), kind, form, held)


def _held(table: ir.Table) -> Iterator[tuple[str, str, str, Held]]:
    """Name, type, form of days and content of each column that holds anything."""
    kinds = {one.name: one.type for one in schema.columns(table) if one.type in _WORDS}
    count = int(table.count().to_pyarrow().as_py())
    plain = [name for name, kind in kinds.items() if kind not in _PER_SECOND]
    some = table.select(*plain)
    if count > ROWS:
        some = some.sample(ROWS / count, seed=0)
    for name, values in columns.fetched(some).items() if plain else ():
        held = _fingerprint(values)
        if held:
            yield name, kinds[name], _form(values), held
    for name, kind in kinds.items():
        moments = _moments(table, name, kind) if kind in _PER_SECOND else None
        if moments:
            yield name, kind, "", moments


def _moments(table: ir.Table, name: str, kind: str) -> Moments | None:
    """The newest: a shift of hours is told by moments that follow each other, not by a sample."""
    known = table.select(name).distinct()
    known = known.filter(known[name].notnull())
    newest = known.order_by(known[name].desc()).limit(fingerprints.NEWEST)
    values = columns.fetched(newest)[name]
    if isinstance(values, Text):
        return None
    return fingerprints.of_moments((values / _PER_SECOND[kind]).astype(np.int64))


def _fingerprint(values: Numbers | Text) -> Quantiles | Sketch | None:
    if isinstance(values, Text):
        return fingerprints.of_texts(values.levels)
    return fingerprints.of_numbers(values.astype(np.float64))


def _form(values: Numbers | Text) -> str:
    if not isinstance(values, Text) or not values.levels:
        return ""
    fits = (name for name, form in FORMS.items() if all(map(form.fullmatch, values.levels)))
    return next(fits, "")


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
            return _of_texts(one, other, mine, theirs)
        case Moments() as mine, Moments() as theirs if one.type == other.type:
            later = fingerprints.shift(mine, theirs)
            return ("another zone", f"one name, but {_later(later, one.type)}") if later else None
        case _:
            return _of_two_types(one, other)


def _of_texts(
    one: _Column, other: _Column, mine: Sketch, theirs: Sketch
) -> tuple[Kind, str] | None:
    if one.form and other.form and one.form != other.form:
        says = f"one name, but days are written {one.form} in one and {other.form} in the other"
        return "another form", says
    both = fingerprints.shared(mine, theirs)
    says = f"one name, but {both:.0%} of the texts of one are in the other"
    return ("other content", says) if both <= STRANGE else None


def _of_two_types(one: _Column, other: _Column) -> tuple[Kind, str]:
    timed = all(each.type in _PER_SECOND or each.form for each in (one, other))
    held = [f"text as {each.form}" if each.form else _WORDS[each.type] for each in (one, other)]
    kind: Kind = "another form" if timed else "other content"
    return kind, f"one name, but one holds {held[0]} and the other {held[1]}"


def _later(found: fingerprints.Shift, kind: str) -> str:
    """`97% of the moments of one are in the other 5 h later, 2% as they stand`."""
    hours = found.seconds / 3600
    far = f"{abs(hours) / 24:g} d" if hours % 24 == 0 else f"{abs(hours):g} h"
    side = "later" if hours > 0 else "earlier"
    return (
        f"{found.share:.0%} of the {_WORDS[kind]} of one are in the other {far} {side},"
        f" {found.before:.0%} as they stand"
    )


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
        case Moments() as mine, Moments() as theirs if one.type == other.type:
            later = fingerprints.shift(mine, theirs)
            return ("same content", f"two names, but {_later(later, one.type)}") if later else None
        case _:
            return None
