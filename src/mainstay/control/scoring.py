"""`score`: a batch by the live version, as the door would answer it; on record when it is whole."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from mainstay.bundle import golden, runtime
from mainstay.bundle.layout import GOLDEN, ULP
from mainstay.bundle.runtime import Runtime
from mainstay.contract.batch import UNITS, Unit
from mainstay.control import delivering, emitting, publish, remembering, telling, versions
from mainstay.control.commands import Score
from mainstay.control.project import Project
from mainstay.core import clock, digest, pseudonyms, settings
from mainstay.core.addresses import shown
from mainstay.core.answers import Answer
from mainstay.core.errors import MainstayError, Missing, Mistake, Refused
from mainstay.core.nouns import Verdict
from mainstay.data import batch, journal, reading
from mainstay.data.remembered import Change
from mainstay.data.silos import committed, folder, store, table
from mainstay.data.silos.access import refuse_secrets
from mainstay.ledger import blobs
from mainstay.ledger.state import Version
from mainstay.life.score import brought, published
from mainstay.life.score import score as life
from mainstay.life.score.answers import Standing
from mainstay.life.score.layout import QUARANTINE, Layout
from mainstay.life.score.manifest import Made
from mainstay.life.score.score import Order, Scored
from mainstay.seal import certificate as seal
from mainstay.seal import dsse
from mainstay.seal.certificate import Certificate
from mainstay.seal.routing import Routing, Share

EVENT = "BatchScored"
_SHOWN = 3  # columns that moved, in words
Moved = dict[str, Change] | None
"""Columns that moved beside training, by name; None where they were not compared."""
MEMORY = "250MB"
"""Of the engine: what exceeds it is spilled. 10 million rows are scored within 700 MB."""


class Output(NamedTuple):
    """Where answers go. address: of a folder in a store, or of a table, which follow the folder

    here; else empty.
    """

    layout: Layout
    address: str = ""

    @property
    def shown(self) -> str:
        """As people are told."""
        return self.address or str(self.layout.path)

    @property
    def aside(self) -> str:
        """Where rejected rows are."""
        layout = self.layout
        if _is_table(self.address):
            return f"{self.address}{table.REJECTED}"
        if self.address:
            return f"{self.address}/{QUARANTINE}"
        return str(layout.quarantine("") if layout.single else layout.quarantine("").parent)


class Chosen(NamedTuple):
    """The version that scores, under which routing; why: no certificate holds, empty where one

    does. sequence: None where the version answers nobody, so that its batch is no live decision.
    """

    version: Version
    share: Share
    certificate: Certificate | None
    why: str
    sequence: int | None


def score(project: Project, command: Score) -> Answer:
    """Brings an output to the rows as they are now; what is finished is not worked on again.

    Raises Missing before anything is live, and what life.score raises.
    """
    unit, output = _shape(project, command)
    layout = output.layout
    chosen = _chosen(project, command)
    opened = _opened(project, chosen.version)
    try:
        found = _scored(_order(project, command, chosen, opened, (unit, layout)))
    finally:
        opened.close()
    if output.address:
        project.tell(f"putting it into {output.address}")
        _put(output)
    moved = remembering.beside(project, found, chosen.version)
    _recorded(project, chosen, output, found, moved)
    delivering.delivered(project, telling.channels(project))
    return _answer(output, chosen, found, moved)


def _scored(order: Order) -> Scored:
    try:
        return life.scored(order)
    finally:
        reading.ended(order.reader)


def _output(project: Project, out: str) -> Output:
    if "://" not in out:
        return Output(Layout(project.places.folder / out))
    refuse_secrets(out)
    if table.is_table(out):
        table.refuse_nameless(out)
    elif committed.is_lake(out):
        out = committed.whole(out, project.places.folder)
    elif not folder.is_store(out) or out.endswith(".parquet"):
        raise Mistake(
            f"an output is a folder, a table, or a file on this machine, which {shown(out)} is not",
            f"folders in stores: {', '.join(f'{one}://' for one in store.KINDS)};"
            f" tables: {table.FORM}, {committed.FORM}",
        )
    address = out.rstrip("/")
    return Output(Layout(project.places.outputs / digest.of_value(address)[:16]), address)


def _is_table(address: str) -> bool:
    return table.is_table(address) or committed.is_lake(address)


def _put(output: Output) -> None:
    layout, address = output
    if committed.is_lake(address):
        brought.brought(layout, committed.opened(address))
    elif table.is_table(address):
        with table.opened(address) as target:
            brought.brought(layout, target)
    else:
        published.published(layout, folder.opened(address))


def _shape(project: Project, command: Score) -> tuple[Unit, Output]:
    stated = project.document.contract.score
    output = _output(project, command.out or stated.out)
    layout = output.layout
    usual = stated.partition if not command.out else None
    wanted = command.partition or usual or ("all" if layout.single else "day")
    for unit in UNITS:
        if unit == wanted:
            break
    else:
        raise Mistake(f"there are no partitions by the {wanted}", f"known: {', '.join(UNITS)}")
    if layout.single and unit != "all":
        raise Mistake(
            f"{layout.path.name} is one file, which has no partitions", "name a folder, or leave it"
        )
    return unit, output


def _chosen(project: Project, command: Score) -> Chosen:
    routing = publish.wanted(project)
    share = _named(project, command.version) if command.version else _live(project, routing)
    version = versions.found(project, share.version)
    certificate, why = _certificate(project, share, routing)
    answering = routing is not None and share.version in {one.version for one in routing.shares}
    sequence = routing.sequence if routing and answering else None
    return Chosen(version, share, certificate, why, sequence)


def champion(routing: Routing | None) -> Share | None:
    """The version that answers everything, and scores batches; None where none does."""
    return routing.shares[0] if routing and routing.shares[0].share == 1 else None


def _live(project: Project, routing: Routing | None) -> Share:
    found = champion(routing)
    if found is None:
        hint = "mainstay deploy, or name a version: --version v1"
        raise Missing(f"no version of {project.model} is live", hint=hint)
    return found


def _named(project: Project, name: str) -> Share:
    version = versions.found(project, name)
    if version.status != "approved":
        raise Refused(
            f"v{version.number} is {version.status}: only an approved version may score",
            hint=f"mainstay review v{version.number}",
        )
    return Share(f"v{version.number}", version.bundle, version.certificate, 1.0)


def _certificate(
    project: Project, share: Share, routing: Routing | None
) -> tuple[Certificate | None, str]:
    """As the door sees it: one that does not hold lets only the baseline answer."""
    environment = routing.environment if routing else "production"
    try:
        publish.verified(project, share, environment)
    except MainstayError as error:
        return None, str(error)
    envelope = dsse.decoded(blobs.read(project.places.blobs, share.certificate))
    return seal.opened(envelope, project.trust), ""


def _opened(project: Project, version: Version) -> Runtime:
    """Its golden rows were repeated: nothing is written by an engine that says something else."""
    folder, name = project.places.bundle(version.bundle), f"v{version.number}"
    project.tell(f"opening {name}")
    made = runtime.opened(
        folder, project.places.environments, expected=version.bundle, version=name
    )
    try:
        golden.refuse(folder / GOLDEN, made.inputs, made.scores, ULP, name)
    except BaseException:
        made.close()
        raise
    return made


def _order(
    project: Project, command: Score, chosen: Chosen, opened: Runtime, shape: tuple[Unit, Layout]
) -> Order:
    places, (unit, layout) = project.places, shape
    share, certificate = chosen.share, chosen.certificate
    now = clock.now()
    places.work.mkdir(parents=True, exist_ok=True)
    contract = project.document.contract
    return Order(
        contract=contract,
        reader=reading.for_batch(contract, places, command.table, MEMORY),
        asked=batch.Asked(command.table, command.since, command.until, now),
        standing=Standing(opened, certificate, share.certificate[:12]),
        made=Made(share.version, share.bundle, share.certificate, certificate is not None),
        born=versions.born(project, chosen.version),
        layout=layout,
        unit=unit,
        draft=places.work / f"score-{layout.id}.parquet",
        journal=places.journal / journal.BATCH,
        sequence=chosen.sequence,
        bundle=places.bundle(share.bundle),
        environments=places.environments,
        secret=_secret(opened),
        tell=project.tell,
    )


def _secret(opened: Runtime) -> bytes:
    """Of pseudonyms, where the version needs one; without it those columns are dropped."""
    if "pseudonymise" not in opened.manifest.private.values():
        return b""
    try:
        return pseudonyms.read(settings.keys_folder())
    except Missing:
        return b""


def _recorded(
    project: Project, chosen: Chosen, output: Output, found: Scored, moved: Moved
) -> None:
    """Once for each state of an output."""
    sha = digest.of_value(found.manifest.partitions)
    payload = {
        "number": chosen.version.number, "output": output.shown, "partitions": sha,
        "rows": sum(one.rows for one in found.partitions),
        "rejected": sum(one.rejected for one in found.partitions),
        "sources": {one.uri: one.digest for one in found.datasets},
        "certificate": chosen.share.certificate, "holds": chosen.certificate is not None,
    }  # fmt: skip
    with project.ledger.transaction():
        before = [one.payload for one in project.ledger.events(kind=EVENT, subject=project.model)]
        last = next((one for one in reversed(before) if one["output"] == payload["output"]), None)
        if last is None or last["partitions"] != sha:
            event = project.ledger.append(EVENT, project.model, project.actor, payload)
            born = versions.born(project, chosen.version)
            emitting.scored(project, found, output.shown, born, event)
            name = Path(output.shown).name
            remembering.scored(project, found, name, chosen.version, moved)


def _answer(output: Output, chosen: Chosen, found: Scored, moved: Moved) -> Answer:
    rows, rejected = (
        sum(getattr(one, name) for one in found.partitions) for name in ("rows", "rejected")
    )
    by = {
        name: sum(getattr(one, f"by_{name}") for one in found.partitions)
        for name in ("model", "baseline", "person")
    }
    fresh = [one for one in found.partitions if one.name in found.written]
    scored = sum(one.rows for one in fresh)
    name = chosen.share.version
    lines = (
        *(f"▲ {chosen.why}: its baseline answered" for _ in range(bool(chosen.why))),
        f"by the model {by['model']:,}, by the baseline {by['baseline']:,}"
        + (f", left to a person {by['person']:,}" if by["person"] else ""),
        *((f"▲ {rejected:,} rows are set aside with reasons: {output.aside}",) if rejected else ()),
        f"partitions: {len(found.written)} written, {len(found.unchanged)} unchanged"
        + (f", {len(found.gone)} without rows any more" if found.gone else ""),
        *(f"▲ {note}" for note in found.notes),
        *_beside(name, moved),
    )
    return Answer(
        _headline(name, rows, scored, found, output.shown),
        Verdict.UNSURE if chosen.why else Verdict.PASS,
        lines=lines,
        next="mainstay status" if not chosen.why else f"mainstay certify {name} --renew",
        facts={
            "version": name, "certificate": chosen.share.certificate, "why": chosen.why,
            "out": output.shown, "manifest": str(output.layout.manifest),
            "rows": rows, "rejected": rejected, **{f"by_{one}": count for one, count in by.items()},
            "flagged": sum(one.flagged for one in found.partitions), "scored": scored,
            "written": list(found.written), "unchanged": list(found.unchanged),
            "gone": list(found.gone), "seconds": found.seconds,
            "watched": chosen.sequence is not None, "notes": list(found.notes),
            "moved": None if moved is None else msgspec.to_builtins(list(moved.values())),
        },
    )  # fmt: skip


def _beside(name: str, moved: Moved) -> Iterator[str]:
    """What is not as it was where the version learned; nothing where all is, or nobody compared."""
    for one in list((moved or {}).values())[:_SHOWN]:
        mark = "·" if one.seasonal else "▲"
        yield f"{mark} {one.said(f' beside the rows {name} was trained on')}"
    more = len(moved or {}) - _SHOWN
    if more > 0:
        yield f"▲ {more} more columns moved beside them: mainstay data changes"


def _headline(name: str, rows: int, scored: int, found: Scored, out: str) -> str:
    if not found.partitions:
        return f"Nothing to score: the period holds no decision; {out} is up to date."
    if not found.written:
        return f"Nothing changed: {rows:,} rows are in {out} as {name} answers them."
    speed = f" ({scored / found.seconds:,.0f} a second)" if found.seconds else ""
    return f"{name} scored {scored:,} rows in {found.seconds:.1f} s{speed}, into {out}."
