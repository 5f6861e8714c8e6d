from collections.abc import Callable
from datetime import timedelta
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pytest

from mainstay.contract.model import Contract
from mainstay.core.expressions import Output
from mainstay.core.nouns import Verdict, Window
from mainstay.life.assess import seen as seeing
from mainstay.life.assess.assess import Joins, assessed
from mainstay.life.assess.assessment import Assessment

Table = Callable[..., ir.Table]
Columns = Callable[..., dict[str, Any]]
SIMPLER = "certify.simplest.margin is empty: how much must the model gain over a linear one?"
Promise = Callable[..., Contract]
Assess = Callable[..., Assessment]
CONTEXT = """\
  context:
    rooms: {from: rooms.csv, on: ward, take: [beds]}
    late_7d: {from: decisions, on: ward, over: 7d, known_after: 2d, take: {rate: mean(age)}}
  label"""


@pytest.fixture
def ask(contract: Promise, outputs: Callable[..., tuple[Output, ...]], train: Window) -> Assess:
    """An assessment of a table with these inputs; the last month is held out."""

    def made(
        rows: ir.Table, *names: str, under: Contract | None = None, notes: tuple[str, ...] = ()
    ) -> Assessment:
        held = Window(train.until - timedelta(days=30), train.until)
        return assessed(
            under or contract(),
            rows,
            outputs(rows, *names),
            train=Window(train.since, held.since - timedelta(days=1)),
            hold_out=held,
            joins=Joins(notes, {}),
        )

    return made


def clauses(assessment: Assessment) -> dict[str, str | None]:
    return {one.clause: one.verdict for one in assessment.evidence}


def test_a_sound_project_is_worth_trying(visits: ir.Table, ask: Assess) -> None:
    found = ask(visits, "ward", "age", "pulse")

    assert found.verdict is Verdict.PASS
    assert clauses(found) == {
        "enough records": Verdict.PASS,
        "enough events": Verdict.PASS,
        "label rate": None,
        "unlabelled": None,
        "split by time": None,
        "no leak": Verdict.PASS,
        "wrong labels: no told as yes": None,
        "wrong labels: yes told as no": None,
        "rule to beat": None,
        "rule earns": None,
        "always earns": None,
        "never earns": None,
        "room for a model": None,
        "break-even": None,
        "break-even quality": None,
        "worth at the goal": None,
        "worth at the goal above the rule": None,
        "worth at the goal above doing nothing": None,
        "decisions a month": None,
        "worth a month": None,
    }
    assert found.lines == (SIMPLER,)


def test_held_out_rows_change_nothing(visits: ir.Table, ask: Assess, train: Window) -> None:
    begin = train.until - timedelta(days=31)
    spoilt = visits.mutate(
        stays=(visits.seen_at >= begin).ifelse(~visits.stays, visits.stays),
        age=(visits.seen_at >= begin).ifelse(-1, visits.age),
    )

    assert ask(spoilt, "ward", "age") == ask(visits, "ward", "age")


def test_the_hold_out_is_named_and_stays_closed(visits: ir.Table, ask: Assess) -> None:
    (split,) = (one for one in ask(visits, "age").evidence if one.clause == "split by time")

    assert split.note == "2024-03-31 to 2024-04-30 kept closed"


def test_a_leak_breaks_the_assessment(table: Table, columns: Columns, ask: Assess) -> None:
    made = columns()

    found = ask(table(**made, bill=np.where(made["stays"], 900.0, 100.0)), "age", "bill")

    assert found.verdict is Verdict.FAIL
    assert clauses(found)["no leak: bill"] is Verdict.FAIL


def test_what_is_missing_only_with_the_label_breaks_it_too(
    table: Table, columns: Columns, ask: Assess
) -> None:
    made = columns()
    made["stays"] = [None] * 50 + made["stays"].tolist()[50:]

    found = ask(table(**made, bed=[None] * 50 + made["pulse"].tolist()[50:]), "age", "bed")

    assert clauses(found)["no leak: bed"] is Verdict.FAIL


def test_with_too_few_records_nothing_else_is_judged(visits: ir.Table, ask: Assess) -> None:
    found = ask(visits.order_by("visit").limit(60), "ward", "age")

    assert found.verdict is Verdict.FAIL
    assert "no leak" not in clauses(found)
    assert "rule to beat" not in clauses(found)


def test_static_context_is_named_once_as_a_risk(
    visits: ir.Table, ask: Assess, contract: Promise
) -> None:
    static = contract({"  label": CONTEXT})
    notes = ("rooms is static: it holds today's rows", "tags is left out: nothing takes JSON")

    found = ask(visits, "age", under=static, notes=notes)

    risks = [one.note for one in found.evidence if one.clause.startswith("static context")]
    assert risks == ["today's rows beside old decisions: a time-travel risk"]
    assert found.lines == (SIMPLER, "tags is left out: nothing takes JSON")


def test_what_a_person_left_open_is_asked(visits: ir.Table, ask: Assess, contract: Promise) -> None:
    vague = contract({
        "  why_ml: The ward alone says too little.\n": "",
        "  value: {currency: EUR, true_positive: 50, false_positive: -20}\n": "",
    })  # fmt: skip

    found = ask(visits, "age", under=vague)

    assert [line.partition(" is empty")[0] for line in found.lines] == [
        "objective.why_ml", "objective.value", "certify.simplest.margin",
    ]  # fmt: skip


def test_who_says_how_much_must_be_gained_is_not_asked(
    visits: ir.Table, ask: Assess, contract: Promise
) -> None:
    stated = contract({"data:\n": "certify: {simplest: {margin: 0.01}}\ndata:\n"})

    assert ask(visits, "age", under=stated).lines == ()


def test_evidence_says_when_only_a_part_was_looked_at(
    visits: ir.Table, ask: Assess, train: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = ask(visits, "age").evidence[0]
    monkeypatch.setattr(seeing, "MOST", 900)
    part = ask(visits, "age").evidence[0]

    assert whole.population == "decisions of the training period"
    assert "by the hash of the key" in part.population
    assert whole.window is not None
    assert (whole.window.since, whole.estimate) == (train.since, part.estimate)


def test_labels_that_come_late_leave_no_rule_to_beat(
    visits: ir.Table, ask: Assess, contract: Promise
) -> None:
    late = contract({"known_after: 1d": "known_after: 200d, never_after: 300d"})

    assert "rule to beat" not in clauses(ask(visits, "age", under=late))
