"""What hangs on a column of a source: which inputs of a model are made of it."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mainstay.contract.model import Contract
from mainstay.contract.sources import DECISIONS
from mainstay.core.expressions import Output, columns
from mainstay.core.nouns import Dataset


class Born(NamedTuple):
    """What a version was made of. datasets: the sources as they were, among others; request: the

    columns of decisions and context that it reads; outputs: what it makes of them.
    """

    datasets: tuple[Dataset, ...]
    request: tuple[str, ...]
    outputs: tuple[Output, ...]


def sources(contract: Contract) -> tuple[str, ...]:
    """All that lie somewhere of their own, the decisions first."""
    contexts = contract.data.context.items()
    return (DECISIONS, *(name for name, one in contexts if one.source != DECISIONS))


def address(contract: Contract, source: str) -> str:
    """Where one lies, as the contract writes it."""
    stated = contract.data
    return stated.decisions.source if source == DECISIONS else stated.context[source].source


def called(contract: Contract, source: str, column: str) -> tuple[str, ...]:
    """What features() calls a column of a source; functions of it are other columns."""
    if source == DECISIONS:
        return (column,)
    some = contract.data.context[source].take
    return tuple(one.name for one in some if one.column == column and one.function is None)


def used(contract: Contract, born: Born, source: str) -> frozenset[str]:
    """The columns of a source that something is made of, or that say which row is which."""
    stated = contract.data
    if source != DECISIONS:
        one = stated.context[source]
        times = filter(None, (one.as_of, one.available_at))
        promised = (name for each in one.sla for name in each.element or ())
        return frozenset((*one.on, *times, *(each.column for each in one.take), *promised))
    taken = {each.name for one in stated.context.values() for each in one.take}
    return frozenset((*_own(contract), *(name for name in born.request if name not in taken)))


def inputs(contract: Contract, born: Born, source: str, names: Iterable[str]) -> tuple[str, ...]:
    """The inputs that these columns of a source end up in, in their order."""
    read = set(_known_as(contract, source, set(names)))
    return tuple(one.name for one in born.outputs if read & set(columns(one.expression)))


def fed(contract: Contract, born: Born, source: str) -> tuple[str, ...]:
    """All inputs that a source ends up in; the decisions choose the rows of everything."""
    if source == DECISIONS:
        return tuple(one.name for one in born.outputs)
    return inputs_of(contract, born, source)


def inputs_of(contract: Contract, born: Born, source: str) -> tuple[str, ...]:
    """Those made of its own columns."""
    return inputs(contract, born, source, used(contract, born, source))


def _own(contract: Contract) -> Iterator[str]:
    """Columns of the decisions that no request carries or every one does."""
    stated = contract.data
    decisions = stated.decisions
    yield from (decisions.key, decisions.time, stated.label.column)
    yield from filter(None, [decisions.entity])
    yield from (name for one in decisions.sla for name in one.element or ())
    for one in stated.context.values():
        yield from one.on
        if one.source == DECISIONS:
            yield from (each.column for each in one.take)


def _known_as(contract: Contract, source: str, names: set[str]) -> Iterator[str]:
    """What features() calls them; a column that chooses or dates the rows moves all it brings."""
    if source == DECISIONS:
        yield from names
    for name, one in contract.data.context.items():
        if name == source or (source == DECISIONS and one.source == DECISIONS):
            choosing = {*one.on, *filter(None, (one.as_of, one.available_at))}
            every = name == source and bool(names & choosing)
            yield from (each.name for each in one.take if every or each.column in names)
