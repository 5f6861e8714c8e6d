"""Columns that are no inputs of a model, each with its reason."""

from collections.abc import Iterator
from typing import NamedTuple

from mainstay.life.assess.roles import Roles, is_name, is_written
from mainstay.life.assess.survey import Facts, Survey

CHANCE = 1e-6  # that nulls fall only where the label is missing, had they nothing to do with it
MOSTLY = 0.5
NEARLY_ALL = 0.9


class LeftOut(NamedTuple):
    """after: the column looks known only after the decision, so a model would cheat with it."""

    column: str
    why: str
    after: bool = False


def left_out(survey: Survey, roles: Roles, alone: dict[str, str]) -> Iterator[LeftOut]:
    """In the order of the table; alone: column -> how it gives the outcome away by itself."""
    parts = {
        roles.label: "the label",
        roles.key: "the key",
        roles.time: "the decision time",
        roles.entity: "the entity: it names whom a decision is about",
    }
    for name, facts in survey.columns.items():
        if name in parts:
            yield LeftOut(name, parts[name])
        elif late := [*_missing(survey, facts, roles), *_later(facts, roles), *_told(alone, name)]:
            yield LeftOut(name, ", ".join(late), after=True)
        elif why := _no_input(survey, facts):
            yield LeftOut(name, why)


def follows(nulls: int, nulls_known: int, known: int, rows: int) -> bool:
    """Whether a column is missing only where the label is, too often for chance.

    nulls, nulls_known: of the column, in all rows and in those whose label is known.
    """
    by_chance = ((rows - known) / rows) ** nulls
    return nulls > 0 and nulls_known == 0 and by_chance < CHANCE


def _missing(survey: Survey, facts: Facts, roles: Roles) -> Iterator[str]:
    if follows(facts.nulls, facts.nulls_known, survey.known, survey.rows):
        exactly = "exactly" if facts.nulls == survey.rows - survey.known else "only"
        yield f"missing {exactly} where {roles.label} is missing"


def _later(facts: Facts, roles: Roles) -> Iterator[str]:
    if facts.later > MOSTLY:
        yield f"later than {roles.time} in {100 * facts.later:.0f} % of rows"


def _told(alone: dict[str, str], name: str) -> Iterator[str]:
    if name in alone:
        yield alone[name]


def _no_input(survey: Survey, facts: Facts) -> str:
    """Why a column known in time still is nothing to learn from; empty where it is."""
    timed = facts.kind in ("timestamp", "date") and not is_calendar(facts)
    reasons = {
        "no number, text, flag or time": facts.kind is None,
        "empty": facts.nulls == survey.rows,
        "different in every row, like the key": facts.name in survey.unique,
        f"text that holds numbers: data.decisions.clean: {{{facts.name}: {{type: number}}}} makes"
        " it one": is_written(facts),
        f"{facts.levels:,} different texts: names, no description": is_name(survey, facts.name),
        "the same in every row": facts.levels == 1 and not facts.nulls,
        f"a time: take what matters of it, for example row.{facts.name}.month()": timed,
    }
    return next((why for why, holds in reasons.items() if holds), "")


def is_calendar(facts: Facts) -> bool:
    """Whether a time is the day of the decision as somebody's calendar has it."""
    return facts.kind in ("timestamp", "date") and facts.near >= NEARLY_ALL


def is_input(survey: Survey, name: str) -> bool:
    """Whether a model could take the column as it stands, were it known in time."""
    facts = survey.columns[name]
    return facts.kind not in ("timestamp", "date") and not _no_input(survey, facts)
