"""Every error does what its name says, to its columns alone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from mainstay.bundle import manifest
from mainstay.contract.rivals import Robust
from mainstay.control import project as projects
from mainstay.control import versions
from mainstay.core.errors import Mistake
from mainstay.life.certify import perturbations
from mainstay.life.certify.perturbations import Perturbation, Records

START = datetime(2024, 2, 15, tzinfo=UTC)
COUNT = 400


@pytest.fixture(scope="module")
def known() -> Records:
    random = np.random.default_rng(0)
    return {
        "visit": [f"v{at}" for at in range(COUNT)],
        "at": [START + timedelta(hours=at) for at in range(COUNT)],
        "patient": [f"p{at % 7}" for at in range(COUNT)],
        "wait": random.integers(0, 60, COUNT).tolist(),
        "kind": ["new"] * COUNT,
        "rain": [float(at) for at in range(COUNT)],
        "town": ["north" if at % 2 else "south" for at in range(COUNT)],
    }


@pytest.fixture(scope="module")
def every(born: Path, known: Records) -> dict[tuple[str, str], Perturbation]:
    with projects.opened(born) as opened:
        version = versions.found(opened)
        stated = manifest.read(opened.places.bundle(version.bundle), version.bundle)
        contract = opened.document.contract
    found = perturbations.perturbations(contract, stated, known, 0)
    return {(one.what, one.name): one for one in found}


def test_a_source_that_gives_nothing_leaves_all_it_gives_null(every, known: Records) -> None:
    assert every["missing", "weather"].changed(known) == {"rain": [None] * COUNT}


def test_a_source_that_stands_still_says_what_it_said_a_day_before(every, known: Records) -> None:
    said = every["stale", "weather"].changed(known)["rain"]

    assert said[:24] == known["rain"][:24]  # nothing is known of the day before the first
    assert said[24:] == known["rain"][:-24]


def test_another_unit_is_that_of_a_known_conversion(every, known: Records) -> None:
    units = {name for what, name in every if what == "unit"}

    assert {one for one in units if one.startswith("rain")} == {"rain, mm to inch"}
    said = every["unit", "rain, mm to inch"].changed(known)["rain"]
    assert said[254] == pytest.approx(10.0)


def test_where_no_unit_is_known_it_is_a_thousand_times_more_or_less(every, known: Records) -> None:
    """Days have no conversion here, and days times 1,000 are rejected or are not: that is tried."""
    more, less = (
        every["unit", f"wait, {one}"].changed(known)["wait"]
        for one in ("times 1000", "times 0.001")
    )

    assert more == [1000 * one for one in known["wait"]]
    assert less == [0] * COUNT


def test_columns_of_one_system_stay_away_together(born: Path, known: Records) -> None:
    with projects.opened(born) as opened:
        version = versions.found(opened)
        stated = manifest.read(opened.places.bundle(version.bundle), version.bundle)
        contract = opened.document.contract

    def tried(*names: str) -> dict[tuple[str, str], Perturbation]:
        robust = Robust(systems={"booking": names})
        certify = contract.certify.model_copy(update={"robust": robust})
        under = contract.model_copy(update={"certify": certify})
        perturbations.refuse_unknown(under, stated)
        found = perturbations.perturbations(under, stated, known, 0)
        return {(one.what, one.name): one for one in found}

    away = tried("wait", "kind")["missing", "booking"].changed(known)
    assert away == {"wait": [None] * COUNT, "kind": [None] * COUNT}
    with pytest.raises(
        Mistake, match=r"robust\.systems\.booking: the version reads no column wiat"
    ):
        tried("wiat")


def test_noise_is_half_a_standard_deviation_and_whole_numbers_stay_whole(
    every, known: Records
) -> None:
    rain, wait = (every["noise", name].changed(known)[name] for name in ("rain", "wait"))

    off = np.array(rain) - np.array(known["rain"])
    assert off.std() == pytest.approx(0.5 * np.std(known["rain"]), rel=0.15)
    assert all(isinstance(value, int) for value in wait)
    assert every["noise", "rain"].changed(known) == {"rain": rain}  # the same each time


def test_nulls_and_texts_never_seen(every, known: Records) -> None:
    assert every["null", "wait"].changed(known) == {"wait": [None] * COUNT}
    assert every["unseen", "kind"].changed(known) == {"kind": [perturbations.UNSEEN] * COUNT}
    assert ("unseen", "rain") not in every


def test_what_is_missing_already_stays_missing(every, known: Records) -> None:
    holes = {**known, "rain": [None, *known["rain"][1:]]}

    assert every["noise", "rain"].changed(holes)["rain"][0] is None
