"""The page of an approval."""

from datetime import UTC, datetime

from msgspec.structs import replace

from mainstay.control.differing import Change
from mainstay.control.judging import Judged, Pair, Party
from mainstay.control.pages import approval
from mainstay.control.pages.markup import Html
from mainstay.core.answers import Answer
from mainstay.core.nouns import Estimate, Evidence, Limit, Verdict

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def evidence(clause: str, low: float, high: float, bound: float) -> Evidence:
    limit, found = Limit("at_least", bound), Estimate((low + high) / 2, low, high, 900, "")
    return Evidence(clause, "v2", "held out", "bootstrap", None, found, limit, limit.judge(found))


IT = Judged(
    model="no-show", version="v2", status="certified", champion="v1", certificate="c" * 64,
    payload="d" * 64, bundle="b" * 64, contract="e" * 64, revision=2, approver="lead",
    environment="production", not_after=NOON,
    pairs=(
        Pair(evidence("roc_auc", 0.70, 0.74, 0.66), evidence("roc_auc", 0.68, 0.72, 0.66)),
        Pair(evidence("slices, town = a", 0.5, 0.8, 0.6), None),
    ),
    parties=(Party("ana", ("built it",)),),
    changes=(Change("contract.yaml", ("@@", "-a: 1", "+a: <2>")), Change("model.py", ())),
    inputs=("+ rain",), rows=(), against=("slices, town = a is unsure",),
)  # fmt: skip


def test_it_says_how_many_promises_hold_and_what_is_to_be_weighed() -> None:
    drawn = approval.content(IT, Html("<p>decide here</p>"))

    assert "v2 keeps 1 of 2 promises; 1 thing to weigh." in drawn
    assert "decide here" in drawn
    assert "other rows, so levels, not a difference" in drawn
    assert "built it: may not approve" in drawn
    assert "touched none of it: may approve" in drawn


def test_a_question_is_the_worst_of_its_promises_and_what_nobody_measured_is_unknown() -> None:
    drawn = approval.content(IT, Html())

    tiles = drawn.partition('class="questions"')[2].partition("</section>")[0]
    assert tiles.count('class="question pass"') == 1
    assert tiles.count('class="question unsure"') == 1
    assert tiles.count('class="question unknown"') == 3


def test_what_changed_is_marked_by_more_than_colour() -> None:
    drawn = approval.content(IT, Html())

    assert "<del>-a: 1\n</del>" in drawn
    assert "<ins>+a: &lt;2&gt;\n</ins>" in drawn
    assert "the same: model.py" in drawn


def test_an_approver_who_had_a_hand_in_it_is_not_shown_as_one_who_may() -> None:
    drawn = approval.content(replace(IT, approver="ana"), Html())

    assert "touched none of it" not in drawn


def test_the_queue_tells_what_waits_and_what_was_decided() -> None:
    one = {"version": "v2", "approver": "lead", "since": NOON, "until": NOON, "gates": 9}
    past = {"version": "v1", "what": "rejected", "by": "lead", "at": NOON, "because": "<no>"}
    of = {"model": "no-show"}
    facts = {"waiting": [{**one, **of}], "decided": [{**past, **of}]}

    drawn = approval.queue("Approvals", Answer("v2 waits.", Verdict.UNSURE, facts=facts))

    assert 'href="/models/no-show/versions/v2/approval"' in drawn
    assert 'class="state fail"' in drawn
    assert "&lt;no&gt;" in drawn


def test_who_is_ahead_over_its_life_is_drawn_against_nothing_gained() -> None:
    found = Estimate(0.012, 0.004, 0.020, 14, "roc_auc")
    one = Evidence(
        "champion, over its life", "v2", "past", "area", None, found, note="v2 is better"
    )

    drawn = approval.content(replace(IT, over_life=one), Html())

    assert "Over its life" in drawn
    assert "v2 is better." in drawn
    assert "0.004 to 0.020" in drawn
    assert 'class="interval pass"' in drawn.partition("Over its life")[2]


def test_a_life_that_nobody_foresaw_is_unknown_and_never_green() -> None:
    one = Evidence("champion, over its life", "v2", "past", "area", note="cannot tell: <none>")

    drawn = approval.content(replace(IT, over_life=one), Html())

    card = drawn.partition("Over its life")[2].partition("</section>")[0]
    assert 'class="state unknown"' in card
    assert "cannot tell: &lt;none&gt;." in card
