"""Models in processes of their own behind a real door: killed under load, and of two ages."""

import http.client
import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from callers import Over, calling
from msgspec import json, structs
from small_project import Serving, record

from mainstay.bundle import manifest, runtime
from mainstay.bundle.environment import existing
from mainstay.control.commands import Build
from mainstay.control.handle import handle
from mainstay.core import notices
from mainstay.core.errors import Broken, Unavailable
from mainstay.core.places import Places
from mainstay.seal.certificate import Scope

CALLERS, SECONDS = 6, 60
LONGEST = 4.0  # seconds; a request that waits for a process that loads would take 5
FOREST = """
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder


def train(inputs, label):
    seen = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), ["kind"]),
        (SimpleImputer(), ["wait", "rain", "weekday"]),
    )
    forest = RandomForestClassifier(30, max_depth=6, random_state=SEED)
    return make_pipeline(seen, forest).fit(inputs, label)
"""
HEADER = """\
# /// script
# requires-python = ">=3.11,<3.12"
# dependencies = [{}]
# ///
"""
AGES = {
    2: '"scikit-learn==1.3.2", "numpy<2", "pandas<2.3"',
    3: '"scikit-learn>=1.6", "pandas"',
}
ITSELF = """
import json, pickle, sys, pandas
model = pickle.load(open(sys.argv[1], "rb"))
frame = pandas.DataFrame(json.loads(sys.argv[2]))
frame["kind"] = pandas.Categorical(frame["kind"], categories=["control", "new", "scan"])
print(json.dumps(model.predict_proba(frame)[:, 1].tolist()))
"""


class Said(NamedTuple):
    """What a caller got: answers, and the seconds that it waited."""

    status: int
    answers: list[dict[str, Any]]
    seconds: float


@pytest.fixture
def door(serving: Serving) -> Iterator[Callable[[], int]]:
    """Starts a replay door of its own process on the routing that lies there; returns its port."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> int:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = int(free.getsockname()[1])
        arguments = ["--environment", "replay", "--clock", serving.clock, "--port", str(port)]
        folders = ["--serving", serving.folder, "--log", serving.log]
        command = [sys.executable, "-c", "from mainstay.cli.main import main; main()", "serve"]
        started.append(subprocess.Popen([*command, *arguments, *folders]))
        wait_for(lambda: ready(port)["ready"], "the door is not ready")
        return port

    yield start
    for process in started:
        process.terminate()
        process.wait()


def ready(port: int) -> dict[str, Any]:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", "/readyz")
        said: dict[str, Any] = json.decode(connection.getresponse().read())
        connection.close()
    except OSError:
        return {"ready": False, "reasons": ["it does not listen yet"]}
    return said


def wait_for(holds: Callable[[], object], otherwise: str) -> None:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        if holds():
            return
        time.sleep(0.1)
    pytest.fail(otherwise)


def asked(port: int, *records: object) -> Said:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    began = time.monotonic()
    connection.request("POST", "/predict", json.encode({"records": records}))
    response = connection.getresponse()
    content = response.read()
    connection.close()
    answers = json.decode(content).get("answers", [])
    return Said(response.status, answers, time.monotonic() - began)


def children(process: str) -> list[int]:
    """Processes of the models of a door."""
    found = subprocess.run(["pgrep", "-f", process], capture_output=True, text=True)
    return [int(one) for one in found.stdout.split()]


@pytest.mark.slow
def test_a_killed_worker_leaves_nobody_waiting_and_comes_back(
    serving: Serving, door: Callable[[], int]
) -> None:
    share = serving.with_a_worker(1, "replay")
    serving.publish(1, share, environment="replay")
    port = door()
    found: list[Said] = []

    def ask(caller: int, over: Over) -> None:
        while not over.is_set():
            found.append(asked(port, record(patient=f"p{caller}")))

    with calling(CALLERS, ask):
        wait_for(lambda: len(found) > 50, "no answers")
        (worker,) = children(str(serving.folder / "bundles" / share.bundle / "engine"))
        before = len(found)
        os.kill(worker, signal.SIGKILL)
        wait_for(
            lambda: len(found) > before + 50 and decided(found[-1]) == "model",
            "it does not come back",
        )

    told = Counter((one.status, decided(one)) for one in found)
    flags = {flag for one in found for flag in one.answers[0]["flags"]}
    assert set(told) == {(200, "model"), (200, "baseline")}, told
    assert flags == {"engine", "circuit"}
    assert max(one.seconds for one in found) < LONGEST
    assert {decided(one) for one in found[:before]} == {"model"}
    wait_for(lambda: ready(port)["reasons"] == [], "it is not said to be back")


@pytest.mark.slow
def test_a_canary_whose_process_dies_is_dropped_under_load_and_stays_so_after_a_restart(
    serving: Serving, door: Callable[[], int]
) -> None:
    champion = serving.certified(1, scope=Scope("replay"))
    share = serving.with_a_worker(2, "replay")
    shares = [structs.replace(one, share=0.5) for one in (champion, share)]
    serving.publish(1, *shares, environment="replay")
    port = door()
    found: list[Said] = []

    def ask(caller: int, over: Over) -> None:
        numbers = itertools.count()
        while not over.is_set():
            found.append(asked(port, record(patient=f"p{caller}-{next(numbers)}")))

    process = str(serving.folder / "bundles" / share.bundle / "engine")

    def killed() -> bool:
        for worker in children(process):
            os.kill(worker, signal.SIGKILL)
        return any("recalled" in reason for reason in ready(port)["reasons"])

    with calling(CALLERS, ask):
        wait_for(lambda: len(found) > 400, "no answers")
        before = {one.answers[0]["version"] for one in found}
        wait_for(killed, "the canary is not dropped")
        dropped = len(found)
        wait_for(lambda: len(found) > dropped + 200, "no answers")
    again = door()
    after = [asked(again, record(patient=f"p{number}")) for number in range(50)]
    (told,) = (one for one in notices.read(serving.log) if one.kind == "recalled")

    assert before == {"v1", "v2"}
    assert {one.status for one in (*found, *after)} == {200}
    assert {one.answers[0]["version"] for one in found[dropped + CALLERS :]} == {"v1"}
    assert {one.answers[0]["version"] for one in after} == {"v1"}
    assert (told.version, told.sequence) == ("v2", 1)
    assert "its engine fails on more rows" in told.why


def decided(said: Said) -> str:
    return str(said.answers[0]["decided_by"]) if said.answers else ""


@pytest.fixture
def two_ages(as_author: Path, missing: Callable[[str], None]) -> dict[int, Path]:
    """Bundles of the same code but for its seed, by scikit-learn 1.3.2 and by a current one."""
    made = {}
    for number, dependencies in AGES.items():
        (as_author / "model.py").write_text(
            HEADER.format(dependencies) + FOREST.replace("SEED", str(number))
        )
        try:
            said = handle(as_author, Build())
        except Unavailable as error:
            missing(str(error))
        made[number] = Places(as_author).bundle(said.facts["bundle"])
    return made


@pytest.mark.slow
def test_models_of_two_scikit_learns_answer_side_by_side_each_as_itself(
    two_ages: dict[int, Path], serving: Serving, door: Callable[[], int]
) -> None:
    shares = [
        structs.replace(serving.with_a_worker(number, "replay", built), share=0.5)
        for number, built in two_ages.items()
    ]
    serving.publish(1, *shares, environment="replay")
    port = door()
    records = [
        record(visit=f"v{n}", patient=f"p{n}", wait=n, rain=n / 7, kind=("new", "scan")[n % 2])
        for n in range(60)
    ]
    answers = asked(port, *records).answers
    inputs = {
        "kind": [one["kind"] for one in records],
        **{name: [one[name] for one in records] for name in ("wait", "rain")},
        "weekday": [4] * 60,
    }
    itself = {f"v{number}": own(built, inputs) for number, built in two_ages.items()}
    versions = {number: manifest.read(built).versions for number, built in two_ages.items()}

    assert versions[2]["scikit-learn"] == "1.3.2" < versions[3]["scikit-learn"]
    assert versions[2]["numpy"] < "2" <= versions[3]["numpy"]
    assert {one["version"] for one in answers} == {"v2", "v3"}
    assert {one["decided_by"] for one in answers} == {"model"}
    assert [one["score"] for one in answers] == [
        itself[one["version"]][at] for at, one in enumerate(answers)
    ]
    assert itself["v2"] != itself["v3"]


def own(built: Path, inputs: dict[str, list[object]]) -> list[float]:
    """What the fitted object says in its own environment, without Mainstay."""
    stated = manifest.read(built)
    environments = built.parents[1] / "environments"
    program = existing(built / runtime.LOCK, environments, python=stated.python).program
    original = built / stated.engine.files[runtime.ORIGINAL]
    run = subprocess.run(
        [program, "-c", ITSELF, original, json.encode(inputs)], capture_output=True, check=True
    )
    return list(json.decode(run.stdout))


@pytest.mark.slow
def test_a_model_saved_by_another_scikit_learn_than_its_environment_has_is_refused(
    two_ages: dict[int, Path], tmp_path: Path
) -> None:
    old, new = two_ages[2], two_ages[3]
    mixed = tmp_path / "mixed"
    shutil.copytree(old, mixed)
    shutil.copy(new / runtime.LOCK, mixed)
    stated = manifest.read(old)
    (mixed / manifest.FILE).unlink()
    digest = manifest.written(mixed, stated)

    with pytest.raises(Broken, match=r"was saved with .*scikit-learn 1\.3\.2, its environment has"):
        runtime.original(mixed, old.parents[1] / "environments", expected=digest)
