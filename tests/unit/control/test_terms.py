"""Until when a certificate holds, and why then."""

from datetime import timedelta
from pathlib import Path

import pytest
import small_project
from msgspec import structs
from planted_foresight import foresight

from mainstay.control import foretelling, project, terms
from mainstay.control.project import Project
from mainstay.core import clock
from mainstay.core.nouns import Estimate, Evidence, ModelVersion, Window
from mainstay.life.assess.foresight import Foresight
from mainstay.stats.forecasts.grade import Grade

HELD = Window(small_project.END - timedelta(days=15), small_project.END)
TRAINED = HELD.since - timedelta(hours=12)


@pytest.fixture
def opened(as_author: Path):
    with project.opened(as_author) as found:
        yield found


def judged(value: float | None = None, metric: str = "roc_auc") -> terms.Judged:
    version = ModelVersion("no-show", 1, "b", "c", (), {})
    estimate = None if value is None else Estimate(value, value - 0.02, value + 0.02, 700)
    gate = Evidence(metric, "v1", "hold-out", "m", estimate=estimate)
    return terms.Judged(version, TRAINED, HELD, (gate,), clock.now())


def term(opened: Project, found: Foresight, value: float | None = None) -> terms.Term:
    with opened.ledger.transaction():
        foretelling.foreseen(opened, "contract", {"model.py": "1"}, found)
    sha = foretelling.foresight(opened, "contract", {"model.py": "1"})
    return terms.term(opened, judged(value), sha)


def test_what_nobody_forecast_lasts_as_the_contract_says(opened: Project) -> None:
    found = terms.term(opened, judged(), "")

    assert found.not_after == clock.now() + timedelta(days=180)
    assert found.why == "180d as the contract says; how fast it ages was not forecast"
    assert found.foretold is None


def test_a_forecast_that_ends_sooner_ends_the_certificate_by_its_median(opened: Project) -> None:
    found = term(opened, foresight())

    age = int(found.foretold.breach.value)
    assert found.not_after == TRAINED + timedelta(days=7 * age)
    assert found.not_after > clock.now()
    assert found.why.startswith(f"foretold to last {7 * age} days (80 %: ")
    assert found.why.endswith("grade B, against roc_auc ≥ 0.715; the contract allows 180d")


def test_a_range_by_analogy_ends_it_at_its_far_end_and_says_no_number(opened: Project) -> None:
    found = term(opened, foresight(grade=Grade.C))

    low, high = (int(end) * 7 for end in (found.foretold.breach.low, found.foretold.breach.high))
    assert found.not_after == TRAINED + timedelta(days=high)
    assert found.why.startswith(f"foretold to last {low} to {high} days, by analogy with 14 models")


def test_the_contract_ends_what_is_foretold_to_last_longer(opened: Project) -> None:
    found = term(opened, foresight(days=91))

    assert found.not_after == clock.now() + timedelta(days=180)
    assert found.why.startswith("180d as the contract says; foretold to last")


def test_no_age_is_told_that_nobody_has_seen(opened: Project) -> None:
    found = term(opened, foresight(bound=0.5))

    seen = found.foretold.seen * 7
    assert found.not_after == clock.now() + timedelta(days=180)
    assert found.why.endswith(f"more than {seen} days, the oldest ever seen, against roc_auc ≥ 0.5")


def test_what_held_out_decisions_showed_is_kept_for_the_first_update(opened: Project) -> None:
    found = term(opened, foresight(), 0.79).foretold

    assert found.held == ((2, 0.79),)
    assert found.path == term(opened, foresight()).foretold.path


def test_what_held_out_decisions_showed_in_the_metric_of_the_goal_is_put_on_its_scale(
    opened: Project,
) -> None:
    loss = structs.replace(
        foresight(), task="regression", measure="error saved", constant=4.0, promise="mae ≤ 1"
    )
    with opened.ledger.transaction():
        foretelling.foreseen(opened, "contract", {"model.py": "1"}, loss)
    sha = foretelling.foresight(opened, "contract", {"model.py": "1"})

    found = terms.term(opened, judged(1.0, "mae"), sha)

    assert found.foretold.held == ((2, 0.75),)
    assert "against mae ≤ 1" in found.why


def test_what_labels_refuted_is_told_by_a_range_from_then_on(opened: Project) -> None:
    one = term(opened, foresight()).foretold
    missed = foretelling.Scored(4, HELD, 0.7, 0.71, 0.72, 0.6, 500)
    with opened.ledger.transaction():
        foretelling.frozen(opened, structs.replace(one, scored=(missed,) * 3))

    again = terms.term(opened, judged(), one.foresight)

    assert again.foretold.grade is Grade.C
    assert "by analogy" in again.why
