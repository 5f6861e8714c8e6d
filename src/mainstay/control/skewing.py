"""`context skew`: whether requests were answered by the context that training would have seen."""

from collections.abc import Iterable
from datetime import timedelta

import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from mainstay.bundle import manifest
from mainstay.bundle.manifest import Manifest
from mainstay.contract.model import Contract
from mainstay.contract.sources import DECISIONS
from mainstay.contract.sources import Context as Clause
from mainstay.control import decisions, field, refreshing, versions
from mainstay.control.project import Project
from mainstay.control.queries import ContextSkew
from mainstay.core import clock
from mainstay.core.answers import Answer
from mainstay.core.errors import Missing
from mainstay.core.nouns import Verdict
from mainstay.core.typed import TEXT, TIME
from mainstay.data import cleaning, journal
from mainstay.data import skew as comparing
from mainstay.data.expression import constant
from mainstay.data.records import VERSION
from mainstay.data.skew import Skew
from mainstay.life.build import build

DAY = timedelta(days=1)


def skew(project: Project, query: ContextSkew) -> Answer:
    """Of answers of the version that is live. Raises Missing before a deployment."""
    lived = field.champions(project)
    if not lived:
        raise Missing(f"{project.model} answers nobody yet", hint="mainstay deploy")
    version = versions.found(project, lived[-1].name)
    contract = versions.contract(project, version)
    stated = manifest.read(project.places.bundle(version.bundle), version.bundle)
    columns, hidden = comparing.held(contract, {*stated.columns}), decisions.hidden(project)
    lost = tuple(name for name in columns if hidden & {*contract.data.context[name].on})
    asked = {name: some for name, some in columns.items() if name not in lost}
    now = clock.now()
    engine = build.opened(project.places)
    table = _answered(project, engine, stated, lived[-1].name)
    since = constant((query.since or now - DAY).isoformat(), TIME)
    logged = table.filter(table[contract.data.decisions.time] >= since)
    sources = refreshing.opened(project, contract, engine, now)
    found = comparing.skews(contract, sources, logged, asked, now)
    return _answer(lived[-1].name, contract, found, lost)


def _answered(project: Project, engine: Backend, stated: Manifest, version: str) -> ir.Table:
    """The rows of the journal that a version answered, their values set right."""
    places = project.places
    bundles = tuple(one.bundle for one in field.champions(project))
    columns = field.requested(project, bundles)
    journal.brought(places.door, places.journal, columns, field.read_from_text(project, bundles))
    read = journal.read(engine, places.journal, columns)
    table = cleaning.cleaned(read, stated.clean, "requests")
    return table.filter(table[VERSION] == constant(version, TEXT))


def _answer(
    version: str, contract: Contract, found: tuple[Skew, ...], lost: Iterable[str]
) -> Answer:
    bad = [one for one in found if one.differing]
    total = max((one.rows for one in found), default=0)
    late = sum(one.now for one in found if not one.sent)
    lines = tuple(_line(one, contract) for one in sorted(found, key=lambda one: -one.differing))
    hidden = tuple(f"▲ {name}: the journal hides what its rows are found by" for name in lost)
    return Answer(
        _headline(version, bad, total, late),
        _verdict(bad, total, unknown=bool(hidden)),
        lines=(*lines, *hidden),
        next="mainstay context show",
        facts={"version": version, "rows": total, "columns": [one._asdict() for one in found],
               "hidden": list(lost)},
    )  # fmt: skip


def _verdict(bad: list[Skew], total: int, *, unknown: bool) -> Verdict:
    if bad:
        return Verdict.FAIL
    return Verdict.UNSURE if unknown or not total else Verdict.PASS


def _headline(version: str, bad: list[Skew], total: int, late: int) -> str:
    if not total:
        return f"{version} answered no row with context in that time."
    if bad:
        names = ", ".join(dict.fromkeys(one.column for one in bad))
        return f"{version} was answered by other context than training sees: {names}."
    lag = f"; {late:,} values became others after their view was made" if late else ""
    return f"{version}: the context of {total:,} answers is what training sees{lag}."


def _line(one: Skew, contract: Contract) -> str:
    how = "sent" if one.sent else "looked up"
    if not one.differing:
        rest = f", {one.now:,} would be others by now" if one.now and not one.sent else ""
        return f"● {one.context}.{one.column}, {how}: {one.rows:,} the same{rest}"
    clause = contract.data.context[one.context]
    share = f"{one.differing:,} of {one.rows:,}"
    return (
        f"◆ {one.context}.{one.column}, {how}: {share} are others, for example at"
        f" {one.example}{_why(clause)}"
    )


def _why(clause: Clause) -> str:
    """What may make them others where nothing is wrong with the door."""
    if clause.as_of is None and clause.source != DECISIONS:
        return "; it is static, and its rows may have changed"
    if clause.available_at or clause.over:
        return ""
    return "; without available_at nobody knows which rows came late or were corrected"
