"""The charts of a certificate."""

from mainstay.control.pages import charts
from mainstay.core.nouns import Estimate, Evidence, Limit
from mainstay.stats.calibration import Bin
from mainstay.stats.value import Curve

LIMIT = Limit("at_least", 0.6)
LONG = "slices, town = Llanfairpwllgwyngyllgogerychwyrndrobwll"
CURVE = Curve((0.1, 0.2, 0.3), (100.0, 300.0, -50.0), (50.0, 200.0, -90.0), (150.0, 400.0, 0.0))


def slice_of(clause: str, low: float) -> Evidence:
    estimate = Estimate(low + 0.05, low, low + 0.1, 1200)
    return Evidence(clause, "v1", "hold-out", "roc_auc: x", estimate=estimate, limit=LIMIT)


def test_every_slice_is_drawn_against_its_limit_and_in_the_table() -> None:
    made = charts.slices((slice_of("slices, a = <b>", 0.61), slice_of(LONG, 0.55)))

    assert made.count('class="interval pass"') == made.count('class="interval unsure"') == 1
    assert "0.600 · n 1,200 · unsure" in made
    assert '<th scope="row">slices, a = &lt;b&gt;</th>' in made
    assert "0.610 to 0.710" in made
    assert LONG in made
    assert "limit ≥ 0.6</text>" in made


def test_a_slice_nobody_measured_stands_in_the_table_only() -> None:
    made = charts.slices((Evidence("slices, a = b", "v1", "", "", limit=LIMIT),))

    assert 'class="chart"' not in made
    assert "not measured" in made
    assert "unknown" in made


def test_a_curve_marks_the_threshold_in_use() -> None:
    made = charts.value_curve(CURVE, 0.2, "EUR")

    assert 'class="threshold" x1="203"' in made
    assert "in use 0.200" in made
    assert 'class="band"' in made
    assert "200 to 400" in made
    assert "−90 to 0" in made


def test_a_threshold_beyond_the_curve_is_not_drawn() -> None:
    assert "in use" not in charts.value_curve(CURVE, 1.5, "EUR")
    assert "in use" not in charts.value_curve(CURVE, None, "EUR")


def test_a_curve_without_intervals_has_no_band() -> None:
    made = charts.value_curve(Curve(CURVE.threshold, CURVE.money, (), ()), 0.2, "EUR")

    assert 'class="band"' not in made
    assert "not known" in made


def test_reliability_sets_shares_against_scores() -> None:
    bins = tuple(Bin(0, 1, at, Estimate(at, at - 0.1, at + 0.1, 50)) for at in (0.2, 0.4))

    made = charts.reliability(bins)

    assert made.count('class="whisker"') == 2
    assert "announced 20.0%, happened 20.0% [10.0%, 30.0%]" in made
    assert "30.0% to 50.0%" in made
