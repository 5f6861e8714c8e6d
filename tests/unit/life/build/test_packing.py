"""From a fitted object to a bundle."""

from pathlib import Path

from mainstay.bundle import golden, layout, manifest, runtime
from mainstay.control.commands import Build
from mainstay.control.handle import handle
from mainstay.core.places import Places

LINEAR = """
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline


def train(inputs, label):
    wait = make_column_transformer(("passthrough", ["wait"]))
    return make_pipeline(wait, LogisticRegression()).fit(inputs, label)
"""


def test_the_same_inputs_make_the_same_bundle(as_author: Path) -> None:
    (before,) = Places(as_author).bundles.iterdir()
    name = before.name
    before.rename(as_author / "elsewhere")
    path = as_author / "contract.yaml"
    path.write_text(f"# a remark\n{path.read_text()}")
    (as_author / ".mainstay" / "ledger.db").unlink()
    for suffix in ("-wal", "-shm"):
        (as_author / ".mainstay" / f"ledger.db{suffix}").unlink(missing_ok=True)

    said = handle(as_author, Build())

    assert said.facts["bundle"] == name


def test_a_linear_model_is_served_from_its_form(as_author: Path) -> None:
    header = (as_author / "model.py").read_text().partition("from lightgbm")[0]
    (as_author / "model.py").write_text(header + LINEAR)

    said = handle(as_author, Build())

    places, digest = Places(as_author), said.facts["bundle"]
    stated = manifest.read(places.bundle(digest))
    opened = runtime.opened(places.bundle(digest), places.environments, expected=digest)
    kept = golden.read(places.bundle(digest) / layout.GOLDEN)
    replay = golden.replay(kept, opened.inputs, opened.scores)

    assert said.facts["engine"] == stated.engine.kind == "linear"
    assert {"form", "original", "process"} == set(stated.engine.files)
    assert layout.PARITY in stated.files
    assert (opened.notes, replay.encoded, replay.scored_ulp <= layout.ULP) == ((), 0, True)
