"""The demo as a person runs it, also where something is missing or asked otherwise."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


def played(out: Path, *options: str, **variables: str) -> dict[str, Any]:
    """The figures of a demo that ran as its own process."""
    program = Path(sys.executable).with_name("mainstay")
    command = [str(program), "demo", "--out", str(out), *options]
    done = subprocess.run(
        command, env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    figures: dict[str, Any] = json.loads((out / "demo.json").read_text())
    return figures


@pytest.mark.minutes
def test_the_demo_passes_through_the_worker_where_libgomp_is_missing(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "libgomp.so.1").write_bytes(b"")

    figures = played(tmp_path / "demo", "--weeks", "1", LD_LIBRARY_PATH=str(broken))

    missed = {name for name, gate in figures["gates"].items() if gate["verdict"] != "pass"}
    assert figures["engine"] == "onnx"  # the next rung; where onnxruntime is missing, the worker
    assert missed <= {"latency_p99"}  # 4 ms a row when alone, but other tests run beside this one
    assert figures["versions_certified"] == (not missed)
    assert figures["ledger_verified"] is True


@pytest.mark.minutes
def test_other_months_and_another_seed_tell_a_story_of_their_own(tmp_path: Path) -> None:
    figures = played(tmp_path / "demo", "--train-months", "4", "--seed", "7", "--weeks", "2")

    assert figures["ledger_verified"] is True
    certified = figures["versions_certified"] > 0
    assert (tmp_path / "demo" / "certificate.html").exists() is certified
    assert "Is it worth it?" in (tmp_path / "demo" / "model.html").read_text()
    assert figures["certificates_verified"] is certified
    assert (len(figures.get("weeks", ())) > 0) is certified
    assert figures.get("failed", 0) == 0
    losses = figures.get("losses", {"compared": 0, "split": 0})
    assert losses["split"] == losses["compared"]
