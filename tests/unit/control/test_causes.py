"""Which incidents another one explains."""

from datetime import timedelta

import pytest
import small_project
from msgspec import structs

from mainstay.contract import document
from mainstay.contract.model import Contract
from mainstay.control.causes import Case, address, explained
from mainstay.core.nouns import Verdict, Window
from mainstay.life.watch.order import Finding

DAY, NOW = timedelta(days=1), small_project.AFTER
SPAN = Window(NOW - DAY, NOW)


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    path = tmp_path_factory.mktemp("causes") / "contract.yaml"
    path.write_text(small_project.CONTRACT)
    return document.read(path).contract


def finding(clause: str, *columns: str) -> Finding:
    return Finding(clause, columns, clause, "why", "who", "do", Verdict.FAIL, SPAN)


def case(clause: str, *columns: str, opened: int = 0, number: int = 0) -> Case:
    return Case(finding(clause, *columns), NOW + opened * DAY, number)


LATE = case("freshness", "weather", number=1)


@pytest.mark.parametrize(
    ("effect", "is_explained"),
    [
        (case("drift", "rain"), True),
        (case("drift", "rain", "the scores"), True),
        (case("drift", "the scores"), True),
        (case("drift", "rain", "wait"), False),
        (case("drift, seasonal", "rain"), True),
        (case("stopped", "rain"), True),
        (case("stopped", "wait"), False),
        (case("estimate"), True),
        (case("goal", "roc_auc"), True),
        (case("goal", "roc_auc", opened=-1), False),
        (case("not_after"), False),
        (case("volume"), False),
        (case("freshness", "weather"), False),
    ],
)
def test_a_late_source_explains_what_comes_from_it_and_began_no_earlier(
    contract: Contract, effect: Case, *, is_explained: bool
) -> None:
    found = explained(contract, effect, (LATE, effect), NOW)

    assert (found == LATE) is is_explained


def test_the_deepest_cause_is_named(contract: Contract) -> None:
    stopped = case("stopped", "rain", number=2)

    assert explained(contract, case("drift", "rain"), (stopped, LATE), NOW) == LATE
    assert explained(contract, case("drift", "rain"), (stopped,), NOW) == stopped
    assert explained(contract, case("drift", "wait"), (stopped,), NOW) is None


@pytest.mark.parametrize("clause", ["sla", "schema"])
def test_what_a_source_breaks_explains_what_comes_from_it(contract: Contract, clause: str) -> None:
    broken = case(clause, "weather", number=3)

    assert explained(contract, case("drift", "rain"), (broken,), NOW) == broken
    assert explained(contract, case("drift", "wait"), (broken,), NOW) is None
    assert address(contract, broken.finding) == "sqlite:///data/weather.db#hourly"
    assert explained(contract, case("drift", "wait"), (case(clause, "decisions"),), NOW)


def test_a_cause_that_is_over_explains_for_as_long_as_it_lasted(contract: Contract) -> None:
    over = LATE._replace(closed=NOW + 3 * DAY)
    effect = case("drift", "rain", opened=3)

    assert explained(contract, effect, (over,), NOW + 5 * DAY) == over
    assert explained(contract, effect, (over,), NOW + 6 * DAY) is None
    began = structs.replace(effect.finding, window=Window(NOW + 4 * DAY, NOW + 5 * DAY))
    later = Case(began, NOW + 4 * DAY)
    assert explained(contract, later, (over,), NOW + 5 * DAY) is None


@pytest.mark.parametrize(
    ("effect", "is_explained"),
    [
        (case("goal", "roc_auc"), True),
        (case("estimate"), True),
        (case("loss, realised"), True),
        (case("goal", "roc_auc", opened=-1), False),
        (case("drift", "rain"), False),
        (case("answered"), False),
        (case("labels", "corrected"), False),
    ],
)
def test_labels_in_doubt_explain_what_is_told_by_labels(
    contract: Contract, effect: Case, *, is_explained: bool
) -> None:
    doubt = case("labels", "turned", number=3)

    found = explained(contract, effect, (doubt, effect), NOW)

    assert (found == doubt) is is_explained


def test_an_error_of_one_source_has_its_address(contract: Contract) -> None:
    assert address(contract, LATE.finding) == "sqlite:///data/weather.db#hourly"
    assert address(contract, finding("stopped", "rain")) == "sqlite:///data/weather.db#hourly"
    assert address(contract, finding("stopped", "wait")) == "data/visits.parquet"
    assert address(contract, finding("stopped", "wait", "rain")) == ""
    assert address(contract, finding("drift", "rain")) == ""
