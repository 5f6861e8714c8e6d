"""A document as a tree of values that know their place in the file."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from mainstay.contract.wording import Path
from mainstay.core.errors import Finding, Mistakes

MOST_TOLD = 100
Scalar = bool | int | float | str | None


class Mark(NamedTuple):
    """A place in the file, from 1."""

    line: int
    column: int


class Node(msgspec.Struct, frozen=True):
    """A value and its place; `key` is the place of its key, in a list its own."""

    value: "Value"
    mark: Mark
    key: Mark


Value = Scalar | tuple[Node, ...] | dict[str, Node]


class Tree(NamedTuple):
    """What was read; mistakes lie at places that `spoilt` lists, the value there is null."""

    root: Node
    findings: tuple[Finding, ...]
    spoilt: frozenset[Path]


def plain(node: Node) -> object:
    """The values alone."""
    match node.value:
        case dict(members):
            return {key: plain(member) for key, member in members.items()}
        case tuple(items):
            return [plain(item) for item in items]
        case scalar:
            return scalar


def scalars(node: Node, path: Path = ()) -> Iterator[tuple[Path, Scalar]]:
    """Every value that holds no others, with its path, in the order of the file."""
    match node.value:
        case dict(members):
            for key, member in members.items():
                yield from scalars(member, (*path, key))
        case tuple(items):
            for place, item in enumerate(items):
                yield from scalars(item, (*path, place))
        case scalar:
            yield path, scalar


def node_at(root: Node, path: Path) -> tuple[Node, bool]:
    """The node at a path, or the deepest on the way there; and whether it is the one asked for."""
    here = root
    for part in path:
        match here.value, part:
            case dict(members), str() if part in members:
                here = members[part]
            case tuple(items), int() if part < len(items):
                here = items[part]
            case _:
                return here, False
    return here, True


def told(findings: Iterable[Finding]) -> Mistakes:
    """The mistakes in the order of the file, as many as anyone reads."""
    ordered = sorted(findings, key=lambda finding: (finding.line, finding.column))
    more = len(ordered) - MOST_TOLD
    return Mistakes(ordered[:MOST_TOLD], f"and {more} more" if more > 0 else "")
