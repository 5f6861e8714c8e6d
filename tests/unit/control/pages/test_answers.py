"""Any answer as a page."""

from mainstay.control.pages import answers
from mainstay.core.answers import Answer
from mainstay.core.nouns import Estimate, Evidence, Limit, Verdict

LIMIT = Limit("at_least", 0.66)
GATE = Evidence(
    "roc_auc", "v1", "hold-out", "bootstrap <days>", None, Estimate(0.7, 0.6, 0.8, 900, ""), LIMIT,
    Verdict.PASS,
)  # fmt: skip
FOUND = Evidence("volume", "v1", "decisions", "counted", None, Estimate(0.9, 0.8, 1.0, 70, "x"))


def test_a_verdict_is_computed_again_and_never_taken_over() -> None:
    drawn = answers.content("v1", Answer("v1 is good.", Verdict.PASS, (GATE,)))

    assert '<span class="state unsure">' in drawn
    assert "0.600 to 0.800" in drawn
    assert "bootstrap &lt;days&gt;" in drawn


def test_what_has_no_limit_has_no_state() -> None:
    drawn = answers.promises((FOUND,))

    assert 'class="state' not in drawn
    assert "0.80 to 1.00" in drawn


def test_what_nobody_measured_is_said_so() -> None:
    drawn = answers.promises((Evidence("roc_auc", "v1", "", "", limit=LIMIT),))

    assert "not measured" in drawn
    assert '<span class="state unknown">' in drawn


def test_lines_and_the_next_command_stand_by_themselves() -> None:
    drawn = answers.content(
        "Ledger", Answer("It holds.", lines=("one <two>",), next="mainstay status")
    )

    assert "<li>one &lt;two&gt;</li>" in drawn
    assert "<pre>mainstay status</pre>" in drawn
    assert "Evidence" not in drawn
