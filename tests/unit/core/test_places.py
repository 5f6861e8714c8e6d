"""Where a project keeps what."""

from pathlib import Path

from mainstay.core.places import Places


def test_everything_but_the_users_files_lies_under_one_folder() -> None:
    places = Places(Path("p"))
    state = [
        places.ledger, places.blobs, places.staged, places.snapshots, places.environments,
        places.bundles, places.certificates, places.work, places.bundle("abc"),
        places.journal, places.labels,
    ]  # fmt: skip

    assert all(path.is_relative_to("p/.mainstay") for path in state)
    assert [path.parent for path in (places.contract, places.features, places.model)] == [
        Path("p")
    ] * 3
