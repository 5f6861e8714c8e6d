"""What `init` writes: a contract, features.py and model.py proposed from one table."""

from typing import NamedTuple

import ibis.expr.types as ir
import numpy as np

from mainstay.core.errors import Mistake
from mainstay.life.assess import alone, drafts, roles, sample
from mainstay.life.assess.left_out import LeftOut, is_calendar, is_input, left_out
from mainstay.life.assess.roles import Roles
from mainstay.life.assess.survey import Survey, surveyed
from mainstay.life.assess.telling import TELLING, outcomes, rarest, telling

GROUPS = 50  # a rule by group has few groups
RULED_BY = 2
SAMPLE = 50_000
FEWEST = 10  # of the rarer outcome: with fewer, chance alone looks like a leak


class Proposal(NamedTuple):
    """The three texts; unknown: the clauses marked "?", which only a person can answer.

    rows, columns: the size of the table it was proposed from.
    """

    contract: str
    features: str
    model: str
    left_out: tuple[LeftOut, ...]
    unknown: tuple[str, ...]
    rows: int
    columns: int


def proposed(
    table: ir.Table, address: str, *, model: str, label: str, time: str | None, key: str | None
) -> Proposal:
    """Proposes a project whose decisions are the rows of a table in neutral types.

    Nothing is guessed that only a person knows. Raises Mistake for a column that is not there, an
    empty table, a time or key that cannot be found or does not serve, a label of one value.
    """
    roles.named(table, label)
    moment = roles.time_of(table, time)
    survey = surveyed(table, label, moment)
    parts = _roles(table, survey, label, moment, key)
    return _proposal(_draft(table, address, model, survey, parts))


def _roles(table: ir.Table, survey: Survey, label: str, time: str, key: str | None) -> Roles:
    if not survey.rows:
        raise Mistake("the table has no rows: nothing to propose from")
    if nulls := survey.columns[time].nulls:
        raise Mistake(
            f"{time} is null in {nulls:,} of {survey.rows:,} rows",
            hint="every decision has its time: leave such rows out, or say another --time NAME",
        )
    found = roles.key_of(table, survey, key)
    entity = roles.entity_of(survey, found, time, label)
    return Roles(found, time, entity, label, roles.task_of(table, survey, label))


def _draft(table: ir.Table, address: str, model: str, survey: Survey, parts: Roles) -> drafts.Draft:
    told = _told(table, survey, parts)
    limit = TELLING[parts.task].limit.bound
    measure = TELLING[parts.task].measure
    leaks = {
        name: f"predicts {parts.label} alone with {measure} {value:.2f}"
        for name, value in told.items()
        if value >= limit
    }
    out = tuple(left_out(survey, parts, leaks))
    kept = [name for name in survey.columns if name not in {one.column for one in out}]
    days = [name for name in kept if is_calendar(survey.columns[name])]
    calendar = next((name for name in days if survey.columns[name].kind == "date"), parts.time)
    inputs = tuple(name for name in kept if name not in days)
    clock = survey.columns[parts.time].kind == "timestamp"
    return drafts.Draft(
        model, address, survey, parts, inputs, out, _rule(survey, inputs, told), calendar, clock
    )


def _told(table: ir.Table, survey: Survey, parts: Roles) -> dict[str, float]:
    """How well each possible input alone tells the label, over rows whose label is known."""
    names = tuple(name for name in survey.columns if name not in parts and is_input(survey, name))
    known = table.filter(table[parts.label].notnull())
    part = sample.sampled(known, parts.key, rows=survey.known, most=SAMPLE)
    found, when = sample.fetched(part, (parts.label, *names), parts.time)
    outcome = outcomes(parts.task, found[parts.label])
    if rarest(parts.task, outcome) < FEWEST:
        return {}
    fold, weight = alone.folds(when), np.ones(len(when))
    return {name: telling(parts.task, found[name], outcome, fold)(weight) for name in names}


def _rule(survey: Survey, names: tuple[str, ...], told: dict[str, float]) -> tuple[str, ...]:
    """The columns of few values that tell most: a rule by group that anybody could follow."""
    few = [
        name
        for name in names
        if survey.columns[name].levels <= GROUPS and survey.columns[name].kind != "number"
    ]
    return tuple(sorted(few, key=lambda name: -told.get(name, 0.0))[:RULED_BY])


def _proposal(draft: drafts.Draft) -> Proposal:
    return Proposal(
        drafts.contract(draft),
        drafts.features(draft),
        drafts.model(draft),
        draft.left_out,
        drafts.UNKNOWN,
        draft.survey.rows,
        len(draft.survey.columns),
    )
