"""Every gate measures something, against its limit."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest

from mainstay.bundle.golden import Replay
from mainstay.bundle.parity import Parity, Proof
from mainstay.contract.goals import Goal
from mainstay.core.nouns import Evidence, Verdict
from mainstay.life.certify import gates, slices
from mainstay.life.certify.gates import Asked
from mainstay.life.certify.held_out import HeldOut
from mainstay.life.certify.proving import Proved

Held = Callable[..., HeldOut]
SAME = Replay(256, 0, 0, 0, 0)


def proved(replay: Replay = SAME, changed: int = 0) -> Proved:
    return Proved(replay, changed, (), datetime(2024, 3, 1, tzinfo=UTC))


def test_a_goal_that_the_interval_clears_holds(asked: Asked) -> None:
    (one,) = gates.goals(asked)

    assert (one.clause, one.verdict) == ("roc_auc", Verdict.PASS)
    assert one.estimate is not None
    assert one.estimate.low < one.estimate.value < one.estimate.high


def test_a_goal_that_chance_misses_is_broken_and_says_by_how_much(asked: Asked, held: Held) -> None:
    (one,) = gates.goals(asked._replace(held=held(quality=0.0)))

    assert one.verdict is Verdict.FAIL
    assert one.note.startswith("short by")


def test_too_few_days_are_unsure_and_never_pass(asked: Asked, held: Held) -> None:
    few = held()._replace(day=np.arange(3000) % 3)

    (one,) = gates.goals(asked._replace(held=few))

    assert (one.verdict, one.estimate) == (Verdict.UNSURE, None)
    assert msgspec.json.decode(msgspec.json.encode(one), type=Evidence) == one


def test_probabilities_far_from_shares_break_calibration(asked: Asked) -> None:
    wrong = asked.held._replace(score=np.full(3000, 0.9))

    (one,) = gates.calibrated(asked._replace(held=wrong))

    assert one.verdict is Verdict.FAIL
    assert one.note.endswith("in model.py CalibratedClassifierCV makes probabilities of scores")


def test_rows_that_a_rule_stops_count_against_the_gate(asked: Asked, held: Held) -> None:
    (none,) = gates.stopped(asked)
    (many,) = gates.stopped(asked._replace(held=held(stopped=200)))

    assert (none.verdict, many.verdict) == (Verdict.PASS, Verdict.FAIL)


def test_latency_needs_enough_answers_to_be_sure(asked: Asked) -> None:
    (sure,) = gates.latency(asked, np.full(1000, 1.0))
    (unsure,) = gates.latency(asked, np.full(50, 1.0))

    assert (sure.verdict, unsure.verdict) == (Verdict.PASS, Verdict.UNSURE)


def test_an_engine_that_differs_by_more_than_rounding_is_broken(asked: Asked) -> None:
    same, apart = Parity(5000, 0, 0, 0.0), Parity(5000, 1, 9, 0.1)

    verdicts = [one.verdict for one in gates.parity(asked, Proof(same, apart), native=True)]

    assert verdicts == [Verdict.PASS, Verdict.FAIL]


def test_golden_rows_that_come_out_otherwise_break_the_clean_room(asked: Asked) -> None:
    (good,) = gates.clean_room(asked, proved(Replay(256, 0, 0, 0, 0)))
    (bad,) = gates.clean_room(asked, proved(Replay(256, 0, 0, 3, 10**6)))
    (none,) = gates.clean_room(asked, proved(Replay(0, 0, 0, 0, 0)))

    assert [good.verdict, bad.verdict, none.verdict] == [
        Verdict.PASS, Verdict.FAIL, Verdict.UNSURE,
    ]  # fmt: skip


def test_one_row_that_knew_its_future_is_too_many(asked: Asked) -> None:
    (none,) = gates.time_travel(asked, proved(changed=0), 1000)
    (one,) = gates.time_travel(asked, proved(changed=1), 1000)

    assert (none.verdict, one.verdict) == (Verdict.PASS, Verdict.FAIL)


def test_an_unsure_gate_says_how_many_days_would_decide(asked: Asked, held: Held) -> None:
    weak = held(quality=0.35, rows=600)

    (one,) = gates.goals(asked._replace(held=weak))

    assert one.verdict is Verdict.UNSURE
    days = int(re.fullmatch(r"about ([\d,]+) more days \([\d,]+ rows\) would decide", one.note)[1])
    assert 1 <= days < 1000


GOALS = ("accuracy", "value_per_1000", "value_over_baseline_per_1000", "roc_auc")


def goals_of(asked: Asked, *metrics: str) -> dict[str, Evidence]:
    """Evidence by metric, whatever the limits."""
    goals = tuple(Goal(metric=one, at_least=0.1) for one in metrics)
    objective = asked.contract.objective.model_copy(update={"good_enough": goals})
    changed = asked.contract.model_copy(update={"objective": objective})
    return {one.clause: one for one in gates.goals(asked._replace(contract=changed))}


def away(asked: Asked, to: str) -> Asked:
    """Every score from 0.4 to 0.6 is somebody else's to decide."""
    held = asked.held
    inside = (held.score >= 0.4) & (held.score <= 0.6)
    decided = np.where(inside & (to == "baseline"), held.ruled, held.decided)
    return asked._replace(held=held._replace(abstained=inside, to=to, decided=decided))


def test_what_a_person_decides_is_in_no_metric_of_decisions_and_no_money(asked: Asked) -> None:
    left, held = away(asked, "person"), asked.held
    kept = (held.score < 0.4) | (held.score > 0.6)

    found, whole = goals_of(left, *GOALS), goals_of(asked, "roc_auc")

    right = (held.decided == held.label)[kept]
    assert found["accuracy"].estimate.value == pytest.approx(right.mean())
    assert {found[one].estimate.n for one in GOALS[:3]} == {int(kept.sum())}
    assert found["roc_auc"].estimate == whole["roc_auc"].estimate
    share = f"{1 - kept.mean():.1%} left to a person"
    assert found["accuracy"].population == f"hold-out but {share}"
    assert found["roc_auc"].population == f"hold-out, {share}"
    assert whole["roc_auc"].population == "hold-out"


def test_what_the_baseline_decides_counts_by_its_decision(asked: Asked) -> None:
    left, held = away(asked, "baseline"), asked.held
    kept = (held.score < 0.4) | (held.score > 0.6)

    found = goals_of(left, *GOALS)

    decided = np.where(kept, held.decided, held.ruled)
    gain = np.where(held.label == 1, 10.0, -2.0)
    money = 1000 * (decided * gain).mean()
    assert found["accuracy"].estimate.value == pytest.approx((decided == held.label).mean())
    assert found["value_per_1000"].estimate.value == pytest.approx(money)
    assert found["value_over_baseline_per_1000"].estimate.value == pytest.approx(money)
    assert (found["roc_auc"].estimate.n, found["accuracy"].estimate.n) == (int(kept.sum()), 3000)
    assert found["accuracy"].population.endswith("left to the baseline")


def test_calibration_is_of_the_scores_that_are_given(asked: Asked) -> None:
    ours, theirs = (next(gates.calibrated(away(asked, to))) for to in ("person", "baseline"))

    assert ours.estimate == next(gates.calibrated(asked)).estimate
    assert theirs.estimate.n < ours.estimate.n


def test_a_slice_counts_the_rows_that_its_metric_speaks_of(asked: Asked) -> None:
    few = asked.held.slices["kind"].codes == 0
    left = asked._replace(held=asked.held._replace(abstained=few, to="baseline"))

    found = slices.slices(left)

    assert (found.not_covered, slices.slices(asked).not_covered) == (("kind = few",), ())


def test_the_first_look_is_as_wide_as_ever_and_a_later_one_wider(asked: Asked) -> None:
    (first,), (fourth,) = (list(gates.goals(asked._replace(look=look))) for look in (1, 4))

    assert first.estimate.low > fourth.estimate.low
    assert first.estimate.value == fourth.estimate.value
    assert fourth.estimate.high <= 1
    (said,) = gates.looks(asked._replace(look=4))
    assert (said.verdict, said.note) == (
        Verdict.PASS, "look 4 of 10, every interval is wider by 51%",
    )  # fmt: skip


def test_a_spent_budget_is_unsure_never_a_pass(asked: Asked) -> None:
    (said,) = gates.looks(asked._replace(look=11))

    assert said.verdict is Verdict.UNSURE
    assert said.note.startswith("look 11 of 10: spent")
