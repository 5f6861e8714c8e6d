"""A version that leaves some of its scores to others: from the contract to the watch."""

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lived
import pytest
import small_project
from msgspec import json
from small_project import Serving, record

from mainstay.bundle.manifest import Abstain
from mainstay.control.commands import Approve, Build, Certify, Deploy, Watch
from mainstay.control.handle import handle
from mainstay.core import settings
from mainstay.core.answers import Answer
from mainstay.core.nouns import Evidence

pytestmark = pytest.mark.slow
GOALS = """
    - {metric: roc_auc, at_least: 0.6}
    - {metric: accuracy, at_least: 0.3}
    - {metric: value_per_1000, at_least: -5000}
"""
BAND = "serve: {abstain: {between: [0.2, 0.4], to: TO}, "


@pytest.fixture(params=["person", "baseline"])
def to(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def deployed(as_author: Path, to: str) -> tuple[Path, Answer]:
    """A second version, live, and what its certification said."""
    path = as_author / "contract.yaml"
    text = path.read_text().replace("serve: {", BAND.replace("TO", to))
    text = text.replace("{at_most: 0.15}", "{at_most: 0.3}")
    path.write_text(text.replace("\n    - {metric: roc_auc, at_least: 0.6}\n", GOALS))
    handle(as_author, Build())
    certified = handle(as_author, Certify())
    assert certified.verdict == "pass", certified
    with settings.given({"MAINSTAY_KEY": small_project.APPROVER}):
        handle(as_author, Approve("v2"))
    handle(as_author, Deploy("v2", 1.0))
    return as_author, certified


@pytest.fixture
def port(serving: Serving, to: str) -> Iterator[int]:
    """A replay door in a process of its own."""
    share = serving.changed(2, "replay", abstain=Abstain(0.2, 0.4, to))  # type: ignore[arg-type]
    serving.publish(1, share, environment="replay")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from mainstay.cli.main import main; main()", "serve"]
    arguments = ["--environment", "replay", "--clock", serving.clock, "--port", str(port)]
    folders = ["--serving", serving.folder, "--log", serving.log]
    with subprocess.Popen([*command, *arguments, *folders]) as process:
        try:
            yield port
        finally:
            process.terminate()


def answers(port: int, records: list[dict[str, object]], **members: object) -> list[dict[str, Any]]:
    """Waits for the door to be there."""
    until = time.monotonic() + 60
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            connection.request("POST", "/predict", json.encode({"records": records, **members}))
            response = connection.getresponse()
            said = json.decode(response.read())
            if response.status == 200:
                return said["answers"]
        except OSError:
            said = "no answer"
        finally:
            connection.close()
        if time.monotonic() > until:
            pytest.fail(f"the door does not answer: {said}")
        time.sleep(0.2)


def by_clause(answer: Answer) -> dict[str, Evidence]:
    return {one.clause: one for one in answer.evidence}


def test_over_http_the_middle_is_left_open(port: int, to: str) -> None:
    records = [record(visit=f"v{wait}", wait=wait) for wait in range(60)]

    every = answers(port, records)
    each = [answers(port, [one])[0] for one in records[::10]]
    (why,) = answers(port, [records[0]], explain=2)

    left = [one for one in every if one["flags"] == ["abstained"]]
    assert each == every[::10]
    assert len(why["reasons"] or ()) == (2 if why["decided_by"] != "baseline" else 0)
    assert 0 < len(left) < 60
    assert {one["decided_by"] for one in left} == {to}
    if to == "person":
        assert {one["decision"] for one in left} == {None}
        assert all(0.2 <= one["score"] <= 0.4 for one in left)
    kept = [one for one in every if not one["flags"]]
    assert {one["decided_by"] for one in kept} == {"model"}
    assert all(not 0.2 <= one["score"] <= 0.4 for one in kept)


def test_gates_and_the_watch_judge_what_is_left(deployed: tuple[Path, Answer], to: str) -> None:
    folder, certified = deployed
    said = lived.answered(folder, range(1, 13))

    watched = handle(folder, Watch())

    gates, live = by_clause(certified), by_clause(watched)
    whom = "a person" if to == "person" else "the baseline"
    decided = [one for one in said if one["decided_by"] != "person"]
    scored = [one for one in said if to == "person" or one["decided_by"] == "model"]
    assert f"left to {whom}" in gates["accuracy"].population
    assert (" but " in gates["accuracy"].population) == (to == "person")
    assert (" but " in gates["roc_auc"].population) == (to == "baseline")
    assert gates["value_per_1000"].estimate.n == gates["accuracy"].estimate.n
    assert live["realised, value_per_1000"].estimate.n == len(decided)
    assert live["realised, accuracy"].estimate.n == len(decided)
    assert live["realised, roc_auc"].estimate.n == len(scored)
    assert live["drift"].verdict != "fail"
    people = f"{len(said) - len(decided):,} left to a person"
    assert (people in live["answered"].note) == (to == "person")
