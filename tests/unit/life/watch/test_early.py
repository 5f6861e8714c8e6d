"""Labels that come during a canary's trial."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import ibis
import numpy as np
import pyarrow as pa
import pytest
import small_project

from mainstay.contract import document
from mainstay.contract.model import Contract
from mainstay.contract.objective import Value
from mainstay.core.nouns import Verdict
from mainstay.life.watch import early
from mainstay.life.watch.early import Arms

START = datetime(2024, 3, 1, tzinfo=UTC)


def contract(folder: Path, old: str = "", new: str = "") -> Contract:
    path = folder / "contract.yaml"
    path.write_text(small_project.CONTRACT.replace(old, new) if old else small_project.CONTRACT)
    return document.read(path).contract


@pytest.fixture
def stated(tmp_path: Path) -> Contract:
    return contract(tmp_path)


def answers(rows: int = 600, *, wrong: float = 0.1, seed: int = 0, **changes: object) -> ibis.Table:
    return ibis.memtable(pa.table({**columns(rows, wrong, seed), **changes}))


def columns(rows: int = 600, wrong: float = 0.1, seed: int = 0) -> dict[str, object]:
    """Half by v1, half by the canary v2, whose decisions are wrong more often where it is said."""
    random = np.random.default_rng(seed)
    version = np.where(random.random(rows) < 0.5, "v2", "v1")
    missed = random.random(rows) < 0.4
    astray = random.random(rows) < np.where(version == "v2", wrong, 0.1)
    decided = missed ^ astray
    return {
        "visit": [f"w{at}" for at in range(rows)],
        "patient": [f"p{at}" for at in random.integers(0, 10_000, rows)],
        "missed": missed,
        "mainstay_known_at": [START + timedelta(minutes=at) for at in range(rows)],
        "mainstay_version": version,
        "mainstay_outcome": ["model"] * rows,
        "mainstay_flags": [""] * rows,
        "mainstay_decision": np.where(decided, "true", "false"),
        "mainstay_score": np.where(decided, 0.8, 0.2),
    }


def test_a_canary_that_loses_more_money_is_found(stated: Contract) -> None:
    found = early.judged(answers(wrong=0.7), stated, "v2")

    assert found.verdict is Verdict.FAIL
    assert "labels say that v2 loses" in found.note
    assert "EUR an answer more than who answers beside it" in found.note


def test_one_that_does_as_well_is_kept(stated: Contract) -> None:
    found = early.judged(answers(), stated, "v2")

    assert found.verdict is Verdict.UNSURE
    assert found.estimate.low < 0 < found.estimate.high


def test_money_decides_not_how_often_it_is_right(stated: Contract) -> None:
    decisions = np.where(columns()["mainstay_version"] == "v2", "true", "false")

    found = early.judged(answers(mainstay_decision=decisions), stated, "v2")

    assert columns()["missed"].mean() < 0.5
    assert found.estimate.value < 0


def test_a_first_version_is_held_against_its_baseline(stated: Contract) -> None:
    beside = columns(wrong=0.7)["mainstay_version"] == "v1"
    rows = answers(
        wrong=0.7,
        mainstay_version=["v2"] * 600,
        mainstay_flags=np.where(beside, "share", ""),
        mainstay_outcome=np.where(beside, "baseline", "model"),
    )

    assert early.judged(rows, stated, "v2").verdict is Verdict.FAIL


@pytest.mark.parametrize(
    "out", [{"mainstay_flags": ["kind\nnamed"] * 600}, {"mainstay_outcome": ["person"] * 600}]
)
def test_answers_that_nobody_was_sent_to_or_nobody_decided_are_out(
    stated: Contract, out: dict[str, object]
) -> None:
    found = early.judged(answers(wrong=0.7, **out), stated, "v2")

    assert (found.verdict, found.estimate) == (Verdict.UNSURE, None)
    assert found.note == "0 labelled answers of v2, 50 are needed for a look"


def test_where_people_decide_scores_are_judged(tmp_path: Path) -> None:
    new = "serve: {abstain: {between: [0.4, 0.6], to: person}, "
    stated = contract(tmp_path, "serve: {", new)
    rows = answers(wrong=0.7, mainstay_outcome=["person"] * 600)

    found = early.arms(rows, stated, "v2")

    assert early.judged(rows, stated, "v2").verdict is Verdict.FAIL
    assert set(np.round(found.loss, 2)) == {0.04, 0.64}


def test_without_a_value_matrix_scores_are_judged(tmp_path: Path) -> None:
    stated = contract(tmp_path, "  value: {currency: EUR, true_positive: 10, false_positive: -2}\n")

    assert early.judged(answers(wrong=0.7), stated, "v2").verdict is Verdict.FAIL
    assert early.judged(answers(), stated, "v2").verdict is not Verdict.FAIL


def test_other_tasks_have_losses_of_their_own(stated: Contract) -> None:
    rows = answers(4)
    several = stated.model_copy(
        update={"objective": stated.objective.model_copy(update={"task": "multiclass"})}
    )
    number = stated.model_copy(
        update={"objective": stated.objective.model_copy(update={"task": "regression"})}
    )
    classes = rows.mutate(missed=ibis.literal("a"), mainstay_decision=ibis.literal("b"))
    values = rows.mutate(missed=ibis.literal(1.0), mainstay_score=ibis.literal(3.5))

    matrix = {"a": {"a": 1, "b": -7}, "b": {"a": -2, "b": 3}}
    change = {"task": "multiclass", "value": Value(currency="EUR", matrix=matrix)}
    priced = stated.model_copy(update={"objective": stated.objective.model_copy(update=change)})

    assert early.arms(classes, several, "v2").loss.tolist() == [1.0] * 4
    assert early.arms(classes, priced, "v2").loss.tolist() == [7.0] * 4
    assert early.arms(values, number, "v2").loss.tolist() == [2.5] * 4


def test_money_that_hangs_on_the_row_is_lost_row_by_row(tmp_path: Path) -> None:
    by_wait = "true_positive: {column: wait, times: 2, missing: 5}"
    stated = contract(tmp_path, "true_positive: 10", by_wait)
    wait = [None if at % 5 == 0 else at % 60 for at in range(600)]
    rows = columns()
    yes, acted = rows["missed"], rows["mainstay_decision"] == "true"
    amount = np.array([5 if one is None else one for one in wait])

    found = early.arms(answers(wait=pa.array(wait, pa.int64())), stated, "v2")

    money = np.where(acted, np.where(yes, 2 * amount, -2), 0)
    assert sorted(found.loss.tolist()) == sorted((-money).tolist())


def test_a_value_that_is_off_costs_by_its_side(stated: Contract) -> None:
    priced = Value(currency="EUR", per_unit_over=-1, per_unit_under=-3)
    change = {"task": "regression", "value": priced}
    number = stated.model_copy(update={"objective": stated.objective.model_copy(update=change)})
    said = np.where(columns()["missed"], 0.5, 2.0)

    found = early.arms(answers(missed=columns()["missed"] * 1.0, mainstay_score=said), number, "v2")

    assert set(found.loss.tolist()) == {1.5, 2.0}


def test_a_look_is_taken_each_time_the_labels_have_doubled() -> None:
    random = np.random.default_rng(0)
    found = Arms(random.normal(size=900), np.arange(900) % 2 == 1, random.integers(0, 64, 900))
    earlier = Arms(*(values[:500] for values in found))

    first, again = list(early.looks(earlier)), list(early.looks(found))

    assert [one.n for one in again] == [50, 100, 200, 400]
    assert again[: len(first)] == first


def test_ids_that_are_multiples_of_the_number_of_groups_scatter() -> None:
    groups = early.grouped(np.arange(0, 64_000, 64, dtype=np.float64))

    assert np.bincount(groups, minlength=early.GROUPS).min() > 5
    assert groups.max() < early.GROUPS
