"""Names a contract uses, against the columns there are and what features() returns."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from mainstay.contract import nodes
from mainstay.contract.document import Document
from mainstay.contract.fields import MONTH
from mainstay.contract.model import Contract
from mainstay.contract.payoffs import BINARY, REGRESSION, ByColumn
from mainstay.contract.rules import rules
from mainstay.contract.wording import Path, path_text, shown
from mainstay.core import nearest, typed
from mainstay.core.errors import Finding, Mistake
from mainstay.core.expressions import columns as columns_of
from mainstay.core.rules import FieldType, RowRule

_NO_COLUMN = "which is no column of decisions or context"
_NO_INPUT = "which features() does not return"
_NUMERIC = ("int", "uint", "float", "decimal")
_TYPES: dict[FieldType, tuple[str, ...]] = {
    "integer": _NUMERIC, "number": _NUMERIC, "string": ("string",), "boolean": ("boolean",),
    "timestamp": ("timestamp",), "date": ("date",),
}  # fmt: skip


class Named(NamedTuple):
    """A name somebody wrote: by which clause, at which place."""

    name: str
    clause: str
    place: Path
    on_key: bool = False


def check(document: Document, columns: Mapping[str, str], inputs: tuple[str, ...]) -> None:
    """Raises Mistakes for every name that does not exist, and for fields and rules of wrong type.

    columns: of decisions and context, name -> Ibis type as text; inputs: names from features().
    """
    contract = document.contract
    found = [
        *_unknown(document, _columns(contract), columns, _NO_COLUMN),
        *_unknown(document, _groups(contract), {*columns, *inputs}, _NO_INPUT),
        *_field_types(document, columns),
        *_amount_types(document, columns),
        *_choosing_types(document, columns),
        *_rule_types(document, columns),
    ]
    if found:
        raise nodes.told(found)


def _unknown(
    document: Document, named: Iterable[Named], known: Iterable[str], which: str
) -> Iterator[Finding]:
    names = list(known)
    for one in named:
        if one.name not in names:
            what = f"{one.clause} names {shown(one.name)}, {which}"
            hint = nearest.hint(one.name, names)
            yield document.finding(one.place, what, hint, on_key=one.on_key)


def _columns(contract: Contract) -> Iterator[Named]:
    """Names that must be columns of decisions or context."""
    decisions, baseline = contract.data.decisions, contract.objective.baseline
    yield from _single(decisions.key, "data", "decisions", "key")
    yield from _single(decisions.time, "data", "decisions", "time")
    yield from _single(decisions.entity, "data", "decisions", "entity")
    for name, context in contract.data.context.items():
        yield from _each(context.on, "data", "context", name, "on")
    yield from _single(contract.data.label.column, "data", "label", "column")
    for field in contract.data.fields:
        yield Named(field, "data.fields", ("data", "fields", field), on_key=True)
    yield from _choosing(contract)
    for place, rule in _row_rules(contract):
        for name in dict.fromkeys(columns_of(rule.condition)):
            yield Named(name, f"data.rules[{place}]", ("data", "rules", place, "expect"))
    yield from _each(contract.serve.journal.drop, "serve", "journal", "drop")
    yield from _each(contract.serve.journal.pseudonymise, "serve", "journal", "pseudonymise")
    yield from _each(baseline.rate_by or (), "objective", "baseline", "rate_by")
    yield from _single(baseline.column, "objective", "baseline", "column")
    yield from _amounts(contract)


def _amounts(contract: Contract) -> Iterator[Named]:
    """The columns that money hangs on."""
    value = contract.objective.value
    for kind in (*BINARY, *REGRESSION) if value else ():
        stated = getattr(value, kind)
        if isinstance(stated, ByColumn):
            yield from _single(stated.column, "objective", "value", kind, "column")


def _amount_types(document: Document, columns: Mapping[str, str]) -> Iterator[Finding]:
    for one in _amounts(document.contract):
        found = columns.get(one.name, "").lstrip("!")
        if found and not found.startswith(_NUMERIC):
            what = f"{path_text(one.place)} is {shown(one.name)}, but the column is {found}"
            yield document.finding(one.place, what, "name a column of numbers")


def _groups(contract: Contract) -> Iterator[Named]:
    """Names that may be columns or inputs."""
    slices = contract.certify.slices
    for place, name in enumerate(slices.by if slices else ()):
        yield Named(name, "certify.slices", ("certify", "slices", "by", place))
    fair = contract.certify.fairness
    yield from _each(fair.groups if fair else (), "certify", "fairness", "groups")
    yield from _each(contract.watch.seasonal, "watch", "seasonal")


def _single(name: str | None, *place: str) -> Iterator[Named]:
    if name is not None:
        yield Named(name, path_text(place), place)


def _each(names: Iterable[str], *place: str) -> Iterator[Named]:
    for item, name in enumerate(names):
        yield Named(name, path_text(place), (*place, item))


def _choosing(contract: Contract) -> Iterator[Named]:
    """The columns whose text chooses the range of another field."""
    for field, clause in contract.data.fields.items():
        for name in clause.between_by or ():
            if name != MONTH:
                place = ("data", "fields", field, "between_by", name)
                yield Named(name, path_text(place[:-1]), place, on_key=True)


def _row_rules(contract: Contract) -> Iterator[tuple[int, RowRule]]:
    yield from enumerate(rule for rule in rules(contract) if isinstance(rule, RowRule))


def _field_types(document: Document, columns: Mapping[str, str]) -> Iterator[Finding]:
    for name, field in document.contract.data.fields.items():
        found = columns.get(name, "").lstrip("!")
        if found and not found.startswith(_TYPES[field.type]):
            fitting = next((kind for kind in _TYPES if found.startswith(_TYPES[kind])), None)
            place = ("data", "fields", name, "type")
            what = f"{path_text(place)} is {field.type}, but the column is {found}"
            hint = f"write {fitting}" if fitting else "prepare it in the source"
            yield document.finding(place, what, hint)


def _choosing_types(document: Document, columns: Mapping[str, str]) -> Iterator[Finding]:
    for one in _choosing(document.contract):
        found = columns.get(one.name, "").lstrip("!")
        if found and not found.startswith("string"):
            what = f"{path_text(one.place)} is for the texts of a column, but it is {found}"
            hint = f"by text, or by {MONTH}; a condition of data.rules says any other"
            yield document.finding(one.place, what, hint, on_key=True)


def _rule_types(document: Document, columns: Mapping[str, str]) -> Iterator[Finding]:
    """Conditions that no engine could judge, for example text compared with a number."""
    for place, rule in _row_rules(document.contract):
        if all(columns.get(name) in typed.TYPES for name in columns_of(rule.condition)):
            try:
                typed.typed(rule.condition, columns)
            except Mistake as mistake:
                what = f"data.rules[{place}].expect says {mistake}"
                yield document.finding(("data", "rules", place, "expect"), what, mistake.hint)
