"""The verdict of many."""

from msgspec import structs

from mainstay.core.answers import tally, worst
from mainstay.core.nouns import Evidence, Limit, Verdict


def evidence(verdict: Verdict | None) -> Evidence:
    return Evidence("clause", "v1", "hold-out", "counted", verdict=verdict)


def test_the_worst_verdict_is_that_of_the_whole() -> None:
    some = tuple(map(evidence, (Verdict.PASS, Verdict.UNSURE, Verdict.FAIL, None)))

    assert worst(some) is Verdict.FAIL
    assert worst(some[:2]) is Verdict.UNSURE
    assert worst(some[:1]) is Verdict.PASS


def test_nothing_judged_is_unsure_and_never_pass() -> None:
    assert worst(()) is worst((evidence(None),)) is Verdict.UNSURE


def test_gates_are_counted_and_findings_are_none() -> None:
    held, unsure, broken = (
        structs.replace(evidence(one), limit=Limit("at_most", 1))
        for one in (Verdict.PASS, Verdict.UNSURE, Verdict.FAIL)
    )

    assert tally((held, evidence(None))) == "all 1 gates hold"
    assert tally((held, unsure, broken)) == "1 of 3 gates hold, 1 unsure, 1 broken"
    assert tally((held, unsure), (unsure,)) == "1 of 2 gates hold, 0 unsure, 0 broken, 1 waived"
