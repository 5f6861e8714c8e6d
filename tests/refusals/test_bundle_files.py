"""What happens to a bundle whose files are not the ones it was built from."""

import pytest

from mainstay.bundle import manifest
from mainstay.bundle.baseline import Constant
from mainstay.bundle.manifest import Engine, Manifest
from mainstay.core import digest
from mainstay.core.errors import Broken

BUILT = Manifest(
    model="flight-delay",
    task="regression",
    classes=(),
    seed=0,
    request=(),
    rules=(),
    outputs=(),
    inputs=(),
    baseline=Constant(0.5),
    threshold=None,
    baseline_threshold=None,
    engine=Engine("worker", {"model": "model/fitted.bin"}),
    python="3.11.7",
    platform="linux-x86_64",
    versions={},
    contract="",
    datasets=(),
    code={},
)


@pytest.fixture
def bundle(tmp_path):
    folder = tmp_path / "bundle"
    (folder / "model").mkdir(parents=True)
    (folder / "model" / "fitted.bin").write_bytes(b"fitted")
    (folder / "pylock.toml").write_text("lock-version = '1.0'")
    return folder, manifest.written(folder, BUILT)


def refusal(folder, expected=""):
    with pytest.raises(Broken) as caught:
        manifest.read(folder, expected)

    return str(caught.value)


def test_an_untouched_bundle_is_read(bundle):
    folder, made = bundle

    assert manifest.read(folder, made).model == "flight-delay"


def test_a_swapped_file_is_refused_by_name(bundle):
    folder, _ = bundle
    (folder / "model" / "fitted.bin").write_bytes(b"fiTted")

    assert "model/fitted.bin differs" in refusal(folder)


def test_an_added_file_is_refused_by_name(bundle):
    folder, _ = bundle
    (folder / "model" / "sitecustomize.py").write_text("import os")

    assert "model/sitecustomize.py was added" in refusal(folder)


def test_a_removed_file_is_refused_by_name(bundle):
    folder, _ = bundle
    (folder / "pylock.toml").unlink()

    assert "pylock.toml is missing" in refusal(folder)


def test_a_renamed_file_is_refused_under_both_names(bundle):
    folder, _ = bundle
    (folder / "pylock.toml").rename(folder / "lock.toml")

    said = refusal(folder)

    assert "lock.toml was added" in said
    assert "pylock.toml is missing" in said


def test_a_link_in_place_of_a_file_is_refused(bundle, tmp_path):
    folder, _ = bundle
    (tmp_path / "elsewhere").write_bytes(b"fitted")
    (folder / "model" / "fitted.bin").unlink()
    (folder / "model" / "fitted.bin").symlink_to(tmp_path / "elsewhere")

    assert "is a symbolic link" in refusal(folder)


def test_a_manifest_made_to_fit_a_swapped_file_is_refused_by_the_known_digest(bundle):
    folder, made = bundle
    (folder / "model" / "fitted.bin").write_bytes(b"fiTted")
    manifest.written(folder, BUILT)

    assert f"is not bundle {made[:12]}" in refusal(folder, made)


def test_a_changed_manifest_is_refused_by_the_known_digest(bundle):
    folder, made = bundle
    content = (folder / "manifest.json").read_bytes()
    (folder / "manifest.json").write_bytes(content.replace(b'"seed":0', b'"seed":1'))

    assert digest.of_folder(folder) != made
    assert f"is not bundle {made[:12]}" in refusal(folder, made)
