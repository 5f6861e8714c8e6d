"""What came of periods that something was foretold of."""

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import small_project

from mainstay.contract import document
from mainstay.core.nouns import Window
from mainstay.life.watch import foretold, realised
from mainstay.life.watch.order import Awaited
from mainstay.trainer.skill import Scale

WEEK = timedelta(weeks=1)
SCALE = Scale("roc_auc", 0.5)
PERIODS = {
    age: Window(small_project.END + age * WEEK, small_project.END + (age + 1) * WEEK)
    for age in (1, 2, 3)
}


def order(awaited, contract=None):
    return SimpleNamespace(awaited=awaited, contract=contract)


def ripe(weeks):
    return SimpleNamespace(until=small_project.END + timedelta(weeks=weeks))


def test_nothing_is_read_where_nothing_was_foretold():
    assert list(foretold.came(order(None), None, ripe(9))) == []


def test_a_period_waits_until_its_labels_are_old_enough(monkeypatch: pytest.MonkeyPatch):
    read = []
    monkeypatch.setattr(foretold, "_came", lambda _, __, age, ___: read.append(age) or age)

    found = list(foretold.came(order(Awaited(PERIODS, SCALE)), None, ripe(3)))

    assert found == read == [1, 2]


def test_a_period_with_few_labels_has_no_score(monkeypatch: pytest.MonkeyPatch):
    stated = order(Awaited({1: PERIODS[1]}, SCALE))
    monkeypatch.setattr(realised, "answers", lambda *_: None)

    (one,) = foretold.came(stated, None, ripe(9))

    assert one == (1, None, 0)


def test_a_period_of_a_forecast_in_money_is_scored_by_what_was_decided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A fourth is acted on rightly, at 10 each: 2,500 per 1,000, where always earns 4,000."""
    contract = document.read(small_project.written(tmp_path / "p") / "contract.yaml").contract
    label, decided = np.array([1.0, 1, 0, 0] * 50), np.array([1.0, 0, 0, 0] * 50)
    found = SimpleNamespace(rows=SimpleNamespace(
        label=label, score=decided, decided=decided, ruled=label, payoffs=None, day=label,
        entity=label,
    ), person=label == 2, weight=label)  # fmt: skip
    stated = order(Awaited({1: PERIODS[1]}, Scale("value_per_1000", 4000.0, 5000.0)), contract)
    monkeypatch.setattr(realised, "answers", lambda *_: found)

    (one,) = foretold.came(stated, None, ripe(9))

    assert one == (1, pytest.approx(-1.5), 200)
