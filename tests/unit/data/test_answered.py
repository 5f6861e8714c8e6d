"""Answers in counts."""

from datetime import UTC, datetime, timedelta

import ibis
import numpy as np
import pyarrow as pa

from mainstay.core.nouns import Window
from mainstay.data import answered, live, profile
from mainstay.data.answered import Answered
from mainstay.data.records import DECISION, SCORE

START, DAY = datetime(2024, 1, 1, tzinfo=UTC), timedelta(days=1)
DAYS = live.cut(Window(START, START + 3 * DAY), DAY)


def moments(days: list[float]) -> np.ndarray:
    return np.array([int((START + day * DAY).timestamp() * 1e6) for day in days])


def made(decision: list[str] | None) -> Answered:
    days = np.repeat([0.0, 0.5, 2.1], 20)
    return answered.answered(moments(days.tolist()), np.arange(60) / 60, decision, DAYS, 4)


def test_answers_are_counted_by_windows_without_the_empty_ones() -> None:
    found = made(["true"] * 15 + ["false"] * 45)

    first, last = found.windows
    assert (found.seconds, found.models, first.rows, last.rows) == (86_400, 4, 40, 20)
    score, decision = first.columns
    assert (score.name, decision.name) == (SCORE, DECISION)
    assert decision.counts == (25, 15)
    assert sum(score.counts) == 40


def test_where_the_score_decides_there_is_no_decision_to_count() -> None:
    (column,) = made(None).windows[0].columns

    assert column.name == SCORE


def test_other_answers_are_counted_in_the_same_bins() -> None:
    found = made(["true"] * 60)
    table = ibis.memtable(pa.table({SCORE: [-1.0, 2.0], DECISION: ["true", "maybe"]}))

    again = profile.profile(table, found.bins)

    assert again.columns[0].counts[0] == again.columns[0].counts[-1] == 1
    assert (again.columns[1].counts, again.columns[1].other) == ((1,), 1)


def test_only_what_the_model_of_the_version_answered_is_its_answer() -> None:
    table = ibis.memtable(
        pa.table(
            {
                "mainstay_outcome": ["model", "baseline", "model", "rejected"],
                "mainstay_version": ["v1", "v1", "v2", ""],
                "row": [0, 1, 2, 3],
            }
        )
    )

    assert table.filter(answered.theirs(table, "v1")).row.to_pyarrow().to_pylist() == [0]
