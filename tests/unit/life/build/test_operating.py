"""From clauses to what a door reads."""

from pathlib import Path

import pytest
import small_project

from mainstay.bundle.operation import Breaker, Operation, Trial
from mainstay.contract import document
from mainstay.core.errors import Mistakes
from mainstay.life.build import operating


def stated(folder: Path, serve: str) -> Operation:
    path = folder / "contract.yaml"
    path.write_text(small_project.CONTRACT.replace("serve: {latency_p99: 10s}", f"serve: {serve}"))
    return operating.operation(document.read(path).contract.serve)


def test_defaults_are_the_same_on_both_sides(tmp_path: Path) -> None:
    assert stated(tmp_path, "{}") == Operation()


def test_every_clause_arrives_in_seconds(tmp_path: Path) -> None:
    found = stated(
        tmp_path,
        "{latency_p99: 50ms, fallback: previous, breaker: {breaches: 0.2, over: 2m, least_rows: 9,"
        " on_breach: fallback}, rollback: {errors: 0.1, slower: 0.2, stopped: 0.3, shift: 2},"
        " resources: {concurrency: 7}}",
    )

    assert found == Operation(
        "previous", 0.05, Breaker(0.2, 120.0, 9, "fallback"), Trial(0.1, 0.2, 0.3, 2.0), 7
    )


@pytest.mark.parametrize("serve", ["{breaker: {breaches: 0}}", "{fallback: before}"])
def test_what_means_nothing_is_refused(tmp_path: Path, serve: str) -> None:
    with pytest.raises(Mistakes):
        stated(tmp_path, serve)
