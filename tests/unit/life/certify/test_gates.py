"""Every gate measures something, against its limit."""

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
import numpy as np

from mainstay.bundle.golden import Replay
from mainstay.bundle.parity import Parity, Proof
from mainstay.core.nouns import Evidence, Verdict
from mainstay.life.certify import gates
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


def test_an_unsure_gate_says_how_many_rows_would_decide(asked: Asked, held: Held) -> None:
    weak = held(quality=0.35, rows=600)

    (one,) = gates.goals(asked._replace(held=weak))

    assert one.verdict is Verdict.UNSURE
    assert "more rows would decide" in one.note
