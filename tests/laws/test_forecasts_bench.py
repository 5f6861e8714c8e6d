"""The bench of forecasts is fair: nobody sees what comes later, and rivals do what they can."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from planted_backtests import World, planted

from bench import forecasts
from bench.forecasting import cara, curves, made, models, policies, renewing, tables, upf
from bench.forecasting.matrices import Series
from bench.forecasting.policies import every, lived
from mainstay.stats.forecasts.power_law import PowerLaw

AGEING = planted(World(age=0.02, swing=0.01, noise=0.002), 0, 60)
STILL = planted(World(swing=0.01, noise=0.002), 0, 60)
AGES = 12


def table(tmp_path: Path, **columns: object) -> tables.Table:
    path = tmp_path / "some.parquet"
    pd.DataFrame(columns).to_parquet(path)
    return tables.read(path)


def regret(backtest, name: str) -> float:
    some = renewing.judged(Series("a", "trees", "week", backtest), seed=0)
    return float(np.mean([one.regret[name] for one in some]))


def test_periods_are_the_finest_that_hold_enough_rows_and_are_not_too_many(tmp_path) -> None:
    days = pd.date_range("2000-01-01", periods=40_000, freq="h")
    some = table(tmp_path, ts=days, y=np.arange(40_000.0), x=np.arange(40_000.0))

    found = tables.periods(some)

    assert (found.length, found.season, found.number) == ("fortnight", 26, 119)
    assert found.training == 119 // 6


def test_a_table_without_enough_rows_is_told(tmp_path) -> None:
    some = table(tmp_path, ts=pd.date_range("2000", periods=90, freq="D"), y=range(90), x=range(90))

    with pytest.raises(tables.Unusable, match="no periods of 100 rows"):
        tables.periods(some)


def test_text_and_small_whole_numbers_are_levels_and_two_values_are_a_class(tmp_path) -> None:
    when = pd.date_range("2000", periods=6, freq="D")
    inputs = {"hour": [0, 1, 2, 0, 1, 2], "place": list("aabbcc"), "x": [0.5, 1, 2, 3, 4, np.nan]}

    some = table(tmp_path, ts=when, y=[1, 0, 1, 0, 1, 1], **inputs)

    assert some.binary
    assert (some.levels, some.texts) == ((0, 1), (1,))
    assert some.inputs[:, 1].tolist() == [0, 0, 1, 1, 2, 2]


@pytest.mark.parametrize("model", models.MODELS)
@pytest.mark.parametrize("label", ["yes or no", "one of three", "a number"])
def test_a_table_of_anything_can_be_fitted(tmp_path, model: str, label: str) -> None:
    random, rows = np.random.default_rng(0), 400
    labels = {
        "yes or no": pd.Categorical(random.choice(["UP", "DOWN"], rows)),
        "one of three": random.choice(["a", "a", "b", "c"], rows),
        "a number": random.normal(size=rows),
    }
    number = random.normal(size=rows)
    some = table(
        tmp_path,
        ts=pd.date_range("2000", periods=rows, freq="h", tz="Europe/Berlin"),
        y=labels[label],
        holes=np.where(number > 1, np.nan, number),
        endless=np.where(number > 2, np.inf, number),
        nothing=np.full(rows, np.nan),
        same=np.ones(rows),
        flag=number > 0,
        maybe=pd.array(np.where(number > 1, None, 3), dtype="Int64"),
        name=[f"id{at}" for at in range(rows)],
        missing=np.where(number > 0, None, "x"),
        seen=pd.date_range("1999", periods=rows, freq="D"),
    )

    predict = models.fitted(model, some, np.arange(300))
    said = predict(some.inputs[300:])

    assert np.isfinite(models.scored(some, np.arange(300, rows), said, models.scale(some)))


def test_a_perfect_score_is_1_and_a_random_one_is_no_skill(tmp_path) -> None:
    when = pd.date_range("2000", periods=400, freq="D")
    some = table(tmp_path, ts=when, y=[0, 1] * 200, x=np.arange(400.0))
    rows = np.arange(400)

    assert models.scored(some, rows, some.label, 1.0) == 1
    assert models.scored(some, rows, np.zeros(400), 1.0) == models.no_skill(some)
    assert np.isnan(models.scored(some, rows[::2], some.label[::2], 1.0))


def test_a_policy_is_given_nothing_that_comes_later() -> None:
    seen = []

    def nosy(moment: policies.Moment) -> bool:
        seen.append((moment.now, moment.known.scores.shape[1]))
        return False

    lived(AGEING, 30, AGES, nosy, 0.0)

    assert seen == [(now, now + 1) for now in range(31, 30 + AGES)]


def test_a_calendar_retrains_as_often_as_it_says() -> None:
    assert [lived(AGEING, 30, AGES, every(k), 0.0).retrained for k in (1, 4, 11, 12)] == [
        11, 2, 1, 0,
    ]  # fmt: skip


def test_the_threshold_waits_for_labels() -> None:
    known = AGEING.scores.copy()
    known[30, 31:33] = 0.9
    known[30, 33:] = 0.5
    moment = policies.Moment(AGEING._replace(scores=known[:, :34]), 30, 33, 42, 0.0, 0.25)

    assert not policies.threshold(moment)
    assert policies.threshold(moment._replace(known=AGEING._replace(scores=known[:, :37]), now=36))


@pytest.mark.parametrize("rule", ["upf", *cara.RULES])
def test_a_rival_retrains_where_it_is_free_and_pays_and_not_where_it_is_dear(rule: str) -> None:
    def of(backtest, cost: float) -> policies.Policy:
        if rule == "upf":
            return upf.policy(0)
        return cara.tuned(rule, backtest._replace(scores=backtest.scores), 40, AGES, [cost])[0]

    eager = lived(AGEING, 40, AGES, of(AGEING, 0.0), 0.0)
    slow = lived(STILL, 40, AGES, of(STILL, 9.0), 9.0)

    assert eager.retrained >= 4
    assert slow.retrained == 0


def test_a_rival_beats_never_where_models_age() -> None:
    never = regret(AGEING, "never")

    assert regret(AGEING, "upf") < never
    assert regret(AGEING, "cara_periodic") < never
    assert regret(AGEING, renewing.OURS) < never / 2


@pytest.mark.parametrize(("rows", "records", "others"), [
    (1_000, 750, 250), (30_000, 20_000, 10_000), (70_000, 20_000, 40_000),
    (327_346, 20_000, 40_000),
])  # fmt: skip
def test_the_truth_is_measured_on_all_that_is_left(rows: int, records: int, others: int) -> None:
    pool, untouched = curves._apart(np.arange(rows))

    assert (len(pool), len(untouched)) == (records, others)
    assert not set(pool) & set(untouched)


def drawn(model: str, last: float, truth: float) -> curves.Judged:
    unused = np.empty(0)
    said = (last, 0.0, last, last, 0.0)
    return curves.Judged("a", model, truth, *said, PowerLaw(*[unused] * 4, 1.0), unused, unused)


def test_what_chance_leaves_is_told_by_the_gains_of_other_draws_of_the_same_model() -> None:
    some = [drawn("trees", 0.4, 0.2), drawn("trees", 0.4, 0.3), drawn("linear", 0.5, 0.5)]

    found = forecasts._known(some)

    assert found[:2] == pytest.approx([0.1 / 0.2, 0.1 / 0.3])
    assert np.isnan(found[2])


@pytest.mark.slow
def test_a_quick_run_of_made_up_tables_gives_every_figure(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(made, "WEEKS", 32)
    out = tmp_path / "lines"

    code = forecasts.main(["--quick", "--out", str(out)])

    assert code == 0
    summary = out.read_text().splitlines()[-1]
    assert all(f'"{key}": ' in summary for key in forecasts.KEYS)
    assert "null" not in summary
    assert capsys.readouterr().out.splitlines()[-1] == summary
