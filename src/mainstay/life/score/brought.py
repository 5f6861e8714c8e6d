"""An output in a table: what is finished on this machine replaces what its partition had there."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from mainstay.core import digest
from mainstay.core.errors import Mistake
from mainstay.data.silos.table import Known, Portion
from mainstay.life.score import layout as places
from mainstay.life.score import manifest
from mainstay.life.score.layout import Layout
from mainstay.life.score.manifest import Manifest, Partition


class Target(Protocol):
    """A table elsewhere, of which each partition is changed at once."""

    @property
    def address(self) -> str: ...
    def known(self) -> Mapping[str, Known]: ...
    def ready(self, portions: Sequence[Portion]) -> None: ...
    def replace(self, one: Portion) -> None: ...
    def remove(self, name: str) -> None: ...


def brought(layout: Layout, target: Target) -> tuple[str, ...]:
    """Brings a table elsewhere to a finished output here; names of the partitions that changed.

    A run that was killed goes on: what is whole there stays. Raises Mistake for the table of
    another model, Conflict while another run writes, and what the table raises.
    """
    with places.held(layout):
        made = manifest.read(layout.manifest)
        if made is None:
            return ()
        known = _known(target, made)
        portions = [_portion(layout, made, one) for one in made.partitions]
        fresh = [one for one in portions if not _lies(known.get(one.name), one)]
        gone = [name for name in known if made.of(name) is None]
        if fresh:
            target.ready(fresh)
        for one in fresh:
            target.replace(one)
        for name in gone:
            target.remove(name)
        return (*(one.name for one in fresh), *gone)


def _known(target: Target, made: Manifest) -> Mapping[str, Known]:
    found = target.known()
    for one in found.values():
        if (one.model, one.unit) != (made.model, made.unit):
            what = f"{target.address} holds {one.model} by the {one.unit}"
            raise Mistake(what, "name another --out")
    return found


def _portion(layout: Layout, made: Manifest, one: Partition) -> Portion:
    rejected, answers = (
        path if str(path.relative_to(layout.folder)) in one.files else None
        for path in layout.files(one.name)
    )
    return Portion(
        one.name, one.since, one.until, made.model, made.unit, one.made.version,
        answers, rejected, digest.of_value(one.files),
    )  # fmt: skip


def _lies(known: Known | None, one: Portion) -> bool:
    return known is not None and bool(known.digest) and one.digest.startswith(known.digest)
