"""An answer on the terminal."""

import json

import msgspec
import pytest

from mainstay.cli import show
from mainstay.core.answers import Answer
from mainstay.core.nouns import Estimate, Evidence, Limit, Verdict


def evidence(clause: str, low: float, high: float) -> Evidence:
    limit = Limit("at_least", 0.66)
    estimate = Estimate((low + high) / 2, low, high, 1234)
    return Evidence(
        clause, "v1", "hold-out", "counted", None, estimate, limit, limit.judge(estimate)
    )


ANSWER = Answer(
    "v1 is not good enough yet.",
    Verdict.FAIL,
    (evidence("good", 0.7, 0.8), evidence("bad", 0.5, 0.6), evidence("unclear", 0.6, 0.7)),
    ("a line",),
    "mainstay explain v1 bad",
    {"version": "v1"},
)


def test_the_first_line_is_the_verdict_and_the_last_the_next_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show.show(ANSWER)
    lines = capsys.readouterr().out.splitlines()

    assert lines[0] == ANSWER.headline
    assert lines[-1] == "Next: mainstay explain v1 bad"


def test_evidence_stands_worst_first_with_shape_and_word(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show.show(ANSWER)
    lines = capsys.readouterr().out.splitlines()[1:4]

    assert [line.split()[:3] for line in lines] == [
        ["◆", "broken", "bad"], ["▲", "unsure", "unclear"], ["●", "holds", "good"],
    ]  # fmt: skip
    assert "0.550 (0.500–0.600)  ≥ 0.66  n 1,234" in lines[0]


def test_what_is_waived_is_neither_broken_nor_held(capsys: pytest.CaptureFixture[str]) -> None:
    show.show(msgspec.structs.replace(ANSWER, waived=("bad",)))
    first = capsys.readouterr().out.splitlines()[1]

    assert first.split()[:3] == ["▲", "waived", "bad"]


def test_json_holds_the_same_facts(capsys: pytest.CaptureFixture[str]) -> None:
    show.show(ANSWER, as_json=True)
    said = json.loads(capsys.readouterr().out)

    assert said["facts"] == {"version": "v1"}
    assert [one["clause"] for one in said["evidence"]] == ["good", "bad", "unclear"]


@pytest.mark.parametrize(
    ("verdict", "code"), [(None, 0), (Verdict.PASS, 0), (Verdict.FAIL, 1), (Verdict.UNSURE, 3)]
)
def test_the_exit_code_is_that_of_the_verdict(
    verdict: Verdict | None, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert show.show(Answer("x", verdict)) == code
    assert capsys.readouterr().out == "x\n"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.70712, "0.707"), (1124.4, "1,124"), (12.34, "12.3"), (0.0, "0"), (-0.5, "-0.500"),
     (-0.0002, "0.000"), (float("inf"), "inf"), (float("nan"), "nan")],
)  # fmt: skip
def test_numbers_read_as_people_read_them(value: float, text: str) -> None:
    assert show.number(value) == text
