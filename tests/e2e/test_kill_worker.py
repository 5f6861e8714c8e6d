"""kill -9 and stops beyond the lease while workers do jobs: none is lost, none is done twice.

The harness counts only because it finds every mistake that is planted in the same work. 100,000
jobs: `make long`.
"""

from pathlib import Path

import pytest

from bench.working.killed import MUTANTS, found, lived


@pytest.mark.slow
@pytest.mark.minutes
def test_of_two_thousand_jobs_under_kills_and_stalls_none_is_lost_or_doubled(
    tmp_path: Path,
) -> None:
    fate = lived(tmp_path, 2_000)

    assert (fate.done + fate.given_up, fate.wrong) == (2_000, 0)
    assert fate.given_up <= 2
    assert min(fate.kills, fate.stalls) >= 5


@pytest.mark.slow
def test_on_a_server_none_is_lost_or_doubled_either(tmp_path: Path, server: str) -> None:
    fate = lived(tmp_path, 300, url=f"{server}?schema=killed")

    assert (fate.done + fate.given_up, fate.wrong) == (300, 0)
    assert fate.given_up <= 6  # five cuts of one job: the slower the server, the likelier
    assert fate.kills + fate.stalls >= 5


@pytest.mark.slow
@pytest.mark.parametrize("mutant", ["effect_before_its_end", "ended_before_its_effect"])
def test_a_planted_mistake_is_found_on_a_server(tmp_path: Path, server: str, mutant: str) -> None:
    assert found(tmp_path, mutant, jobs=100, url=f"{server}?schema=planted")


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_planted_mistake_is_found(tmp_path: Path, mutant: str) -> None:
    assert found(tmp_path, mutant)
