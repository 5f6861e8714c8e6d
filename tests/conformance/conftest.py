"""A door of its own process over HTTP and gRPC, two versions behind it, and clients of others."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import small_project
from msgspec import json, structs
from small_project import Serving

from mainstay.seal.certificate import Scope

ENVIRONMENTS = Path(".tools/conformance").resolve()
RECORD = small_project.record(visit="Besuch Nº 1", kind="new")
Asked = Callable[..., Any]


class Door(NamedTuple):
    """Where it listens."""

    http: str
    grpc: str


@contextmanager
def _opened(*stands: Serving) -> Iterator[Door]:
    options = ["--environment", "replay", "--clock", stands[0].clock, "--port", "0"]
    options += ["--grpc-port", "0"]
    for one in stands:
        options += ["--serving", one.folder, "--log", one.log]
    command = [sys.executable, "-c", "from mainstay.cli.main import main; main()", "serve"]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield listening(process, len(stands))
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def opened() -> Callable[..., AbstractContextManager[Door]]:
    """A replay door for some serving folders, while a block runs."""
    return _opened


@pytest.fixture(scope="session")
def door(ripe: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A replay door: v1 answers 70 %, v2, the same model, the others."""
    from conftest import acting

    with acting(ripe, small_project.AUTHOR):
        serving = small_project.serving(ripe, tmp_path_factory.mktemp("door"))
        first, second = (serving.certified(one, scope=Scope("replay")) for one in (1, 2))
        shares = structs.replace(first, share=0.7), structs.replace(second, share=0.3)
        serving.publish(1, *shares, environment="replay")
        with _opened(serving) as made:
            yield made


def listening(process: subprocess.Popen[str], models: int) -> Door:
    """What it says when all its models are ready, in any order."""
    said = ""
    while said.count("http://") < models or "gRPC" not in said:
        line = process.stdout.readline()
        assert line, f"the door ended: {said}"
        said += line
    http, grpc = re.search(r"http://[\d.]+:(\d+)", said), re.search(r"gRPC on [\d.]+:(\d+)", said)
    return Door(http[1], grpc[1])


@pytest.fixture(scope="session")
def client() -> Asked:
    """Runs the script of a client in its environment; what it says, as JSON."""

    def asked(name: str, *arguments: str, script: str = "", given: Any = RECORD) -> Any:
        python = ENVIRONMENTS / name / "bin" / "python"
        program = Path(__file__).with_name(f"{script or f'client_{name}'}.py")
        done = subprocess.run(
            [python, program, *arguments], input=json.encode(given), capture_output=True,
            timeout=300,
        )  # fmt: skip
        assert not done.returncode, done.stderr.decode()
        return json.decode(done.stdout)

    return asked


@pytest.fixture(scope="session")
def score(door: Door) -> float:
    """What /predict says of the record."""
    from urllib.request import urlopen

    body = json.encode({"records": [RECORD]})
    with urlopen(f"http://127.0.0.1:{door.http}/predict", body) as answer:
        return json.decode(answer.read())["answers"][0]["score"]


@pytest.fixture
def installed(missing: Callable[[str], None]) -> Callable[[str], None]:
    """Call it with a client's name."""

    def refuse(name: str) -> None:
        if not (ENVIRONMENTS / name / "bin" / "python").exists():
            missing(f"{name} is not installed: make conformance")

    return refuse
