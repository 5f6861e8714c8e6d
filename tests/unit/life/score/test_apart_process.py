"""The process of an engine says what its engine says, until nobody asks any more."""

import socket
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from small_project import Serving

from mainstay.bundle.link import Link
from mainstay.bundle.runtime import Runtime
from mainstay.core.errors import Unavailable
from mainstay.life.score import apart_process


def test_it_answers_by_the_engine_of_a_bundle(
    serving: Serving, opened_once: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = socket.socketpair()
    folders = [str(serving.bundle.resolve()), str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["apart_process", str(theirs.detach()), *folders])
    process = threading.Thread(target=apart_process.main)
    process.start()
    matrix = np.random.default_rng(0).normal(50, 30, size=(7, len(opened_once.manifest.inputs)))
    link = Link(ours, lambda: Unavailable("gone"))

    said = link.submit({}, [matrix]).result(20).arrays[0]
    link.close()
    process.join(5)

    assert said.tobytes() == opened_once.scores(matrix).tobytes()
    assert not process.is_alive()
