import pytest

from mainstay.core.nouns import Estimate, Evidence, Limit, Verdict
from mainstay.life.assess import baselines, leaks, money, records
from mainstay.life.assess.assessment import Assessment, headline
from mainstay.life.assess.findings import exact, finding, gate

ENOUGH = gate(records.ROWS, "stays", "count", exact(900, 900), Limit("at_least", 500))
FEW = gate(records.ROWS, "stays", "count", exact(90, 90), Limit("at_least", 500))
RARE = gate(records.EVENTS, "stays", "count", exact(3, 90), Limit("at_least", 30))
RULE = finding(baselines.RULE, "rate by ward", "", Estimate(0.634, 0.6, 0.67, 700, "roc_auc"))
EARNS = finding(money.RULE, "", "", Estimate(1911.3, 1305, 2505, 700, "EUR per 1,000"))
LEAK = gate(
    f"{leaks.CLAUSE}: bill", "bill", "", Estimate(0.97, 0.96, 0.98, 700), Limit("at_most", 0.9)
)
CLOSE = gate(
    f"{leaks.CLAUSE}: tea", "tea", "", Estimate(0.9, 0.88, 0.92, 700), Limit("at_most", 0.9)
)
NO_ROOM = gate(
    money.ROOM, "", "", Estimate(50, 40, 60, 700, "EUR per 1,000"), Limit("at_least", 100)
)

REACH = ("goal in reach", "roc_auc", "")
OUT = gate(*REACH, Estimate(0.71, 0.69, 0.73, 700, "roc_auc"), Limit("at_least", 0.75))
OPEN = gate(*REACH, Estimate(0.71, 0.69, 0.73, 700, "roc_auc"), Limit("at_least", 0.7))
MONEY = Estimate(1910, 1890, 1930, 700, "EUR per 1,000")
PAID = gate("goal in reach", "value_per_1000", "", MONEY, Limit("at_least", 1000))
POOR = gate("goal in reach", "value_per_1000", "", MONEY, Limit("at_least", 2500))

WORTH = "worth trying, enough data for a first fit"
TOO_POOR = "1,910 EUR per 1,000 (1,890–1,930)"
NOT_IN_REACH = "not in reach: with any number of such records"
TOO_FEW = "90 labelled rows, a first fit needs 500"
TOO_RARE = "3 rows of the rarer class, a first fit needs 30"


@pytest.mark.parametrize(
    ("evidence", "verdict", "said"),
    [
        (
            (ENOUGH, RULE, EARNS),
            Verdict.PASS,
            f"{WORTH}; to beat: 0.634 roc_auc, 1,911 EUR per 1,000.",
        ),
        ((ENOUGH,), Verdict.PASS, f"{WORTH}."),
        (
            (FEW, RARE),
            Verdict.FAIL,
            f"not enough data: {TOO_FEW}; {TOO_RARE}.",
        ),
        (
            (ENOUGH, LEAK, LEAK, RULE),
            Verdict.FAIL,
            "to fix first: bill looks known only after the decision.",
        ),
        (
            (ENOUGH, RULE, NO_ROOM),
            Verdict.FAIL,
            "not worth it: even perfect decisions earn only 50 EUR per 1,000 more, 100 is asked.",
        ),
        (
            (ENOUGH, RULE, OUT),
            Verdict.FAIL,
            f"{NOT_IN_REACH} 0.71 roc_auc (0.69–0.73), asked is ≥ 0.75; better inputs may help.",
        ),
        (
            (ENOUGH, OPEN),
            Verdict.UNSURE,
            "enough data for a first fit, but unsure: goal in reach.",
        ),
        (
            (ENOUGH, OPEN, PAID, OUT),
            Verdict.FAIL,
            f"{NOT_IN_REACH} 0.71 roc_auc (0.69–0.73), asked is ≥ 0.75; better inputs may help.",
        ),
        (
            (ENOUGH, OPEN, PAID),
            Verdict.UNSURE,
            "enough data for a first fit, but unsure: goal in reach.",
        ),
        (
            (ENOUGH, POOR, PAID),
            Verdict.FAIL,
            f"{NOT_IN_REACH} {TOO_POOR}, asked is ≥ 2500; better inputs may help.",
        ),
        (
            (ENOUGH, CLOSE),
            Verdict.UNSURE,
            "enough data for a first fit, but unsure: no leak: tea.",
        ),
    ],
)
def test_the_headline_says_the_verdict(
    evidence: tuple[Evidence, ...], verdict: Verdict, said: str
) -> None:
    assessment = Assessment("night-stay", evidence)

    assert headline(assessment) == f"night-stay: {said}"
    assert assessment.verdict is verdict


def test_what_was_foreseen_stands_in_the_headline() -> None:
    expect = "expect 0.7 roc_auc (0.69–0.71) and 21 to 56 days before it ages below 0.66"
    assessment = Assessment("night-stay", (ENOUGH, RULE), foreseen=expect)

    assert headline(assessment) == f"night-stay: {WORTH}; to beat: 0.634 roc_auc; {expect}."
