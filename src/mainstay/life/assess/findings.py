"""Evidence of an assessment: everything is measured on the same rows, and before the hold-out."""

from mainstay.core.nouns import Estimate, Evidence, Limit, known

DAYS = "block bootstrap over days, 95 %"


def finding(
    clause: str, subject: str, method: str, estimate: Estimate | None = None, note: str = ""
) -> Evidence:
    """Something measured that has no limit and gates nothing."""
    shown = known(estimate) if estimate else None
    return Evidence(clause, subject, "", method, estimate=shown, note=note)


def gate(
    clause: str, subject: str, method: str, estimate: Estimate, limit: Limit, note: str = ""
) -> Evidence:
    """Something measured, judged by its limit."""
    verdict = limit.judge(estimate)
    shown = known(estimate)
    return Evidence(
        clause, subject, "", method, estimate=shown, limit=limit, verdict=verdict, note=note
    )


def exact(value: float, n: int, unit: str = "") -> Estimate:
    """A count, or what follows from the contract alone: no interval."""
    return Estimate(value, value, value, n, unit)
