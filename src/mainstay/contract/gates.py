"""The clauses judged at certification, by the names people call them."""

from mainstay.contract.model import Contract

STANDING = ("calibration_error", "stopped", "latency_p99", "slices")
"""Gates that need no goal; calibration_error is none in regression, slices only where stated."""


def gates(contract: Contract) -> tuple[str, ...]:
    """Every gate a version of this contract must pass, goals first."""
    goals = tuple(dict.fromkeys(goal.metric for goal in contract.objective.good_enough))
    absent = {
        "calibration_error": contract.objective.task == "regression",
        "slices": contract.certify.slices is None,
    }
    standing = (name for name in STANDING if name not in goals and not absent.get(name))
    return (*goals, *standing)
