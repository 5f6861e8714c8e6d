import ast
import re
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from mainstay.contract import document
from mainstay.core.errors import Mistakes
from mainstay.life.assess import drafts
from mainstay.life.assess.drafts import WIDTH, Draft
from mainstay.life.assess.left_out import LeftOut
from mainstay.life.assess.roles import Roles
from mainstay.life.assess.survey import Facts, Survey

FACTS = (
    Facts("key", "string", 0, 0, 5000),
    Facts("at", "timestamp", 0, 0, 4000),
    Facts("ward", "string", 0, 0, 4),
    Facts("pulse", "number", 12, 9, 900, 31.5, 204),
    Facts("day", "date", 0, 0, 90, near=1),
    Facts("stays", "boolean", 0, 0, 2),
)
LEFT_OUT = (
    LeftOut("bill", "missing only where stays is missing", after=True),
    LeftOut("paid", "missing only where stays is missing", after=True),
    LeftOut("key", "the key"),
)


def draft(task: str = "binary", *more: Facts, name: str = "night-stay") -> Draft:
    facts = {one.name: one for one in (*FACTS, *more)}
    survey = Survey(5000, 4900, facts, ("key",), timedelta(days=90))
    roles = Roles("key", "at", None, "stays", task)
    kept = ("ward", "pulse", *(one.name for one in more))
    return Draft(
        name, "data/visits.parquet", survey, roles, kept, LEFT_OUT, ("ward",), "day", clock=True
    )


def mistakes(text: str) -> list[str]:
    with pytest.raises(Mistakes) as caught:
        document.parsed(text.encode(), Path("contract.yaml"))
    return [one.what for one in caught.value.findings]


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_only_what_a_person_knows_is_a_mistake(task: str) -> None:
    asked = [f'{clause} is "?"' for clause in drafts.UNKNOWN]

    assert mistakes(drafts.contract(draft(task))) == asked


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_what_is_proposed_as_an_answer_is_one(task: str) -> None:
    text = drafts.contract(draft(task)).replace('decision: "?"', "")
    for clause in ("value", "good_enough"):
        text = re.sub(rf'{clause}: "\?"  # [^{{\[]*', f"{clause}: ", text)

    assert not [one for one in mistakes(text) if "value" in one or "good_enough" in one]


def test_the_answered_contract_means_what_was_found() -> None:
    answers = {
        'decision: "?"': "decision: Keep a bed.",
        'value: "?"': "value: {currency: EUR, true_positive: 5, false_positive: -1}",
        'good_enough: "?"': "good_enough: [{metric: roc_auc, at_least: 0.7}]",
        'approver: "?"': "approver: chief",
    }
    text = drafts.contract(draft())
    for asked, answer in answers.items():
        text = text.replace(asked, answer)

    contract = document.parsed(text.encode(), Path("contract.yaml")).contract

    assert contract.data.decisions.key == "key"
    assert contract.objective.baseline.rate_by == ("ward",)
    assert contract.data.fields["pulse"].nulls == "allowed"
    assert contract.data.fields["ward"].one_of == "observed"
    assert contract.certify.hold_out == timedelta(days=7)


def test_an_observed_range_is_a_remark_and_never_a_limit() -> None:
    text = drafts.contract(draft())

    assert "  # observed 31.5 to 204" in text
    assert "between: [31" not in text


def test_a_wide_table_keeps_the_contract_short() -> None:
    wide = [Facts(f"lab{at}", "number", 0, 0, 900, 0, 9) for at in range(60)]

    text = drafts.contract(draft("binary", *wide))

    assert len(text.splitlines()) < 36
    assert "# and 51 more columns of the features" in text


@pytest.mark.parametrize("name", ["a: b", "null", "#1", "naïve, {x}", "12", 'say "x"', "line\nend"])
def test_any_name_of_a_column_can_stand_in_the_files(name: str) -> None:
    odd = draft("binary", Facts(name, "number", 0, 0, 900, 0, 9))._replace(calendar=name)

    assert mistakes(drafts.contract(odd))[0] == 'objective.decision is "?"'
    assert name in _taken(drafts.features(odd))
    ast.parse(drafts.features(odd))


def test_the_third_line_of_features_says_what_was_left_out_and_why() -> None:
    lines = drafts.features(draft()).splitlines()

    assert lines[2] == (
        "# Left out, known only after the decision: bill, paid "
        "(missing only where stays is missing)."
    )
    assert lines[3] == "# No inputs: key (the key)."


def test_features_takes_the_columns_and_makes_a_calendar() -> None:
    text = drafts.features(draft())

    assert _taken(text) == ["ward", "pulse"]
    assert "weekday=row.day.day_of_week.index()," in text
    assert "hour=row.at.hour()," in text


def test_a_column_that_is_there_is_not_made_again() -> None:
    text = drafts.features(draft("binary", Facts("hour", "integer", 0, 0, 24, 0, 23)))

    assert "hour=" not in text


def test_long_lists_are_wrapped() -> None:
    wide = [Facts(f"a long name {at}", "number", 0, 0, 900) for at in range(60)]

    text = drafts.features(draft("binary", *wide))

    assert max(map(len, text.splitlines())) <= WIDTH + 2
    assert _taken(text) == ["ward", "pulse", *(one.name for one in wide)]


@pytest.mark.parametrize(
    ("task", "estimator"),
    [
        ("binary", "LGBMClassifier"),
        ("multiclass", "LGBMClassifier"),
        ("regression", "LGBMRegressor"),
    ],
)
def test_model_names_what_it_needs_and_trains(task: str, estimator: str) -> None:
    text = drafts.model(draft(task))
    header = [line.removeprefix("# ") for line in text.splitlines()[1:3]]

    assert tomllib.loads("\n".join(header))["dependencies"] == [
        "lightgbm",
        "pandas",
        "scikit-learn",
    ]
    assert f"from lightgbm import {estimator}" in text
    assert ast.parse(text).body[-1].name == "train"


@pytest.mark.parametrize(("days", "held"), [(1, "1d"), (90, "7d"), (365, "30d"), (4000, "31d")])
def test_a_twelfth_is_held_out_a_month_at_most(days: int, held: str) -> None:
    assert drafts.held_out(timedelta(days=days)) == held


def _taken(text: str) -> list[str]:
    (taken,) = (one for one in ast.parse(text).body if isinstance(one, ast.Assign))
    return ast.literal_eval(taken.value)
