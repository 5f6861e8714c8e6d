"""The verdict of many."""

from mainstay.core.answers import worst
from mainstay.core.nouns import Evidence, Verdict


def evidence(verdict: Verdict | None) -> Evidence:
    return Evidence("clause", "v1", "hold-out", "counted", verdict=verdict)


def test_the_worst_verdict_is_that_of_the_whole() -> None:
    some = tuple(map(evidence, (Verdict.PASS, Verdict.UNSURE, Verdict.FAIL, None)))

    assert worst(some) is Verdict.FAIL
    assert worst(some[:2]) is Verdict.UNSURE
    assert worst(some[:1]) is Verdict.PASS


def test_nothing_judged_is_unsure_and_never_pass() -> None:
    assert worst(()) is worst((evidence(None),)) is Verdict.UNSURE
