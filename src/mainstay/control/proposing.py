"""`init`: three files proposed from one table, none of them over an existing one."""

from pathlib import Path

import ibis.expr.types as ir

from mainstay.control.commands import Init
from mainstay.core.answers import Answer
from mainstay.core.errors import Conflict
from mainstay.core.nouns import Verdict
from mainstay.core.places import Places
from mainstay.core.typed import TEXT
from mainstay.data import source
from mainstay.data.source import Moment, Reader
from mainstay.life.assess.proposal import Proposal, proposed
from mainstay.life.build import build


def propose(folder: Path, command: Init) -> Answer:
    """Writes contract.yaml, features.py and model.py. Raises Conflict where one exists, Mistake."""
    places = Places(folder)
    files = (places.contract, places.features, places.model)
    taken = [path.name for path in files if path.exists()]
    if taken:
        raise Conflict(
            f"{', '.join(taken)} exists in {folder.resolve()}; nothing is overwritten",
            hint="choose another --folder, or move it away",
        )
    reader = Reader(build.opened(places), places.folder, places.staged)
    table = _table(reader, command)
    name = command.model or places.folder.resolve().name.lower().replace("_", "-")
    made = proposed(
        table, command.table, model=name, label=command.label, time=command.time, key=command.key
    )
    for path, text in zip(files, (made.contract, made.features, made.model), strict=True):
        path.write_text(text, encoding="utf-8")
    return _answer(made)


def _table(reader: Reader, command: Init) -> ir.Table:
    """The table with its time as a moment, also where the file keeps it as text."""
    opened = source.opened(reader, command.table)
    text = [one.name for one in opened.columns if one.type == TEXT]
    if command.time not in text:
        return opened.table
    return source.opened(reader, command.table, (Moment(str(command.time)),)).table


def _answer(made: Proposal) -> Answer:
    sizes = [text.count("\n") for text in (made.contract, made.features, made.model)]
    left = tuple(f"▲ left out {one.column}: {one.why}" for one in made.left_out if one.after)
    return Answer(
        f"Wrote contract.yaml ({sizes[0]} lines), features.py ({sizes[1]}) and model.py"
        f" ({sizes[2]}) from {made.rows:,} rows x {made.columns} columns.",
        Verdict.UNSURE if made.unknown else Verdict.PASS,
        lines=(
            f'▲ {len(made.unknown)} things only you know, marked "?": {", ".join(made.unknown)}',
            *left,
        ),
        next='edit every "?" and run  mainstay contract check',
        facts={
            "unknown": list(made.unknown),
            "left_out": {one.column: one.why for one in made.left_out},
        },
    )
