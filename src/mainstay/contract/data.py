"""What the data means: its sources, its label, and what each row must keep."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo

from mainstay.contract import conditions, durations
from mainstay.contract.clauses import Clause, Place, Section
from mainstay.contract.fields import FieldClause
from mainstay.contract.sla import Sla, of_labels
from mainstay.contract.sources import Context, Decisions
from mainstay.contract.terms import Duration, Name, Quota, Text, wrong
from mainstay.contract.wording import shown
from mainstay.core import engines
from mainstay.core.addresses import holds_secret
from mainstay.core.errors import Mistake

_EVERYWHERE: tuple[Place, ...] = ("bench", "door", "field")


def _condition(text: str) -> str:
    try:
        conditions.condition(text)
    except Mistake as mistake:
        raise wrong(f"says {mistake}", mistake.hint) from mistake
    return text


def _engine(url: str) -> str:
    if holds_secret(url):
        raise wrong("holds a secret", "take it out, and write it into sources.toml")
    if not engines.known(url):
        raise wrong(f"is {shown(url)}, which is no engine", engines.KNOWN)
    return url


def _after_known(never_after: timedelta, info: ValidationInfo) -> timedelta:
    known_after = info.data.get("known_after", never_after)
    if never_after < known_after:
        known, never = durations.text(known_after), durations.text(never_after)
        raise wrong(f"is {never}, before known_after, {known}", f"write {known} or longer")
    return never_after


class Label(Section):
    """What is to be predicted, and when it is known."""

    column: Annotated[Name, Clause("the column of decisions that holds it", ("bench",))]
    known_after: Annotated[
        Duration, Clause("how long after the decision it is known", ("bench", "field"))
    ]
    never_after: Annotated[
        Duration,
        AfterValidator(_after_known),
        Field(validate_default=True),
        Clause("when to stop waiting: counted as unlabelled from then on", ("field",)),
    ] = timedelta(days=30)
    sla: Annotated[
        tuple[Sla, ...],
        AfterValidator(of_labels),
        Clause("what who sends labels agreed on", ("field",)),
    ] = ()
    budget: Annotated[
        Quota | None, Clause("how many labels `labels --ask` may ask for in how long", ("field",))
    ] = None


class RuleClause(Section):
    """What the columns of one row must keep together."""

    expect: Annotated[
        Text, AfterValidator(_condition), Clause("a condition; unknown counts as kept", _EVERYWHERE)
    ]
    on_breach: Annotated[
        Literal["reject", "fallback", "flag"],
        Clause("what happens to a row that breaks it", ("door",)),
    ] = "reject"


class Data(Section):
    """The relations a model lives on."""

    engine: Annotated[
        Text, AfterValidator(_engine), Clause("what computes on its sources", ("bench", "field"))
    ] = engines.DUCKDB
    decisions: Annotated[Decisions, Clause("one row per decision", ("bench",))]
    context: Annotated[
        Mapping[Name, Context], Clause("what was known at each decision", ("bench", "door"))
    ] = {}
    label: Annotated[Label, Clause("what is to be predicted", ("bench", "field"))]
    fields: Annotated[
        Mapping[Name, FieldClause], Clause("what columns must hold", _EVERYWHERE)
    ] = {}
    rules: Annotated[
        tuple[RuleClause, ...], Clause("what columns must keep together", _EVERYWHERE)
    ] = ()
