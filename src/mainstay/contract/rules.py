"""The data clauses of a contract as core rules."""

from mainstay.contract import conditions
from mainstay.contract.data import RuleClause
from mainstay.contract.fields import MEDIAN, MONTH, MOST_FREQUENT, OBSERVED, FieldClause, months
from mainstay.contract.model import Contract
from mainstay.core.expressions import Call, ColumnOf, Expression
from mainstay.core.rules import Band, FieldRule, RowRule, Rule


def rules(contract: Contract) -> tuple[Rule, ...]:
    """Fields in the order of the contract, then its row rules.

    Levels of an `observed` field and imputed values that are learnt are None until training rows
    fill them in; types within expressions are not yet known.
    """
    time = contract.data.decisions.time
    fields = (_field(name, field, time) for name, field in contract.data.fields.items())
    return (*fields, *map(_row, contract.data.rules))


def observed(contract: Contract) -> tuple[str, ...]:
    """The fields whose levels are those of the rows trained on."""
    fields = contract.data.fields.items()
    return tuple(name for name, field in fields if field.one_of == OBSERVED)


def learnt(contract: Contract) -> dict[str, str]:
    """The fields whose imputed value the rows trained on give: field -> MEDIAN, MOST_FREQUENT."""
    fields = contract.data.fields.items()
    return {
        name: str(field.impute) for name, field in fields if field.impute in (MEDIAN, MOST_FREQUENT)
    }


def _field(name: str, field: FieldClause, time: str) -> FieldRule:
    low, high = field.between or (None, None)
    shortest, longest = field.length or (None, None)
    by, bands = _bands(field, time)
    return FieldRule(
        name,
        field.type,
        nullable=field.nulls == "allowed",
        on_breach=field.on_breach,
        low=low,
        high=high,
        levels=None if field.one_of == OBSERVED else field.one_of,
        unit=field.unit,
        pattern=field.pattern,
        shortest=shortest,
        longest=longest,
        by=by,
        bands=bands,
        imputed=None if field.impute in (MEDIAN, MOST_FREQUENT) else field.impute,
    )


def _bands(field: FieldClause, time: str) -> tuple[Expression | None, tuple[Band, ...]]:
    """What chooses the range of a row, and the ranges it can choose."""
    for name, ranges in (field.between_by or {}).items():
        calendar = name == MONTH
        bands = tuple(
            Band(months(one) if calendar else (one,), low, high)
            for one, (low, high) in ranges.items()
        )
        return Call("month", (ColumnOf(time),)) if calendar else ColumnOf(name), bands
    return None, ()


def _row(rule: RuleClause) -> RowRule:
    return RowRule(rule.expect, conditions.condition(rule.expect), rule.on_breach)
