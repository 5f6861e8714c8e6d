"""From a fitted object to a bundle: engine with its proof, golden rows, everything by digest."""

import shutil
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.bundle import golden, manifest, runtime, unseen
from mainstay.bundle.golden import Golden
from mainstay.bundle.layout import CHANCES, ENGINE, GOLDEN, PARITY, PROFILE, SCORES
from mainstay.bundle.manifest import Engine, Manifest
from mainstay.bundle.parity import Proof
from mainstay.bundle.worker import Worker
from mainstay.core import digest
from mainstay.data.answered import Answered
from mainstay.data.profile import Profile
from mainstay.life.build import ladder
from mainstay.life.build.candidate import Making
from mainstay.life.build.ladder import Climbed
from mainstay.stats.chances import Chances
from mainstay.trainer import fit, importer
from mainstay.trainer.fit import Training


class Contents(NamedTuple):
    """What a bundle is packed from; stated lacks its engine, python and versions.

    unseen: scores of the newest training rows, out of fold.
    """

    stated: dict[str, Any]
    training: Training
    lock: bytes
    profile: Profile
    scores: Answered
    chances: Chances
    unseen: NDArray[np.float64]
    records: tuple[bytes, ...]
    golden: NDArray[np.int64]


class Packed(NamedTuple):
    """Where a bundle lies and what it is. note: why not a faster engine, "" where it is one."""

    folder: Path
    digest: str
    manifest: Manifest
    proof: Proof
    note: str


def packed(contents: Contents, worker: Worker, bundles: Path) -> Packed:
    """A bundle under its digest; one that is there already is the same and stays."""
    bundles.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="making-", dir=bundles) as making:
        folder = Path(making, "bundle")
        folder.mkdir()
        engine, made = _engine(contents.training, worker, folder)
        _files(contents, worker, folder, made)
        python, versions = fit.versions(worker)
        platform = importer.machine()
        sealed = Manifest(
            **contents.stated, engine=engine, python=python, versions=versions, platform=platform
        )
        found = manifest.written(folder, sealed)
        if not (bundles / found).exists():
            folder.rename(bundles / found)
    place = bundles / found
    return Packed(place, found, manifest.read(place, found), made.proof, made.note)


def _engine(training: Training, worker: Worker, folder: Path) -> tuple[Engine, Climbed]:
    """What will answer, and the model itself beside it."""
    place = folder / ENGINE
    place.mkdir()
    original = fit.saved(worker, place)
    program = Path(shutil.copy(fit.PROGRAM, place))
    made = ladder.climbed(Making(training, worker, place))
    files = {runtime.ORIGINAL: original.path, runtime.PROCESS: program, **made.files}
    roles = {role: f"{ENGINE}/{path.name}" for role, path in files.items()}
    return Engine(made.kind, roles), made


def _files(contents: Contents, worker: Worker, folder: Path, made: Climbed) -> None:
    shutil.copytree(contents.training.code, folder / runtime.CODE)
    (folder / runtime.LOCK).write_bytes(contents.lock)
    (folder / PROFILE).write_bytes(digest.canonical(contents.profile))
    (folder / SCORES).write_bytes(digest.canonical(contents.scores))
    (folder / CHANCES).write_bytes(digest.canonical(contents.chances))
    unseen.written(folder, contents.unseen)
    (folder / PARITY).write_bytes(digest.canonical(made.proof))
    rows = contents.training.rows[contents.golden]
    scores = fit.scores(worker, rows)
    units = made.units(rows, scores) if made.units else None
    golden.written(folder / GOLDEN, Golden(contents.records, rows, scores, units))
