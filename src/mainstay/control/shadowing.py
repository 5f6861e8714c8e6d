"""How a shadow would have decided beside who did."""

import ibis.expr.types as ir

from mainstay.control import labelling, publish
from mainstay.control.project import Project
from mainstay.core.entries import SHADOW
from mainstay.core.nouns import Column, Evidence, known
from mainstay.core.typed import TEXT
from mainstay.data import journal
from mainstay.data.expression import constant
from mainstay.data.records import AT, DECISION, OUTCOME, SCORE, VERSION
from mainstay.life.build import build
from mainstay.stats import proportion

METHOD = "share of the same decisions on the same rows, both by a model, Clopper-Pearson, 95 %"


def brought(project: Project, columns: tuple[Column, ...], texts: frozenset[str]) -> None:
    """What shadows said, into a folder of its own: nothing else reads it."""
    places = project.places
    journal.brought(places.door / SHADOW, places.journal / SHADOW, columns, texts)


def seen(project: Project) -> Evidence | None:
    """The present shadow's answers brought so far; None where there is no shadow.

    A plain finding: it has no limit, since a shadow decides nothing.
    """
    events = publish.history(project)
    shadow = publish.said(events[-1]).shadow if events else None
    if shadow is None:
        return None
    name = f"v{shadow.version}"
    rows, alike, apart = _counted(_paired(project, name))
    estimate = known(proportion.clopper_pearson(alike, rows))
    return Evidence(
        clause="shadow",
        subject=name,
        population=f"{rows:,} answers beside its own",
        method=METHOD,
        estimate=estimate,
        note=_note(name, rows, alike, apart),
    )


def lines(project: Project) -> tuple[str, ...]:
    """The same in a line, none without a shadow."""
    found = seen(project)
    return (f"shadow: {found.note}",) if found else ()


def _note(name: str, rows: int, alike: int, apart: float) -> str:
    if not rows:
        return f"{name} has no answers to compare yet"
    return (
        f"{name} would have decided alike in {alike:,} of {rows:,} answers,"
        f" its scores {apart:+.4f} on average"
    )


def _paired(project: Project, name: str) -> ir.Table:
    """Rows by the same key of the same request, both answered by a model."""
    engine, folder = build.opened(project.places), project.places.journal
    key = labelling.shape(project).key
    mine = journal.read(engine, folder / SHADOW, (key,))
    mine = mine.filter(
        mine[OUTCOME] == constant("model", TEXT), mine[VERSION] == constant(name, TEXT)
    )
    theirs = journal.read(engine, folder, (key,))
    theirs = theirs.filter(theirs[OUTCOME] == constant("model", TEXT))
    mine = mine.select(key.name, AT, shadow_score=mine[SCORE], shadow_decision=mine[DECISION])
    return mine.join(theirs.select(key.name, AT, SCORE, DECISION), [key.name, AT])


def _counted(table: ir.Table) -> tuple[int, int, float]:
    """All, the same decision, and the mean difference of scores."""
    found = (
        table.aggregate(
            rows=table.count(),
            alike=(table.shadow_decision == table[DECISION]).sum(),
            apart=(table.shadow_score - table[SCORE]).mean(),
        )
        .to_pyarrow()
        .to_pylist()[0]
    )
    return found["rows"], found["alike"] or 0, found["apart"] or 0.0
