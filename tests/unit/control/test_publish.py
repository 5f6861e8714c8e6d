"""The serving folder follows from the record, whatever a crash leaves."""

import os
import shutil
from pathlib import Path

import msgspec
import pytest

from mainstay.bundle import manifest
from mainstay.bundle.environment import place
from mainstay.bundle.manifest import Engine
from mainstay.control import project as projects
from mainstay.control import publish
from mainstay.control.commands import Approve, Assess, Deploy
from mainstay.control.handle import handle
from mainstay.core import digest
from mainstay.seal import routing


@pytest.fixture
def live(as_approver: Path) -> Path:
    handle(as_approver, Approve("v1"))
    handle(as_approver, Deploy("v1"))
    return as_approver


def serving(folder: Path) -> Path:
    return folder / ".mainstay" / "serving"


def files(folder: Path) -> dict[str, str]:
    return digest.files(serving(folder))


def test_a_door_finds_all_that_the_routing_names(live: Path) -> None:
    with projects.opened(live) as opened:
        told = routing.read(serving(live) / routing.FILE, opened.trust)

    (share,) = told.shares
    folder = serving(live)
    assert (told.model, told.sequence, share.version) == ("no-show", 1, "v1")
    assert digest.of_folder(folder / "bundles" / share.bundle) == share.bundle
    assert digest.of_file(folder / "certificates" / f"{share.certificate}.json") == (
        share.certificate
    )


@pytest.mark.parametrize("lost", ["", "routing.json", "bundles", "certificates"])
def test_a_crash_before_the_end_is_healed_by_the_next_command(live: Path, lost: str) -> None:
    before = files(live)
    path = serving(live) / lost
    path.unlink() if path.is_file() else shutil.rmtree(path)

    handle(live, Assess())

    assert files(live) == before


def test_a_bundle_changed_in_the_folder_is_made_again(live: Path) -> None:
    before = files(live)
    manifest = next(serving(live).glob("bundles/*/manifest.json"))
    manifest.chmod(0o644)
    manifest.write_text("{}")
    (serving(live) / "routing.json").unlink()

    with projects.opened(live) as opened:
        publish.published(opened)

    assert files(live) == before


def test_a_routing_ahead_of_the_ledger_is_not_overwritten(live: Path) -> None:
    with projects.opened(live) as opened:
        asked = publish.wanted(opened)
        assert asked
        ahead = routing.signed(
            routing.Routing(asked.model, 7, asked.environment, asked.issued, asked.shares),
            opened.signer,
        )
        (serving(live) / "routing.json").write_bytes(routing.dsse.encoded(ahead))

        publish.published(opened)

        told = publish.present(opened)
    assert told
    assert told.sequence == 7


def test_nothing_deployed_publishes_nothing(as_author: Path) -> None:
    with projects.opened(as_author) as opened:
        assert publish.published(opened) is None

    assert not serving(as_author).exists()


@pytest.fixture
def worker(as_author: Path) -> str:
    """A bundle beside v1's that no native engine answers."""
    bundles = as_author / ".mainstay" / "bundles"
    (first,) = bundles.iterdir()
    draft = shutil.copytree(first, as_author / "draft")
    stated = manifest.read(draft)
    (draft / manifest.FILE).unlink()
    engine = Engine("worker", stated.engine.files)
    sha = manifest.written(draft, msgspec.structs.replace(stated, engine=engine))
    draft.rename(bundles / sha)
    return sha


@pytest.mark.parametrize("links", ["hard", "none"])
def test_a_model_in_its_own_process_brings_its_environment(
    links: str, as_author: Path, worker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    with projects.opened(as_author) as opened:
        python = manifest.read(opened.places.bundle(worker)).python
        lock = opened.places.bundle(worker) / "pylock.toml"
        made = place(lock, opened.places.environments, python)
        made.unlink() if made.is_symlink() else shutil.rmtree(made)
        (made / "bin").mkdir(parents=True)
        (made / "bin" / "python").write_text("x")
        if links == "none":
            monkeypatch.setattr(os, "link", refused)
        publish._environment(opened, worker)
        publish._environment(opened, worker)

    found = place(lock, serving(as_author) / routing.ENVIRONMENTS, python)
    assert (found / "bin" / "python").read_text() == "x"
    assert [path.name for path in found.parent.iterdir()] == [found.name]


def test_a_native_model_brings_none(live: Path) -> None:
    assert not (serving(live) / routing.ENVIRONMENTS).exists()
