"""What came of periods that something was foretold of."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
import small_project

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


def order(awaited):
    return SimpleNamespace(awaited=awaited)


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
