"""From a fitted object to a bundle: engine with its proof, golden rows, everything by digest."""

import shutil
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.bundle import golden, manifest, parity, runtime
from mainstay.bundle.golden import Golden
from mainstay.bundle.layout import ENGINE, GOLDEN, PARITY, PROFILE, SCORES, ULP
from mainstay.bundle.lightgbm import Booster
from mainstay.bundle.manifest import Engine, Manifest
from mainstay.bundle.parity import Parity, Proof
from mainstay.bundle.worker import Worker
from mainstay.core import digest
from mainstay.core.errors import Unavailable
from mainstay.data.answered import Answered
from mainstay.data.profile import Profile
from mainstay.trainer import fit, importer
from mainstay.trainer.fit import Training
from mainstay.trainer.importer import Native


class Contents(NamedTuple):
    """What a bundle is packed from; stated lacks its engine, python and versions."""

    stated: dict[str, Any]
    training: Training
    lock: bytes
    profile: Profile
    scores: Answered
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
        engine, proof, note = _engine(contents.training, worker, folder)
        _files(contents, worker, folder, proof)
        python, versions = fit.versions(worker)
        platform = importer.machine()
        made = Manifest(
            **contents.stated, engine=engine, python=python, versions=versions, platform=platform
        )
        found = manifest.written(folder, made)
        if not (bundles / found).exists():
            folder.rename(bundles / found)
    place = bundles / found
    return Packed(place, found, manifest.read(place, found), proof, note)


def _engine(training: Training, worker: Worker, folder: Path) -> tuple[Engine, Proof, str]:
    """The native engine where it says what the model says, within ULP, else the model's process."""
    (folder / ENGINE).mkdir()
    original = fit.saved(worker, folder / ENGINE)
    shutil.copy(fit.PROGRAM, folder / ENGINE)
    files = {
        runtime.ORIGINAL: f"{ENGINE}/{original.path.name}",
        runtime.PROCESS: f"{ENGINE}/{fit.PROGRAM.name}",
    }
    native = importer.exported(worker, training.inputs, folder / ENGINE)
    if not isinstance(native, Native):
        return Engine("worker", files), _proof(training, worker, None), native.why
    proof, why = _native_proof(training, worker, native)
    if why:
        native.booster.unlink()
        native.library.unlink()
        return Engine("worker", files), _proof(training, worker, None), why
    roles = {
        runtime.BOOSTER: f"{ENGINE}/{native.booster.name}",
        runtime.LIBRARY: f"{ENGINE}/{native.library.name}",
    }
    return Engine("lightgbm", files | roles), proof, ""


def _native_proof(training: Training, worker: Worker, native: Native) -> tuple[Proof, str]:
    try:
        booster = Booster(native.booster, native.library)
    except Unavailable as error:
        return _proof(training, worker, None), f"{error}; the model's own process answers instead"
    try:
        proof = _proof(training, worker, booster, native.booster.read_text(encoding="utf-8"))
    finally:
        booster.close()
    worst = max(proof.ordinary.max_ulp, proof.adversarial.max_ulp)
    return proof, f"the native engine is {worst} ulp off: not used" if worst > ULP else ""


def _proof(training: Training, worker: Worker, booster: Booster | None, text: str = "") -> Proof:
    """The engine against the model that was fitted; that itself is asked twice for ordinary rows.

    Rows at the ends of the numbers are for engines: a model may refuse a missing value.
    """

    def original(rows: NDArray[np.float64]) -> NDArray[np.float64]:
        return fit.scores(worker, rows)

    if booster is None:
        twice = original(training.rows), original(training.rows)
        return Proof(parity.compared(*twice), Parity(0, 0, 0, 0.0))
    hard = parity.adversarial(training.rows, training.inputs, text, seed=training.seed)
    return parity.proof(original, booster.scores, training.rows, hard)


def _files(contents: Contents, worker: Worker, folder: Path, proof: Proof) -> None:
    shutil.copytree(contents.training.code, folder / runtime.CODE)
    (folder / runtime.LOCK).write_bytes(contents.lock)
    (folder / PROFILE).write_bytes(digest.canonical(contents.profile))
    (folder / SCORES).write_bytes(digest.canonical(contents.scores))
    (folder / PARITY).write_bytes(digest.canonical(proof))
    rows = contents.training.rows[contents.golden]
    golden.written(folder / GOLDEN, Golden(contents.records, rows, fit.scores(worker, rows)))
