"""Looks, builds and batches as events of OpenLineage: put aside with what they tell of, in its own

transaction, and delivered after it. Only for channels of that kind; each is told at least once, the
same run under the same number.
"""

from collections.abc import Iterator
from functools import reduce

import msgspec

from mainstay.bundle import manifest
from mainstay.bundle.manifest import Manifest
from mainstay.control import telling
from mainstay.control.channels.config import OpenLineage
from mainstay.control.project import Project
from mainstay.core.nouns import Column, Dataset, Event, Evidence, Window
from mainstay.data import changes, lineage, openlineage, profile
from mainstay.data.lineage import Born
from mainstay.data.openlineage import Facets, Made, Named, Run
from mainstay.ledger import outbox
from mainstay.ledger.outbox import NOBODYS, Waiting
from mainstay.life.build.build import Built
from mainstay.life.score.score import Scored
from mainstay.life.watch.order import Order, Watched


def looked(project: Project, order: Order, found: Watched, event: Event, span: Window) -> None:
    """Put aside what a look read and found; within the transaction of its event."""
    for name, channel in _channels(project):
        run = Run(Named(channel.namespace, f"{project.model}.watch"), f"{event.seq}", event.time,
                  span)  # fmt: skip
        stated = manifest.read(project.places.bundle(order.champion.bundle), order.champion.bundle)
        read = tuple(_seen(project, channel, order, found, stated))
        _put(
            project, name, event, openlineage.events(run, read, [_inputs(project, channel, stated)])
        )


def built(project: Project, made: Built, event: Event) -> None:
    """The same of a build: the sources as they were, the inputs, the version."""
    for name, channel in _channels(project):
        run = Run(Named(channel.namespace, f"{project.model}.build"), f"{event.seq}", event.time,
                  made.periods.train)  # fmt: skip
        born = Born(made.datasets, made.packed.manifest.columns, made.packed.manifest.outputs)
        wrote = _inputs(project, channel, made.packed.manifest)
        rows = {"rowCount": made.learned.dataset.rows}
        wrote = wrote._replace(
            of={**wrote.of, **openlineage.version(made.learned.dataset.digest)},
            here={"outputStatistics": openlineage.facet("outputStatistics", rows)},
        )
        new = openlineage.changed("CREATE") | openlineage.version(made.packed.digest)
        version = Made(Named(channel.namespace, project.model), new, {})
        read = _sources(project, born, {})
        _put(project, name, event, openlineage.events(run, read, [wrote, version]))


def scored(project: Project, found: Scored, output: str, born: Born, event: Event) -> None:
    """The same of a batch: its sources as they were, and the answers that were written."""
    contract, folder = project.document.contract, project.places.folder
    written = [one for one in found.partitions if one.name in found.written]
    rows = sum(one.rows - one.rejected for one in written)
    files = sum(len(one.files) for one in written)
    read = [
        Made(openlineage.at(one.uri, folder),
             openlineage.version(one.digest) | openlineage.schema(one.columns), {})
        for one in found.datasets
    ]  # fmt: skip
    of = openlineage.answers(contract, folder, born, read[0].named)
    of |= openlineage.version(str(event.payload["partitions"]))
    told = {"rowCount": rows, "fileCount": files}
    here: Facets = {"outputStatistics": openlineage.facet("outputStatistics", told)}
    wrote = Made(openlineage.at(output, folder), of, here)
    for name, channel in _channels(project):
        job = Named(channel.namespace, f"{project.model}.score")
        run = Run(job, f"{event.seq}", event.time, _span(found, event))
        _put(project, name, event, openlineage.events(run, read, [wrote]))


def _span(found: Scored, event: Event) -> Window:
    """Of the partitions asked for."""
    since = min((one.since for one in found.partitions), default=event.time)
    return Window(since, max((one.until for one in found.partitions), default=event.time))


def _channels(project: Project) -> Iterator[tuple[str, OpenLineage]]:
    for name, one in telling.channels(project).items():
        if isinstance(one, OpenLineage):
            yield name, one


def _seen(
    project: Project, channel: OpenLineage, order: Order, found: Watched, stated: Manifest
) -> Iterator[Made]:
    """The live decisions, then each source."""
    contract = order.contract
    live, said = openlineage.split(found.evidence, lineage.sources(contract))
    journal = contract.serve.journal
    private = frozenset((*journal.drop, *journal.pseudonymise))
    whole = reduce(profile.merged, [one.profile for one in found.windows])
    columns = [Column(one.name, one.type) for one in stated.request]
    yield Made(
        Named(channel.namespace, f"{project.model}.decisions"),
        openlineage.schema(columns),
        openlineage.quality(whole, private) | openlineage.assertions(live),
    )
    if order.born:
        yield from _sources(project, order.born, said)


def _sources(project: Project, born: Born, said: dict[str, list[Evidence]]) -> Iterator[Made]:
    """Each with its columns as a version was made of them, and what was found of it."""
    contract, folder = project.document.contract, project.places.folder
    for name in lineage.sources(contract):
        of: Facets = {}
        known: tuple[Dataset, ...] = changes.before(contract, born, name)
        if known and not said:
            of |= openlineage.version(known[0].digest)
        if known:
            of |= openlineage.schema(known[0].columns)
        here = openlineage.assertions(said[name]) if said.get(name) else {}
        yield Made(openlineage.source(contract, folder, name), of, here)


def _inputs(project: Project, channel: OpenLineage, stated: Manifest) -> Made:
    """What a model sees of a row, and which columns it is made of."""
    born = Born(stated.datasets, stated.columns, stated.outputs)
    columns = [Column(one.name, one.type) for one in stated.outputs]
    of = openlineage.schema(columns) | openlineage.columns(
        project.document.contract, project.places.folder, born
    )
    return Made(Named(channel.namespace, f"{project.model}.inputs"), of, {})


def _put(project: Project, name: str, event: Event, told: tuple[Facets, Facets]) -> None:
    for at, one in enumerate(told):
        key = f"{project.model}-{event.seq}-{at}-{name}"
        body = msgspec.json.encode(one).decode()
        row = Waiting(key, name, NOBODYS, body, event.time.timestamp())
        outbox.put(project.ledger, row)
