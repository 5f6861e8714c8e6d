"""Whether a canary answers for itself as its certificate says, and loses no more than others."""

from datetime import datetime

import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from mainstay.control import field, labelling, publish
from mainstay.control.project import Project
from mainstay.core import clock
from mainstay.core.entries import ABSTAINED, NAMED, REST
from mainstay.core.nouns import Evidence, Window, known
from mainstay.core.typed import INTEGER, TEXT, TIME
from mainstay.data import journal, live
from mainstay.data import labels as truths
from mainstay.data.expression import constant
from mainstay.data.records import AT, COVERED, FLAGS, OUTCOME, SEQUENCE, VERSION
from mainstay.life.build import build
from mainstay.life.watch import early
from mainstay.life.watch.order import POOLED
from mainstay.stats import proportion

METHOD = "share of its answers that the baseline gave, Clopper-Pearson, 95 %"


def judged(project: Project) -> Evidence:
    """The answers that were the canary's to give, since its deployment, over the newest windows.

    Those that the baseline gave, because a rule, the certificate or the engine kept the model from
    it, against `certify.stopped`: the share that may be kept from it. Unsure is not pass: at the
    usual 0.01 it takes 368 answers without a failure.
    """
    newest = publish.history(project)[-1]
    name = f"v{publish.said(newest).shares[-1].version}"
    since = max(newest.time, clock.now() - POOLED * project.document.contract.watch.window)
    asked, away = _counted(_theirs(project, name, since))
    estimate = proportion.clopper_pearson(away, asked)
    limit = project.document.contract.certify.stopped.limit
    return Evidence(
        clause="canary",
        subject=name,
        population=f"{asked:,} answers that were its own to give",
        method=METHOD,
        estimate=known(estimate),
        limit=limit,
        verdict=limit.judge(estimate),
        note=f"{asked - away:,} of {asked:,} by the model itself",
    )


def early_labels(project: Project) -> Evidence | None:
    """What the labels known by now say of the canary beside who answers the others.

    Of answers under the present routing only, so that both arms saw the same world. None where no
    label was ever received.
    """
    newest, stated = publish.history(project)[-1], labelling.shape(project)
    kept, now = labelling.kept(project, stated), clock.now()
    if not kept.files:
        return None
    said, engine = publish.said(newest), build.opened(project.places)
    contract = project.document.contract
    table = _journal(project, engine)
    theirs = table.filter(table[SEQUENCE] == constant(said.sequence, INTEGER))
    known_by = truths.visible(engine, stated, kept, now)
    window = Window(newest.time - POOLED * contract.watch.window, now)
    every = live.decisions(theirs, known_by, contract, window, now)
    return early.judged(every, contract, f"v{said.shares[-1].version}")


def _theirs(project: Project, name: str, since: datetime) -> ir.Table:
    """What was the version's to answer: neither left to the baseline by its share nor, where the
    contract says so, because its certificate does not cover the row; nor asked of it by name.
    """
    table = _journal(project, build.opened(project.places))
    newest = table[AT] >= constant(since.isoformat(), TIME)
    mine = table.filter(newest, table[VERSION] == constant(name, TEXT))
    uncovered = (mine[OUTCOME] == "baseline") & (mine[FLAGS] == "") & ~mine[COVERED]
    flags = mine[FLAGS].split("\n")
    return mine.filter(~flags.contains(REST), ~flags.contains(NAMED), ~uncovered)


def _counted(table: ir.Table) -> tuple[int, int]:
    """All, and those by the baseline, other than where the version abstains in its favour."""
    own = table[FLAGS].split("\n").contains(ABSTAINED)
    away = (table[OUTCOME] == "baseline") & ~own
    found = table.aggregate(asked=table.count(), away=away.sum()).to_pyarrow().to_pylist()[0]
    return found["asked"], found["away"] or 0


def _journal(project: Project, engine: Backend) -> ir.Table:
    """Of all that any champion was asked."""
    columns = field.requested(project, (one.bundle for one in field.champions(project)))
    return journal.read(engine, project.places.journal, columns)
