"""The clean clauses of a contract as core values, and what they contradict elsewhere."""

from collections.abc import Iterator, Mapping

from mainstay.contract.clean import CleanClause
from mainstay.contract.mistakes import Slip
from mainstay.contract.model import Contract
from mainstay.contract.origins import known_as
from mainstay.contract.paths import first, found, slip, texts
from mainstay.contract.sources import DECISIONS
from mainstay.contract.wording import Path, shown
from mainstay.core.cleaning import Cleaning


def of_source(contract: Contract, name: str) -> tuple[Cleaning, ...]:
    """Of a source by its name; decisions that are context are cleaned as decisions."""
    data = contract.data
    own = name == DECISIONS or data.context[name].source == DECISIONS
    return cleanings(data.decisions.clean if own else data.context[name].clean)


def of_request(contract: Contract) -> dict[str, CleanClause]:
    """Of the columns of a request by the names that they have there.

    What is an aggregate over rows is none of their values, and is not cleaned.
    """
    found = dict(contract.data.decisions.clean)
    for source, context in contract.data.context.items():
        for column, clause in context.clean.items():
            found |= dict.fromkeys(known_as(contract, source, column), clause)
    return found


def cleanings(clauses: Mapping[str, CleanClause]) -> tuple[Cleaning, ...]:
    """As values."""
    return tuple(_cleaning(name, clause) for name, clause in clauses.items())


def _cleaning(name: str, clause: CleanClause) -> Cleaning:
    low, high = clause.possible or (None, None)
    return Cleaning(
        name,
        type=clause.type,
        spelled=dict(clause.spelled or {}),
        missing=clause.missing or (),
        convert=clause.convert.conversion if clause.convert else None,
        possible=(low, high) if clause.possible else None,
    )


def slips(contract: object) -> Iterator[Slip]:
    """Columns by which rows are found, labelled and hidden stay as they came."""
    roles = {first(contract, f"data.decisions.{one}"): one for one in ("key", "time")}
    label = first(contract, "data.label.column")
    for path, _ in found(contract, "data.decisions.clean.*"):
        yield from _kept(path, {**roles, label: "label"})
    for place, context in found(contract, "data.context.*"):
        times = {first(context, one): one for one in ("as_of", "available_at")}
        for path, _ in found(context, "clean.*"):
            yield from _kept((*place, *path), times)
        if first(context, "from") == DECISIONS and any(found(context, "clean")):
            hint = "state it as data.decisions.clean, which holds here too"
            yield slip((*place, "clean"), "says nothing of decisions", hint, on_key=True)
    yield from _hidden(contract)


def _kept(path: Path, roles: Mapping[str | None, str]) -> Iterator[Slip]:
    role = roles.get(str(path[-1]))
    if role:
        yield slip(path, f"is the {role}, which stays as it comes", "take it out", on_key=True)


def _hidden(contract: object) -> Iterator[Slip]:
    """What is written down is what came: a pseudonym can no more be cleaned."""
    for how in ("drop", "pseudonymise"):
        names = {name for _, name in texts(contract, f"serve.journal.{how}")}
        for pattern in ("data.decisions.clean.*", "data.context.*.clean.*"):
            for path, _ in found(contract, pattern):
                if path[-1] in names:
                    says = f"is {shown(path[-1])}, which serve.journal hides"
                    yield slip(path, says, "clean it in the source", on_key=True)
