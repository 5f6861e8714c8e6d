"""Which column of which source a column of the rows is."""

from typing import NamedTuple

from mainstay.contract.model import Contract
from mainstay.contract.sources import DECISIONS


class Origin(NamedTuple):
    """A column as its own source calls it."""

    source: str
    column: str


def origin(contract: Contract, name: str) -> Origin | None:
    """Of a column of decisions or context by its name; None for an aggregate over rows."""
    for source, context in contract.data.context.items():
        for one in context.take:
            if one.name == name:
                return None if one.function else Origin(source, one.column)
    return Origin(DECISIONS, name)


def known_as(contract: Contract, source: str, column: str) -> tuple[str, ...]:
    """What rows call a column of a source: nothing, where no context takes it as it stands."""
    if source == DECISIONS:
        return (column,)
    taken = contract.data.context[source].take
    return tuple(one.name for one in taken if one.column == column and not one.function)
