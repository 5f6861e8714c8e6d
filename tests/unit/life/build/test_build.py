"""From rows to a bundle."""

from pathlib import Path

import msgspec
import numpy as np

from mainstay.bundle import golden, layout, manifest, runtime
from mainstay.control import project as projects
from mainstay.control import versions
from mainstay.core.places import Places
from mainstay.data import engine
from mainstay.data.profile import Profile
from mainstay.life.build import build


def bundle(born: Path) -> Path:
    (made,) = Places(born).bundles.iterdir()
    return made


def test_a_bundle_holds_everything_a_version_is(born: Path) -> None:
    stated = manifest.read(bundle(born), bundle(born).name)

    assert set(stated.files) >= {
        "code/model.py", "pylock.toml", layout.GOLDEN, layout.PARITY, layout.PROFILE,
        "engine/model.txt", "engine/model.pickle",
    }  # fmt: skip
    assert [one.name for one in stated.inputs] == ["wait", "rain", "kind", "weekday"]
    assert stated.engine.kind == "lightgbm"
    assert 0 < (stated.threshold or 0) < 1


def test_a_request_holds_what_features_rules_and_slices_read_and_no_label(born: Path) -> None:
    request = {column.name: column.role for column in manifest.read(bundle(born)).request}

    assert request == {
        "visit": "key", "at": "time", "patient": "entity",
        "wait": "field", "rain": "field", "kind": "field",
    }  # fmt: skip


def test_observed_levels_are_frozen_in_the_bundle(born: Path) -> None:
    rules = {rule.name: rule for rule in manifest.read(bundle(born)).rules}

    assert rules["kind"].levels == ("control", "new", "scan")


def test_the_golden_rows_come_out_again(born: Path) -> None:
    place = bundle(born)
    opened = runtime.opened(place, Places(born).environments, expected=place.name)
    try:
        replay = golden.replay(golden.read(place / layout.GOLDEN), opened.inputs, opened.scores)
    finally:
        opened.close()

    assert replay.rows > 100
    assert replay.exact


def test_the_profile_counts_every_training_row(born: Path) -> None:
    found = msgspec.json.decode((bundle(born) / layout.PROFILE).read_bytes(), type=Profile)
    with projects.opened(born) as opened:
        birth = versions.birth(opened, versions.found(opened))

    assert found.rows == birth.version.datasets[0].rows


def test_no_row_trained_on_lies_in_the_hold_out(born: Path) -> None:
    with projects.opened(born) as opened:
        birth = versions.birth(opened, versions.found(opened))
    trained = birth.version.datasets[0].window

    assert trained is not None
    assert trained.until < birth.hold_out.since


def test_records_are_what_a_caller_would_send(born: Path) -> None:
    kept = golden.read(bundle(born) / layout.GOLDEN)
    keys = msgspec.json.decode(kept.rows[0]).keys()

    assert list(keys) == list(manifest.read(bundle(born)).columns)
    assert np.isfinite(kept.scores).all()


def test_the_engine_of_a_project_spills_into_its_work_folder(tmp_path: Path) -> None:
    build.opened(Places(tmp_path))

    assert Places(tmp_path).work.is_dir()
    assert engine.connect is not None
