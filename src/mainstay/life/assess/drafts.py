"""The three files of a project, as proposed: what only a person knows is marked "?"."""

import json
import re
import textwrap
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from mainstay.contract import durations
from mainstay.contract.metrics import Task
from mainstay.life.assess.left_out import LeftOut
from mainstay.life.assess.roles import Roles
from mainstay.life.assess.survey import Facts, Survey

WIDTH = 98
FIELDS = 12  # a first contract is about 30 lines
FEW_LEVELS = 200
HELD_OUT_SHARE = 12  # the newest twelfth of the history, at most a month, is held out
VALUES: dict[Task, str] = {
    "binary": "{currency: USD, true_positive: 40, false_positive: -12}",
    "multiclass": "{currency: USD, matrix: {sick: {home: -900}}, unnamed: 0}",
    "regression": "{currency: USD, per_unit_over: -2, per_unit_under: -6}",
}
GOALS: dict[Task, str] = {
    "binary": "{metric: roc_auc, at_least: 0.7}",
    "multiclass": "{metric: accuracy, at_least: 0.7}",
    "regression": "{metric: mae, at_most: 10}",
}
UNKNOWN = ("objective.decision", "objective.value", "objective.good_enough", "access.approver")
"""The clauses marked "?", in the order of the contract."""
MONTH = timedelta(days=31)


class Draft(NamedTuple):
    """Everything the three texts say; kept: the columns the model sees, in their order."""

    model: str
    address: str
    survey: Survey
    roles: Roles
    kept: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    rate_by: tuple[str, ...]
    calendar: str
    clock: bool


def contract(draft: Draft) -> str:
    """The text of contract.yaml: valid once every "?" is answered."""
    roles = draft.roles
    entity = f", entity: {_yaml(roles.entity)}" if roles.entity else ""
    decisions = f"from: {_yaml(draft.address)}, key: {_yaml(roles.key)}, time: {_yaml(roles.time)}"
    return "\n".join([
        f'# Proposed from {draft.survey.rows:,} rows. Whatever is marked "?" only you know.',
        "mainstay: 1",
        f"model: {_yaml(draft.model)}",
        f"owner: {_yaml(draft.model + '-owner')}  # the role or team that answers for it",
        "objective:",
        '  decision: "?"  # what is done differently because of an answer',
        "  # why_ml: why a rule does not do",
        f"  task: {roles.task}",
        *_worth(roles.task),
        f"  baseline: {{rate_by: {_listed(draft.rate_by)}}}  # proposed: the rule to beat",
        "data:",
        f"  decisions: {{{decisions}{entity}}}",
        f"  label: {{column: {_yaml(roles.label)}, known_after: 1d}}  # proposed",
        *_fields(draft),
        "certify:",
        f"  hold_out: {held_out(draft.survey.span)}",
        'access: {approver: "?"}',
        "",
    ])  # fmt: skip


def features(draft: Draft) -> str:
    """The text of features.py; from its third line on it says what was left out and why."""
    return "\n".join([
        '"""What the model sees of one row, at the moment of decision."""',
        "",
        *_reasons(draft),
        f"TAKEN = [{_taken(draft.kept)}]",
        "",
        "",
        "def features(row):",
        *_selected(draft),
        "",
    ])  # fmt: skip


def model(draft: Draft) -> str:
    """The text of model.py."""
    name = "LGBMRegressor" if draft.roles.task == "regression" else "LGBMClassifier"
    kind = "regressor" if draft.roles.task == "regression" else "classifier"
    label = draft.roles.label if draft.roles.label.isidentifier() else "the label"
    return "\n".join([
        "# /// script",
        '# requires-python = ">=3.11"',
        '# dependencies = ["lightgbm", "pandas", "scikit-learn"]',
        "# ///",
        f'"""A gradient-boosted {kind} of {label}."""',
        "",
        f"from lightgbm import {name}",
        "",
        "",
        "def train(inputs, label):",
        f"    estimator = {name}(n_estimators=200, learning_rate=0.05, random_state=0, verbose=-1)",
        "    return estimator.fit(inputs, label)",
        "",
    ])  # fmt: skip


def held_out(span: timedelta) -> str:
    """The newest part of a history that is kept for the judgement: a twelfth, a month at most."""
    days = max(span // HELD_OUT_SHARE // timedelta(days=1), 1)
    return durations.text(min(timedelta(days=days), MONTH))


def _worth(task: Task) -> Iterator[str]:
    yield f'  value: "?"  # what an error costs: {VALUES[task]}'
    yield f'  good_enough: "?"  # for example [{GOALS[task]}]'


def _fields(draft: Draft) -> Iterator[str]:
    """One line for each of the first columns; what was observed is a remark, never a limit."""
    names = [*draft.kept, *([draft.calendar] if draft.calendar != draft.roles.time else [])]
    declared = names[:FIELDS]
    yield "  fields:  # add unit: and between: [low, high], physical or agreed limits only"
    for name in declared:
        facts = draft.survey.columns[name]
        yield f"    {_yaml(name)}: {{{_field(facts)}}}{_observed(facts)}"
    if more := len(names) - len(declared):
        yield f"    # and {more} more columns of the features"


def _field(facts: Facts) -> str:
    said = [f"type: {facts.kind}"]
    if facts.nulls:
        said.append("nulls: allowed")
    if facts.kind == "string" and facts.levels <= FEW_LEVELS:
        said.append("one_of: observed")
    return ", ".join([*said, "on_breach: flag"])


def _observed(facts: Facts) -> str:
    if facts.low is None or facts.high is None:
        return ""
    return f"  # observed {facts.low:g} to {facts.high:g}"


def _reasons(draft: Draft) -> Iterator[str]:
    """Comment lines: first what would be cheating, reason by reason, then what is no input."""
    for after, says in ((True, "Left out, known only after the decision"), (False, "No inputs")):
        why: dict[str, list[str]] = {}
        for one in draft.left_out:
            if one.after == after:
                why.setdefault(one.why, []).append(one.column)
        if why:
            text = "; ".join(f"{', '.join(names)} ({reason})" for reason, names in why.items())
            yield _wrapped(f"{says}: {text}.", "# ", "#   ")


def _taken(names: tuple[str, ...]) -> str:
    """Names in quotes, on several lines where they are many; no line ends within a name."""
    quoted = (json.dumps(name, ensure_ascii=False).replace(" ", "\0") for name in names)
    listed = ", ".join(quoted)
    lines = listed if len(listed) < WIDTH - 10 else f"\n{_wrapped(listed, '    ', '    ')},\n"
    return lines.replace("\0", " ")


def _selected(draft: Draft) -> Iterator[str]:
    made = {"weekday": f"{of_row(draft.calendar)}.day_of_week.index()"}
    if draft.clock:
        made["hour"] = f"{of_row(draft.roles.time)}.hour()"
    new = [f"        {name}={value}," for name, value in made.items() if name not in draft.kept]
    yield from ["    return row.select(", "        *TAKEN,", *new, "    )"]


def of_row(name: str) -> str:
    """The column of a row, as features.py says it."""
    return f"row.{name}" if name.isidentifier() else f"row[{json.dumps(name, ensure_ascii=False)}]"


def _listed(names: tuple[str, ...]) -> str:
    return f"[{', '.join(map(_yaml, names))}]"


def _yaml(text: str) -> str:
    """Text as YAML reads it back: bare where it cannot be anything else."""
    plain = re.fullmatch(r"[A-Za-z_][\w./-]*", text, re.ASCII)
    reads_otherwise = text.lower() in ("null", "true", "false", "yes", "no", "on", "off", "y", "n")
    return text if plain and not reads_otherwise else json.dumps(text, ensure_ascii=False)


def _wrapped(text: str, first: str, then: str) -> str:
    return textwrap.fill(
        text, WIDTH, initial_indent=first, subsequent_indent=then,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
