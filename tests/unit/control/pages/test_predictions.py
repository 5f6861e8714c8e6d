"""The page of predictions."""

from mainstay.control.pages import predictions
from mainstay.core.answers import Answer

ONE = {
    "record": {"visit": "d1", "name": "hidden", "age": None},
    "answer": {"at": "2026-01-01T12:00:00Z", "outcome": "model", "decision": "true",
               "score": 0.25, "version": "v1", "place": 41},
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


REPLAY = {
    "key": "d1", "place": 41, "version": "v1", "same": "the same", "why": "", "score": 0.25,
    "decision": "true", "decided_by": "model", "flags": [], "base": -1.5, "why_none": "",
    "reasons": [{"input": "rain", "value": "hidden", "contribution": -0.25}],
}  # fmt: skip


def test_each_answer_leads_to_its_replay() -> None:
    drawn = predictions.content(
        "Predictions", Answer("x", facts={"key": "d 1", "decisions": [ONE]})
    )

    assert 'href="predictions/replay?key=d+1&amp;place=41"' in drawn


def test_a_replay_says_whether_it_is_the_same_and_what_moved_it() -> None:
    drawn = predictions.replayed("Replay", Answer("x", facts={"replay": REPLAY}))

    assert 'class="state pass"' in drawn
    assert "−0.25" in drawn
    assert "hidden" in drawn
    assert 'href="../predictions?key=d1"' in drawn


def test_what_cannot_be_given_again_is_never_green() -> None:
    for same in ("another", "not known"):
        one = {**REPLAY, "same": same, "reasons": [], "why": "the rain is gone"}
        drawn = predictions.replayed("Replay", Answer("x", facts={"replay": one}))

        assert "the rain is gone" in drawn
        assert "state pass" not in drawn
    assert "Look a key up first" in predictions.replayed("Replay", Answer("x"))
