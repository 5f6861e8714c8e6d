"""The peers: an environment each, the pipeline fitted in it, the command that serves it."""

import json
import shutil
import subprocess
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from bench.form import progress
from bench.servers import table
from bench.servers.process import NotReady, free_port
from bench.servers.table import Table
from mainstay.core import digest, settings

HERE = Path(__file__).resolve().parent
STATED = HERE.parent / "peers.toml"
ENVIRONMENTS = HERE.parent.parent / ".tools" / "peers"
QUIET = {
    "PYTHONWARNINGS": "ignore", "DO_NOT_TRACK": "1", "BENTOML_DO_NOT_TRACK": "True",
    "MLFLOW_DISABLE_TELEMETRY": "true", "MLSERVER_PARALLEL_WORKERS": "0",
}  # fmt: skip


class Peer(NamedTuple):
    """command: in its environment, {port} to be filled in; body: its form of rows."""

    command: str
    path: str
    body: Callable[[Table], object]


UVICORN = "python -m uvicorn --port {port} --no-access-log --log-level warning"
PEERS: Mapping[str, Peer] = {
    "fastapi": Peer(
        f"{UVICORN} fastapi_app:app",
        "/predict",
        lambda rows: {"records": table.records(rows)},
    ),
    "mlflow": Peer(
        "mlflow models serve -m mlflow_model -p {port} --env-manager local --workers 1",
        "/invocations",
        lambda rows: {"dataframe_split": {"columns": table.COLUMNS, "data": rows.rows}},
    ),
    "bentoml": Peer(
        "bentoml serve bentoml_app:Service -p {port} --host 127.0.0.1 -q",
        "/predict",
        lambda rows: {"rows": table.records(rows)},
    ),
    "mlserver": Peer(
        "mlserver start .",
        "/v2/models/model/infer",
        lambda rows: {
            "parameters": {"content_type": "pd"},
            "inputs": table.tensors(rows),
            "outputs": [{"name": "predict_proba"}],
        },
    ),
}


def installed(name: str) -> Path:
    """The programs of a peer's environment, made where it is not as stated. Raises NotReady."""
    stated = tomllib.loads(STATED.read_text(encoding="utf-8"))
    packages = [*stated[name]["packages"], *stated["model"]]
    place, wanted = ENVIRONMENTS / name, digest.of_bytes(json.dumps(packages).encode())
    mark = place / "stated"
    if not mark.exists() or mark.read_text() != wanted:
        progress(f"the environment of {name} is made")
        _run([*_uv(), "venv", "--quiet", "--clear", "--python", stated["python"], str(place)])
        _run([*_uv(), "pip", "install", "--quiet", "--python", str(place), *packages])
        mark.write_text(wanted)
    return place / "bin"


def prepared(
    name: str, learned: Path, folder: Path, program: Path | None = None
) -> tuple[list[str], Mapping[str, str]]:
    """Fits the pipeline in a folder; the command and the settings that serve it from there.

    program: a model.py whose train() makes it, None for the peers' own. Raises NotReady where the
    peer does not install or fit.
    """
    programs = installed(name)
    folder.mkdir()
    fit = [str(programs / "python"), str(HERE / "fit.py"), str(learned), str(folder), name]
    fit += [str(program)] if program else []
    _run(fit)
    if name == "mlserver":
        return _mlserver(programs, folder)
    if (app := HERE / f"{name}_app.py").exists():
        shutil.copy(app, folder)
    program, *rest = PEERS[name].command.split()
    return [str(programs / program), *rest], {**QUIET, "PATH": _path(programs)}


def _mlserver(programs: Path, folder: Path) -> tuple[list[str], Mapping[str, str]]:
    """It takes its ports from its settings only, and serves what lies in its folder."""
    implementation = "mlserver_sklearn.SKLearnModel"
    uri = {"uri": "./pipeline.joblib"}
    stated = {"name": "model", "implementation": implementation, "parameters": uri}
    (folder / "model-settings.json").write_text(json.dumps(stated))
    given = {
        "MLSERVER_HTTP_PORT": "{port}", "MLSERVER_HOST": "127.0.0.1", "MLSERVER_DEBUG": "false",
        "MLSERVER_GRPC_PORT": str(free_port()), "MLSERVER_METRICS_PORT": str(free_port()),
    }  # fmt: skip
    return [str(programs / "mlserver"), "start", "."], {**QUIET, **given, "PATH": _path(programs)}


def _path(programs: Path) -> str:
    return f"{programs}:{settings.child_environment().get('PATH', '')}"


def _uv() -> list[str]:
    found = settings.uv() or shutil.which("uv") or str(HERE.parent.parent / ".tools/uv/bin/uv")
    return [found]


def _run(command: list[str]) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        said = " / ".join(done.stderr.strip().splitlines()[-3:])
        raise NotReady(f"{Path(command[0]).name} {command[1]}: {said}"[:600])
