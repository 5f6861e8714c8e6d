"""What a model would become, by fits in its own process."""

import platform
import sys
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest
from one_line import CHANCES

from mainstay.bundle.environment import Environment
from mainstay.bundle.worker import Worker
from mainstay.core.inputs import Input
from mainstay.core.nouns import Limit, Verdict
from mainstay.life.assess import lasting, prospects
from mainstay.life.assess.expected import UNTOLD
from mainstay.life.assess.foreseen import Rows, foreseen
from mainstay.stats.forecasts.library import Library
from mainstay.trainer.fit import PROGRAM, Training
from mainstay.trainer.trial import Ground

DAY, DAYS, ROWS = 86_400_000_000, 40, 110
NOBODY = Library((), (), ())


@pytest.fixture
def worker(tmp_path):
    environment = Environment(Path(sys.prefix), platform.python_version(), "")
    with Worker(environment, PROGRAM, log=tmp_path / "log.txt") as made:
        yield made


@pytest.fixture
def rows(tmp_path):
    def made(stated, days=DAYS):
        random = np.random.default_rng(0)
        when = np.repeat(19_000 + np.arange(days), ROWS) * float(DAY)
        x = random.normal(size=(len(when), 3))
        angle = 1.5 * (when / DAY - 19_000) / DAYS
        signal = np.cos(angle) * x[:, 0] + np.sin(angle) * x[:, 1]
        label = signal + random.normal(size=len(when)) > 0
        code = tmp_path / "code"
        code.mkdir(exist_ok=True)
        (code / "model.py").write_text(dedent(CHANCES))
        inputs = tuple(Input(f"x{at}", "number") for at in range(3))
        training = Training(code, inputs, x, label, "binary", 1)
        ground = Ground(stated, label.astype(float), np.zeros(len(when)))
        return Rows(training, when, tmp_path / "kept", ground)

    return made


def test_a_model_that_ages_is_told_so_before_it_is_built(worker, contract, rows):
    made = foreseen(worker, rows(contract()), others=NOBODY)
    found = {one.clause: one for one in made.evidence}

    assert found["learning curve: 4,400 records"].estimate.value > 0.7
    assert found[prospects.GOAL].limit.bound == 0.7
    assert made.chance > 0.5
    assert made.said.startswith("expect 0.")
    assert found[lasting.SHELF].note.startswith(("grade", "80 %"))
    assert "against roc_auc ≥ 0.7" in found[lasting.SHELF].note
    assert found[lasting.AGED].estimate.low > 0
    assert found[lasting.RETRAIN].estimate.value < 8
    assert found[lasting.RETRAIN].note.endswith("5 % of a period's skill, as no money says")
    assert made.retrainings > 30 / 8
    assert made.foresight.measure == "roc_auc"
    assert made.foresight.bound == 0.7
    assert made.foresight.seen >= 4


def test_a_goal_in_money_is_foreseen_in_money(worker, contract, rows):
    stated = contract({"roc_auc, at_least: 0.7": "value_per_1000, at_least: 16000"})

    made = foreseen(worker, rows(stated), others=NOBODY)
    found = {one.clause: one for one in made.evidence}

    level = found["learning curve: 4,400 records"].estimate
    assert 15_000 < level.value < 25_000
    assert level.unit == found[prospects.GOAL].estimate.unit == "EUR per 1,000"
    assert found[prospects.GOAL].limit == Limit("at_least", 16_000)
    assert "EUR per 1,000 (" in made.said
    assert "before it ages below 16,000 EUR" in made.said
    assert "against value_per_1000 ≥ 16000 EUR" in found[lasting.SHELF].note
    assert found[lasting.AGED].estimate.unit == "EUR per 1,000"
    assert made.foresight.scale.value(made.foresight.bound) == pytest.approx(16_000)


def test_every_goal_has_its_reach_and_what_was_not_looked_at_is_no_pass(worker, contract, rows):
    more = ("f1, at_least: 0.98", "calibration_error, at_most: 0.1")
    goals = "}, {metric: ".join(("roc_auc, at_least: 0.7", *more))
    stated = contract({"roc_auc, at_least: 0.7": goals})

    made = foreseen(worker, rows(stated), others=NOBODY)
    reach = {one.subject: one for one in made.evidence if one.clause == prospects.GOAL}

    assert reach["roc_auc"].verdict is Verdict.PASS
    assert reach["f1"].verdict is Verdict.FAIL
    assert reach["calibration_error"].verdict is Verdict.UNSURE
    assert reach["calibration_error"].note.startswith("not looked at: ")
    assert made.chance < 0.2
    notes = [one.note for one in made.evidence if one.clause == lasting.SHELF]
    assert ["f1" in one for one in notes] == [False, True]
    assert made.foresight.measure == "roc_auc"
    assert made.said.endswith("before it ages below 0.98")


def test_a_goal_in_log_loss_is_foreseen_by_log_loss(worker, contract, rows):
    stated = contract({"roc_auc, at_least: 0.7": "log_loss, at_most: 0.6"})

    made = foreseen(worker, rows(stated), others=NOBODY)
    found = {one.clause: one for one in made.evidence}

    assert found[prospects.GOAL].limit == Limit("at_most", 0.6)
    assert found["learning curve: 4,400 records"].estimate.unit == "log_loss"
    assert made.foresight.measure == "log loss saved"
    assert made.foresight.scale.value(made.foresight.bound) == pytest.approx(0.6)
    assert "against log_loss ≤ 0.6" in found[lasting.SHELF].note


def test_too_few_days_and_rows_are_told_and_not_guessed(worker, contract, rows):
    few = rows(contract(), days=2)
    tiny = few._replace(
        training=few.training.of(np.arange(40)),
        when=few.when[:40],
        ground=few.ground.of(np.arange(40)),
    )

    made = foreseen(worker, tiny)
    found = {one.clause: one for one in made.evidence}

    assert found[prospects.CURVE].note.startswith("not made: a learning curve of")
    assert found[prospects.GOAL].verdict is Verdict.UNSURE
    assert made.foresight is None
    assert made.said == UNTOLD
    assert found[lasting.SHELF].note.startswith("not made: 40 rows make no 4 periods")
