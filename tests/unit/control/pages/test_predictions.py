"""The page of predictions."""

from mainstay.control.pages import predictions
from mainstay.core.answers import Answer

ONE = {
    "record": {"visit": "d1", "name": "hidden", "age": None},
    "answer": {"at": "2026-01-01T12:00:00Z", "outcome": "model", "decision": "true",
               "score": 0.25, "version": "v1"},
    "guard": {"flags": ["rain"], "breaches": []},
}  # fmt: skip


def test_before_a_look_up_there_is_only_its_form() -> None:
    drawn = predictions.content("Predictions", Answer("Nothing was asked for yet."))

    assert drawn.count('class="card"') == 1
    assert 'name="key"' in drawn


def test_an_answer_says_score_guard_version_and_what_was_asked() -> None:
    said = Answer("x", facts={"key": '"><b>', "decisions": [ONE]})

    drawn = predictions.content("Predictions", said)

    for words in ("0.25", "v1", "rain", "hidden", "null", "nothing"):
        assert words in drawn
    assert "<b>" not in drawn.partition("<form>")[2].partition("</form>")[0]
