"""The data clauses of a contract as core rules."""

from mainstay.contract import conditions
from mainstay.contract.data import OBSERVED, FieldClause, RuleClause
from mainstay.contract.model import Contract
from mainstay.core.rules import FieldRule, RowRule, Rule


def rules(contract: Contract) -> tuple[Rule, ...]:
    """Fields in the order of the contract, then its row rules.

    Levels of an `observed` field are None until training rows fill them in; types within
    conditions are not yet known.
    """
    fields = (_field(name, field) for name, field in contract.data.fields.items())
    return (*fields, *map(_row, contract.data.rules))


def observed(contract: Contract) -> tuple[str, ...]:
    """The fields whose levels are those of the rows trained on."""
    fields = contract.data.fields.items()
    return tuple(name for name, field in fields if field.one_of == OBSERVED)


def _field(name: str, field: FieldClause) -> FieldRule:
    low, high = field.between or (None, None)
    return FieldRule(
        name,
        field.type,
        nullable=field.nulls == "allowed",
        on_breach=field.on_breach,
        low=low,
        high=high,
        levels=None if field.one_of == OBSERVED else field.one_of,
        unit=field.unit,
    )


def _row(rule: RuleClause) -> RowRule:
    return RowRule(rule.expect, conditions.condition(rule.expect), rule.on_breach)
