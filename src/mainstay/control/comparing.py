"""`check-features`: pandas-style code beside features.py, on rows drawn from the sources."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import ibis
import msgspec
import pyarrow as pa

from mainstay.bundle import environment
from mainstay.control.project import Project
from mainstay.control.queries import CheckFeatures
from mainstay.core import clock
from mainstay.core.answers import Answer
from mainstay.core.expressions import Output, columns
from mainstay.core.nouns import Column, Verdict
from mainstay.data import agreement, drawn, features, frame, reading, rows
from mainstay.data.agreement import Agreement, Value, Values
from mainstay.data.frame import Made
from mainstay.stats import proportion

_HEADER = "# /// script"
_LOCK = "check-features.pylock.toml"


class _Sample(NamedTuple):
    """Rows drawn of so many, without their label; outputs: what features.py makes of them."""

    table: pa.Table
    columns: tuple[Column, ...]
    outputs: tuple[Output, ...]
    key: str
    of: int

    @property
    def ours(self) -> dict[str, Values]:
        """The columns of features.py, by the engine."""
        made = features.inputs(ibis.memtable(self.table), self.outputs).to_pyarrow()
        return {name: made[name].to_pylist() for name in made.column_names}


def compare(project: Project, query: CheckFeatures) -> Answer:
    """The first row that the two make something else of. Raises what either gets wrong."""
    file = project.places.folder / query.file
    sample = _sample(project, query)
    project.tell(f"running {file.name}")
    theirs = frame.made(file, sample.columns, sample.table, _program(project, file))
    ours = sample.ours
    passed = {one.name for one in sample.columns} - ours.keys()
    given = {name: values for name, values in theirs.columns.items() if name not in passed}
    found = agreement.agreement(ours, given)
    return _answer(file.name, query.seed, sample, found, theirs)


def _sample(project: Project, query: CheckFeatures) -> _Sample:
    places, contract = project.places, project.document.contract
    project.tell("reading the sources")
    reader = reading.reader(contract, places)
    found = rows.assembled(contract, reader, now=clock.now())
    made = features.outputs(places.features, found.visible)
    key = contract.data.decisions.key
    names = [one.name for one in found.visible]
    some, of = drawn.drawn(found.table.select(names), key, most=query.rows, seed=query.seed)
    return _Sample(some.to_pyarrow(), found.visible, made, key, of)


def _program(project: Project, file: Path) -> Path:
    """The Python that runs it: of the environment that its header asks for, else this one."""
    if not file.is_file() or _HEADER not in file.read_text(encoding="utf-8"):
        return Path(sys.executable)
    places = project.places
    project.tell(f"making the environment of {file.name}")
    lock = places.work / _LOCK
    lock.write_bytes(environment.locked(file, places.work))
    return environment.prepared(lock, places.environments).program


def _answer(name: str, seed: int, sample: _Sample, found: Agreement, theirs: Made) -> Answer:
    seen = sample.table.num_rows
    verdict = Verdict.UNSURE if not seen else Verdict.PASS if found.holds else Verdict.FAIL
    share = proportion.clopper_pearson(found.rows, seen) if seen else None
    first = _first(sample, found)
    return Answer(
        f"{name} and features.py {_verdict(sample, found)}.",
        verdict,
        lines=(*_lines(sample, found), *_told(first)),
        next="mainstay build" if found.holds and seen else "mainstay check-features " + name,
        facts={
            "rows": seen, "of": sample.of, "seed": seed, "differing_rows": found.rows,
            "share": msgspec.to_builtins(share), "columns": found.differing,
            "lacking": list(found.lacking), "added": list(found.added), "first": first,
            "dtypes": theirs.dtypes, "tolerance": agreement.TOLERANCE,
        },
    )  # fmt: skip


def _verdict(sample: _Sample, found: Agreement) -> str:
    seen = sample.table.num_rows
    drawn_of = f"{seen:,} rows" + (f" drawn from {sample.of:,}" if seen < sample.of else "")
    if not seen:
        return "were not compared: there is no row"
    if not found.holds:
        differ = len(found.differing) + len(found.lacking) + len(found.added)
        columns = "1 column" if differ == 1 else f"{differ} columns"
        return f"differ in {columns}, on {found.rows:,} of {drawn_of}"
    if seen == sample.of:
        return f"say the same on all {drawn_of}"
    most = proportion.clopper_pearson(0, seen).high
    return f"say the same on {drawn_of}; at most {most:.2%} of all rows differ (95 %)"


def _lines(sample: _Sample, found: Agreement) -> Iterator[str]:
    for name in found.lacking:
        yield f"◆ {name}: only features.py gives it"
    for name in found.added:
        yield f"◆ {name}: only the pandas version gives it"
    for one in sample.outputs:
        if one.name in found.differing:
            count = found.differing[one.name]
            yield f"◆ {one.name}: {count:,} of {sample.table.num_rows:,} rows differ"


def _first(sample: _Sample, found: Agreement) -> dict[str, object] | None:
    """The first differing row: both values, and the columns that the value is made of."""
    one = found.first
    if one is None:
        return None
    expression = next(each.expression for each in sample.outputs if each.name == one.column)
    row = sample.table.slice(one.row, 1).to_pylist()[0]
    inputs = {name: _plain(row[name]) for name in dict.fromkeys(columns(expression))}
    return {
        "row": one.row + 1, "key": _plain(row[sample.key]), "column": one.column,
        "pandas": one.theirs, "ibis": one.ours, "inputs": inputs,
        "why": agreement.why(one, expression),
    }  # fmt: skip


def _told(first: dict[str, object] | None) -> Iterator[str]:
    if first is None:
        return
    given = first["inputs"]
    assert isinstance(given, dict)
    made_of = ", ".join(f"{name} {_shown(value)}" for name, value in given.items())
    yield (
        f"first in row {first['row']} ({first['key']}), {first['column']}:"
        f" pandas {_shown(first['pandas'])}, features.py {_shown(first['ibis'])};"
        f" of {made_of or 'constants'}"
    )
    if first["why"]:
        yield f"hint: {first['why']}"


def _shown(value: object) -> str:
    if value is None:
        return "null"
    return repr(value) if isinstance(value, str | float) else str(value)


def _plain(value: object) -> Value:
    """As JSON has it."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)
