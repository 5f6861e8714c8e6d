"""What differs between two versions: contract, code, inputs, and the rows they came from."""

import difflib
from collections.abc import Iterable, Iterator

import msgspec

from mainstay.bundle import manifest
from mainstay.control import versions
from mainstay.control.project import Project
from mainstay.core.nouns import Dataset
from mainstay.ledger.state import Version


class Change(msgspec.Struct, frozen=True):
    """A file of the two versions as a unified diff; no line: it is the same."""

    name: str
    lines: tuple[str, ...]


class Rows(msgspec.Struct, frozen=True):
    """What a version was trained or judged on."""

    version: str
    dataset: Dataset


def changes(project: Project, before: Version, after: Version) -> Iterator[Change]:
    """The contract each was built for, and the code that trained it."""
    texts = {
        event.payload["digest"]: event.payload["text"]
        for event in project.ledger.events(kind="ContractRegistered", subject=after.model)
    }
    yield changed("contract.yaml", texts[before.contract], texts[after.contract])
    for name in sorted({*_code(project, before), *_code(project, after)}):
        old, new = (_code(project, one).get(name, "") for one in (before, after))
        yield changed(name, old, new)


def _code(project: Project, version: Version) -> dict[str, str]:
    """What runs in the model's own environment; features() is in the bundle as expressions."""
    folder = project.places.bundle(version.bundle) / "code"
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*.py"))
    }


def changed(name: str, before: str, after: str) -> Change:
    """Two texts of a name, with two lines around what differs."""
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), n=2, lineterm="")
    return Change(name, tuple(found)[2:])


def inputs(project: Project, before: Version, after: Version) -> Iterator[str]:
    """Inputs that came, went or are made in another way."""
    old, new = (
        {
            one.name: one.expression
            for one in manifest.read(project.places.bundle(each.bundle), each.bundle).outputs
        }
        for each in (before, after)
    )
    yield from (f"- {name}" for name in old if old[name] != new.get(name))
    yield from (f"+ {name}" for name in new if new[name] != old.get(name))


def rows(project: Project, some: Iterable[Version]) -> Iterator[Rows]:
    """Each source of each version."""
    for one in some:
        for dataset in versions.birth(project, one).version.datasets:
            yield Rows(f"v{one.number}", dataset)
