"""Every gate of a version, on rows opened once."""

from pathlib import Path

from mainstay.control import papers, versions
from mainstay.control import project as projects
from mainstay.core.nouns import Evidence, Verdict
from mainstay.life.certify import gates

CLAUSES = {"roc_auc": "good_enough"}
UNSTATED = {
    "fairness", "champion", "robust", "simplest", "generalises", "representative",
}  # fmt: skip


def gated(record: papers.Record) -> list[Evidence]:
    return [one for one in record.evidence if one.limit is not None]


def test_every_gate_there_is_was_judged_and_holds(born: Path) -> None:
    with projects.opened(born) as opened:
        record = papers.record(opened, versions.found(opened))
    judged = {
        CLAUSES.get(name, name) for one in gated(record) for name in [one.clause.split(",")[0]]
    }

    assert judged == set(gates.NAMES) - UNSTATED
    assert {one.verdict for one in gated(record)} == {Verdict.PASS}


def test_every_gate_has_an_estimate_an_interval_and_a_limit(born: Path) -> None:
    with projects.opened(born) as opened:
        record = papers.record(opened, versions.found(opened))

    for one in gated(record):
        assert one.estimate is not None, one.clause
        assert one.estimate.low <= one.estimate.value <= one.estimate.high, one.clause
        assert one.verdict is (one.limit and one.limit.judge(one.estimate)), one.clause


def test_a_slice_without_rows_enough_is_named(born: Path) -> None:
    with projects.opened(born) as opened:
        record = papers.record(opened, versions.found(opened))

    assert record.not_covered == ("kind = scan",)
