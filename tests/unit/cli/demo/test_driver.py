"""How the demo tells a judgement."""

from mainstay.cli.demo import driver
from mainstay.core.answers import Answer
from mainstay.core.nouns import Estimate, Evidence, Verdict

JUDGED = Answer(
    "v1 is good enough.",
    Verdict.PASS,
    (
        Evidence("roc_auc", "v1", "p", "m", None, Estimate(0.7071, 0.67, 0.75, 9)),
        Evidence(
            "value_over_baseline_per_1000", "v1", "p", "m", None, Estimate(1124.4, 489, 2183, 9)
        ),
        Evidence("stopped", "v1", "p", "m"),
    ),
)


def test_the_verdict_comes_with_the_two_numbers_asked_first() -> None:
    assert driver._gates(JUDGED) == (
        "v1 is good enough. roc_auc 0.707 (0.670 to 0.750);"
        " value_over_baseline_per_1000 1,124 (489 to 2,183)"
    )


def test_a_gate_without_a_measure_has_no_value() -> None:
    assert driver._figure(JUDGED.evidence[2])["value"] is None
    assert driver._figure(JUDGED.evidence[0])["n"] == 9
