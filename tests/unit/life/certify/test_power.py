"""What days that are still closed will tell."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from mainstay.bundle import manifest, unseen
from mainstay.contract import document
from mainstay.core.nouns import Evidence, Verdict, Window
from mainstay.core.places import Places
from mainstay.data import engine, snapshot
from mainstay.life.certify import gates, power
from mainstay.life.certify.gates import Asked
from mainstay.life.certify.held_out import HeldOut
from mainstay.stats.metrics import measured

Held = Callable[..., HeldOut]
START = datetime(2024, 4, 1, tzinfo=UTC)


def days(count: int) -> Window:
    return Window(START, START + timedelta(days=count))


def goal(asked: Asked, count: int) -> Evidence:
    return power.outlook(asked, days(count)).evidence[0]


def test_as_many_days_tell_what_those_of_training_tell(asked: Asked) -> None:
    (now,) = gates.goals(asked)

    one = goal(asked, 30)

    assert one.estimate.value == now.estimate.value
    assert one.estimate.low == pytest.approx(now.estimate.low, abs=0.003)
    assert one.estimate.n == now.estimate.n


def test_a_quarter_of_the_days_tells_half_as_well(asked: Asked) -> None:
    whole, part = (goal(asked, count).estimate for count in (120, 30))

    assert part.value - part.low == pytest.approx(2 * (whole.value - whole.low), rel=0.05)


def test_a_goal_that_will_be_told_has_no_verdict_before_it_is(asked: Asked) -> None:
    one = goal(asked, 30)

    assert (one.verdict, str(one.limit)) == (None, "≥ 0.6")
    assert "days are needed at the value of training" in one.note
    assert one.population == "30 days that are still closed"


def test_a_goal_that_days_will_hardly_tell_is_unsure_and_says_how_many_would(
    asked: Asked, held: Held
) -> None:
    weak = asked._replace(held=held(quality=0.5, rows=900))

    found = power.outlook(weak, days(10))

    one = found.evidence[0]
    assert one in found.short
    needed = int(one.note.split("; ")[1].split()[0].replace(",", ""))
    assert needed > 10
    assert goal(weak, needed).verdict is None
    assert goal(weak, needed - 1).verdict is Verdict.UNSURE


def test_a_value_of_training_below_the_limit_is_unsure_however_many_days(
    asked: Asked, held: Held
) -> None:
    one = goal(asked._replace(held=held(quality=0.0)), 300)

    assert one.verdict is Verdict.UNSURE
    assert one.note.endswith("training itself does not reach the limit")


def test_fewer_days_than_blocks_are_needed_tell_nothing(asked: Asked) -> None:
    one = goal(asked, 5)

    assert (one.estimate, one.verdict) == (None, Verdict.UNSURE)
    assert one.note.startswith("5 days tell nothing; 8 days are needed")


def test_a_second_look_tells_less(asked: Asked) -> None:
    first, second = (goal(asked._replace(look=look), 30).estimate for look in (1, 2))

    assert second.high - second.low > 1.2 * (first.high - first.low)


def test_a_version_that_decides_no_row_itself_tells_nothing(asked: Asked) -> None:
    away = np.ones(len(asked.held.label), dtype=np.bool_)
    none = asked._replace(held=asked.held._replace(abstained=away, to="baseline"))

    found = power.outlook(none, days(30))

    assert (found.evidence[0].estimate, found.evidence[0].verdict) == (None, Verdict.UNSURE)
    assert found.evidence[0].note == power.NOBODY


def test_slices_that_will_have_too_few_rows_are_named(asked: Asked) -> None:
    found = power.outlook(asked, days(15))

    assert [one.clause for one in found.evidence] == ["roc_auc", "slices, kind = many"]
    assert found.few == ("kind = few (150)",)


def test_training_rows_out_of_fold_are_read_as_they_were_scored(born: Path, tmp_path: Path) -> None:
    places, contract = Places(born), document.read(born / "contract.yaml").contract
    (bundle,) = (born / ".mainstay" / "bundles").iterdir()
    stated, promised = manifest.read(bundle, bundle.name), unseen.read(bundle)
    backend = engine.connect(tmp_path)
    learned = snapshot.read(backend, stated.datasets[0].digest, places.snapshots)

    rows = power.out_of_fold(contract, stated, learned, promised)

    assert np.array_equal(rows.score, promised)
    assert 0.6 < measured("roc_auc", rows.label, rows.score) < 0.9
    assert rows.slices["kind"].levels == ("control", "new", "scan")
    assert set(rows.decided) <= {0.0, 1.0}
