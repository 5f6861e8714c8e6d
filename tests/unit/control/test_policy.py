"""What to do, from facts alone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import hypothesis.strategies as st
import msgspec
import pytest
import small_project
from hypothesis import given

from mainstay.contract import document
from mainstay.contract.model import Contract
from mainstay.control import policy
from mainstay.control.policy import Facts
from mainstay.core.nouns import Estimate, Evidence, Limit, Verdict, Window
from mainstay.life.watch.order import Comparison, Finding

WINDOW = Window(datetime(2024, 3, 1, tzinfo=UTC), datetime(2024, 3, 31, tzinfo=UTC))
COST = "false_positive: -2, per_retrain: -30}"
BETTER = Estimate(60.0, 40.0, 80.0, 3000, "EUR")
MAYBE = Estimate(20.0, -10.0, 50.0, 3000, "EUR")
NOT = Estimate(-5.0, -30.0, 20.0, 3000, "EUR")
COMPARISON = Comparison(
    metric="roc_auc",
    window=WINDOW,
    rows=3000,
    live=Estimate(0.62, 0.60, 0.64, 3000),
    fresh=Estimate(0.68, 0.66, 0.70, 3000),
    ageing=Estimate(0.06, 0.04, 0.08, 3000),
    money=BETTER,
    before=None,
    money_before=None,
    harder=Estimate(0.02, 0.0, 0.04, 3000),
    previous="v1",
    expected=20_000,
    age=40,
)
UNIT = Finding(
    "unit", ("rain",), "rain: x25.4 explains it", "unit", "owner of weather", "ask", Verdict.FAIL,
    WINDOW,
)  # fmt: skip


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    return read(tmp_path_factory.mktemp("p"), COST)


def read(folder: Path, value: str) -> Contract:
    path = small_project.written(folder / "p") / "contract.yaml"
    path.write_text(path.read_text().replace("false_positive: -2}", value))
    return document.read(path).contract


def goal(verdict: Verdict, estimate: Estimate | None = COMPARISON.live) -> tuple[Evidence, ...]:
    at = Limit("at_least", 0.6)
    stated = {"estimate": estimate, "limit": at, "verdict": verdict, "note": "37 labelled answers"}
    return (Evidence("realised, roc_auc", "v2", "", "", **stated),)


def facts(contract: Contract, verdict: Verdict = Verdict.FAIL, **changes: object) -> Facts:
    compared = msgspec.structs.replace(COMPARISON, **changes)
    return Facts(contract, goal(verdict), (), compared)


def test_ageing_that_pays_is_retrained(contract: Contract) -> None:
    found = policy.decided(facts(contract))

    assert found.act == "retrain"
    assert "60.000 (40.000 to 80.000) EUR per 1,000: ageing" in found.because
    assert (
        "over 20,000 decisions EUR 1,200 (800 to 1,600), retraining costs EUR 30" in found.because
    )


def test_it_is_retrained_while_all_goals_hold_too(contract: Contract) -> None:
    assert policy.decided(facts(contract, Verdict.PASS)).act == "retrain"


def test_a_gain_that_may_be_nothing_waits_and_says_for_how_many(contract: Contract) -> None:
    found = policy.decided(facts(contract, money=MAYBE))

    assert found.act == "wait"
    assert "more answers would decide" in found.because


def test_a_gain_of_next_to_nothing_is_not_waited_for_by_number(contract: Contract) -> None:
    cost = 1000 * 30 / COMPARISON.expected
    found = policy.decided(facts(contract, money=Estimate(cost + 1e-9, -90.0, 90.0, 3000, "EUR")))

    assert "no number of answers would decide" in found.because


def test_a_harder_period_is_not_retrained(contract: Contract) -> None:
    found = policy.decided(facts(contract, money=NOT))

    assert found.act == "wait"
    assert "a harder period, retraining would not help" in found.because
    assert "roc_auc 0.620 (0.600 to 0.640) is beyond its limit ≥ 0.6" in found.because


def test_a_gain_below_the_cost_of_retraining_does_not_pay(contract: Contract) -> None:
    assert policy.decided(facts(contract, expected=100)).act == "wait"
    assert policy.decided(facts(contract, Verdict.PASS, expected=100)).act == "keep"
    assert policy.decided(facts(contract, expected=0)).act == "wait"


def test_without_money_the_metric_decides(tmp_path: Path) -> None:
    path = small_project.written(tmp_path / "p") / "contract.yaml"
    line = "  value: {currency: EUR, true_positive: 10, false_positive: -2}\n"
    path.write_text(path.read_text().replace(line, ""))
    plain = document.read(path).contract

    better = policy.decided(facts(plain, money=None))
    unsure = policy.decided(facts(plain, money=None, ageing=Estimate(0.01, -0.01, 0.03, 3000)))

    assert (better.act, unsure.act) == ("retrain", "wait")
    assert "0.060 (0.040 to 0.080) roc_auc" in better.because


def test_a_young_version_worse_than_the_one_before_is_rolled_back(contract: Contract) -> None:
    young = policy.decided(facts(contract, before=BETTER, money_before=BETTER, age=10))
    old = policy.decided(facts(contract, before=BETTER, money_before=BETTER, age=30))
    perhaps = policy.decided(facts(contract, before=MAYBE, money_before=MAYBE, age=10))

    assert (young.act, old.act, perhaps.act) == ("roll back", "retrain", "retrain")
    assert young.because.startswith("v1 is better than the live version on the same 3,000 answers")


def test_nothing_is_learned_of_a_source_that_blocks(contract: Contract) -> None:
    late = msgspec.structs.replace(UNIT, clause="freshness", what="weather is late")
    blocks = msgspec.structs.replace(late, blocks=True)

    told = policy.decided(facts(contract)._replace(findings=(late,)))
    asked = policy.decided(facts(contract)._replace(findings=(blocks,)))

    assert told.act == "retrain"
    assert (asked.act, asked.owner) == ("ask", "owner of weather")
    assert asked.because == "weather is late; retraining would learn the error, ask"


def test_an_error_of_a_source_is_asked_about_and_never_learned(contract: Contract) -> None:
    ask = policy.decided(facts(contract)._replace(findings=(UNIT,)))
    over = msgspec.structs.replace(UNIT, open=False)

    assert (ask.act, ask.owner, ask.verdict) == ("ask", "owner of weather", Verdict.FAIL)
    assert "retraining would learn the error" in ask.because
    assert policy.decided(facts(contract)._replace(findings=(over,))).act == "retrain"


def test_what_holds_is_kept(contract: Contract) -> None:
    found = policy.decided(facts(contract, Verdict.PASS, money=NOT))

    assert (found.act, found.verdict) == ("keep", Verdict.PASS)
    assert found.because.startswith("all goals hold: roc_auc 0.620")


def test_kept_is_not_green_while_anything_is_unsure(contract: Contract) -> None:
    kept = facts(contract, Verdict.PASS, money=NOT)
    drift = Evidence("drift", "v2", "", "", verdict=Verdict.UNSURE)
    broken = msgspec.structs.replace(UNIT, clause="drift")

    unsure = policy.decided(kept._replace(evidence=(*kept.evidence, drift)))
    fail = policy.decided(kept._replace(findings=(broken,)))

    assert (unsure.act, unsure.verdict) == ("keep", Verdict.UNSURE)
    assert (fail.act, fail.verdict) == ("keep", Verdict.FAIL)


def test_what_is_not_known_waits(contract: Contract) -> None:
    nothing = policy.decided(Facts(contract, (), (), None))
    few = policy.decided(Facts(contract, goal(Verdict.UNSURE, None), (), None))

    assert (nothing.act, nothing.verdict) == ("wait", Verdict.UNSURE)
    assert few.because == (
        "roc_auc is not known: 37 labelled answers; no fresh model could be compared yet"
    )


EVENT = msgspec.structs.replace(
    UNIT, clause="unforeseen", what="3 inputs broke at once", action="get labels first"
)


def test_a_loss_is_told_in_both_its_parts_with_intervals(contract: Contract) -> None:
    parts = (
        "of 0.080 roc_auc lost since it was certified 0.060 (0.040 to 0.080) is ageing,"
        " 0.020 (0.000 to 0.040) a harder period"
    )

    assert parts in policy.decided(facts(contract)).because
    assert parts in policy.decided(facts(contract, money=NOT)).because
    assert parts in policy.decided(facts(contract, Verdict.PASS, money=NOT)).because


def test_something_unforeseen_freezes_and_what_pays_is_retrained_still(contract: Contract) -> None:
    waits = facts(contract, money=MAYBE)._replace(event=EVENT)
    weighted = waits._replace(weighted="rows like those of now count more")

    assert policy.decided(waits).act == "freeze"
    assert policy.decided(waits).because == (
        "3 inputs broke at once; get labels first, and no version is promoted"
    )
    assert policy.decided(weighted).act == "retrain"
    assert policy.decided(facts(contract)._replace(event=EVENT)).act == "retrain"


def test_whoever_is_asked_first_hears_of_the_event_beside(contract: Contract) -> None:
    """A unit, or swapped labels, may be what broke: clearing that up may end the event."""
    turned = msgspec.structs.replace(UNIT, clause="labels", columns=("turned",), what="swapped")
    during = facts(contract)._replace(event=EVENT)

    asked = policy.decided(during._replace(findings=(UNIT, EVENT)))
    waits = policy.decided(during._replace(findings=(turned, EVENT)))

    assert (asked.act, waits.act) == ("ask", "wait")
    assert asked.because.endswith("beside it 3 inputs broke at once: no version is promoted")
    assert waits.because.endswith("beside it 3 inputs broke at once: no version is promoted")


def test_where_the_certificate_ends_what_is_expected_decides(contract: Contract) -> None:
    far = facts(contract, money=MAYBE)._replace(left=timedelta(days=40))
    near = far._replace(left=timedelta(days=9))

    assert (policy.decided(far).act, policy.decided(near).act) == ("wait", "retrain")
    assert "ends in 9 days, so what is expected decides" in policy.decided(near).because


def test_on_request_a_version_that_pays_is_only_proposed(tmp_path: Path) -> None:
    path = small_project.written(tmp_path / "p") / "contract.yaml"
    path.write_text(path.read_text().replace("access:", "watch: {retrain: on_request}\naccess:"))

    found = policy.decided(facts(document.read(path).contract))

    assert found.act == "propose"
    assert found.because.endswith("a new version is built on request")


estimates = st.none() | st.builds(
    lambda middle, below, above: Estimate(middle, middle - below, middle + above, 3000, "EUR"),
    st.floats(-1e6, 1e6), st.floats(0, 1e6), st.floats(0, 1e6),
)  # fmt: skip


@given(
    verdict=st.sampled_from(Verdict),
    money=estimates,
    ageing=estimates,
    before=estimates,
    expected=st.floats(0, 1e7),
    compared=st.booleans(),
)
def test_every_facts_have_a_decision_in_one_sentence(
    contract: Contract, verdict: Verdict, *, compared: bool, **changes: object
) -> None:
    made = facts(contract, verdict, money_before=changes["before"], age=3, **changes)

    found = policy.decided(made if compared else made._replace(comparison=None))

    assert found.because
    assert found.verdict is verdict
    assert found.act != "keep" or verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("column", "act"),
    [
        ("turned", "wait"),
        ("alike", "wait"),
        ("rate", "wait"),
        ("corrected", "wait"),
        ("contradicted", "wait"),
        ("unknown", "retrain"),
        ("arrived", "retrain"),
    ],
)
def test_while_labels_are_in_doubt_nothing_is_called_ageing(
    contract: Contract, column: str, act: str
) -> None:
    doubt = msgspec.structs.replace(
        UNIT, clause="labels", columns=(column,), what="labels run against their scores",
        owner="owner of the labels",
    )  # fmt: skip

    found = policy.decided(facts(contract)._replace(findings=(doubt,)))

    assert found.act == act
    if act == "wait":
        assert found.owner == "owner of the labels"
        assert found.because.startswith("labels run against their scores: until that is known")
    assert found.verdict is Verdict.FAIL
