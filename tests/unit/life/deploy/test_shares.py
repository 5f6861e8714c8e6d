"""Which version should answer which share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.core.errors import Conflict, Mistake
from mainstay.life.deploy.shares import Part, Parts, Step, abandoned, before, deployed, rolled_back

V1, V2, V3 = ((Part(number, 1.0),) for number in (1, 2, 3))
CANARY = (Part(1, 0.9), Part(2, 0.1))
FIRST = (Part(1, 0.1),)
NONE = (Part(1, 0.0),)


def forth(*parts: Parts) -> tuple[Step, ...]:
    return tuple(Step(one, back=False) for one in parts)


def back(parts: Parts) -> Step:
    return Step(parts, back=True)


def test_before_a_live_version_stands_the_one_that_was_live_and_not_rolled_back() -> None:
    assert before(forth(V1)) is None
    assert before(forth(V1, CANARY)) is None
    assert before(forth(V1, V2)) == 1
    assert before((*forth(V1, V2), back(V1))) is None
    assert before(forth(V1, V2, V3)) == 2


def test_the_first_version_begins_as_a_canary_beside_the_baseline() -> None:
    assert deployed((), 1, None, 0.1) == deployed(FIRST, 1, None, 0.1) == FIRST
    assert deployed(FIRST, 1, 1.0, 0.1) == V1


def test_a_version_that_was_never_wholly_live_gives_way() -> None:
    assert deployed(FIRST, 2, None, 0.1) == deployed(NONE, 2, None, 0.1) == (Part(2, 0.1),)


def test_a_live_version_deployed_again_stays() -> None:
    assert deployed(V1, 1, None, 0.1) == V1


def test_beside_a_live_version_the_share_is_that_of_the_contract() -> None:
    assert deployed(V1, 2, None, 0.1) == CANARY


def test_a_full_share_makes_a_version_live_alone() -> None:
    assert deployed(CANARY, 2, 1.0, 0.1) == V2


def test_the_live_version_deployed_again_ends_the_canary() -> None:
    assert deployed(CANARY, 1, None, 0.1) == V1


def test_what_a_live_version_gives_up_the_baseline_answers() -> None:
    assert deployed(V1, 1, 0.5, 0.1) == (Part(1, 0.5),)


@pytest.mark.parametrize("share", [0.0, -0.1, 1.1, float("nan")])
def test_a_share_outside_its_bounds_is_a_mistake(share: float) -> None:
    with pytest.raises(Mistake, match="is none"):
        deployed(V1, 2, share, 0.1)


@given(st.floats(1e-6, 1.0))
def test_shares_are_always_one_whole(share: float) -> None:
    assert sum(part.share for part in deployed(V1, 2, share, 0.1)) == pytest.approx(1, abs=1e-9)


def test_a_canary_is_rolled_back_first() -> None:
    assert rolled_back(forth(V1, CANARY)) == V1


def test_a_rollback_returns_to_the_version_that_was_live_before() -> None:
    assert rolled_back(forth(V1, CANARY, V2)) == V1


def test_a_second_rollback_goes_further_back_not_forward() -> None:
    assert rolled_back((*forth(V1, V2, V3), back(V2))) == V1


def test_a_version_rolled_back_may_be_deployed_again() -> None:
    assert rolled_back((*forth(V1, V2), back(V1), *forth(V2))) == V1


def test_before_the_first_version_the_baseline_answered() -> None:
    assert rolled_back(forth(V1)) == rolled_back(forth(FIRST)) == NONE
    assert rolled_back((*forth(V1, V2), back(V1))) == NONE


def test_there_is_nothing_before_the_baseline() -> None:
    with pytest.raises(Conflict, match="baseline answers everything already"):
        rolled_back((*forth(V1), back(NONE)))


def test_without_a_deployment_there_is_nothing_to_roll_back() -> None:
    with pytest.raises(Conflict, match="nothing was ever deployed"):
        rolled_back(())


@pytest.mark.parametrize(
    ("history", "version", "gone"),
    [
        ((), 1, False),
        (forth(V1, V2), 2, False),
        (forth(V1, V2), 1, False),
        ((*forth(V1, V2), back(V1)), 2, True),
        ((*forth(V1, CANARY), back(V1)), 2, True),
        ((*forth(V1, V2), back(V1), *forth(V2)), 2, False),
        ((*forth(V1, V2), back(V1), *forth(V3)), 2, True),
        ((*forth(V1), back(NONE)), 1, True),
    ],
)
def test_a_version_is_abandoned_from_its_rollback_to_its_next_deployment(
    history: tuple[Step, ...], version: int, *, gone: bool
) -> None:
    assert abandoned(history, version) is gone
