from mainstay.core.nouns import Estimate, Limit, Verdict
from mainstay.life.assess.findings import exact, finding, gate


def test_a_finding_gates_nothing() -> None:
    assert finding("clause", "subject", "method", exact(3, 7)).verdict is None


def test_a_gate_is_judged_by_its_limit() -> None:
    judged = gate("clause", "subject", "method", Estimate(3, 2, 4, 9), Limit("at_least", 3), "why")

    assert judged.verdict is Verdict.UNSURE
    assert judged.note == "why"


def test_a_count_has_no_interval() -> None:
    assert exact(3, 7, "EUR") == Estimate(3, 3, 3, 7, "EUR")
