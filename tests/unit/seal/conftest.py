"""One bundle, two people, and a certificate that everything below starts from."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mainstay.core import digest
from mainstay.core.nouns import Estimate, Evidence, Limit, ModelVersion
from mainstay.seal import keys, trust
from mainstay.seal.certificate import Certificate, Registered, Scope

CONTRACT = digest.of_bytes(b"contract")
ISSUED, NOT_AFTER = datetime(2013, 4, 2, tzinfo=UTC), datetime(2013, 9, 1, tzinfo=UTC)


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """A keys folder: alice is trusted as author, operations-lead as approver."""
    folder = tmp_path / "keys"
    for name, role in (("alice", "author"), ("operations-lead", "approver")):
        keys.new(folder, name)
        trust.trusted(folder, name, role)
    return folder


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    folder = tmp_path / "bundle"
    (folder / "engine").mkdir(parents=True)
    (folder / "pylock.toml").write_text("lock-version = '1.0'\n")
    (folder / "engine" / "model.txt").write_text("tree\n")
    return folder


@pytest.fixture
def certificate(people: Path, bundle: Path) -> Callable[..., Certificate]:
    """Builds the certificate, with the members given instead of the usual ones."""

    def made(**members: object) -> Certificate:
        files = digest.files(bundle)
        gate = Evidence(
            "roc_auc", "v1", "held-out March", "block bootstrap by day",
            estimate=Estimate(0.709, 0.681, 0.740, 27_564), limit=Limit("at_least", 0.66),
            verdict="pass",
        )  # fmt: skip
        usual = {
            "version": ModelVersion("flight-delay", 1, digest.of_value(files), CONTRACT, (), {}),
            "registered": Registered(CONTRACT, revision=1, position=1, look=1),
            "datasets": (),
            "gates": (gate,),
            "files": files,
            "authors": (keys.load(people, "alice").id,),
            "approver": "operations-lead",
            "scope": Scope("production"),
            "issued": ISSUED,
            "not_after": NOT_AFTER,
        }
        return Certificate(**{**usual, **members})

    return made
