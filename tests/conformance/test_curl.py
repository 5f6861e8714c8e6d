"""curl, as the reference page shows it: every command there, against a real door."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import json
from small_project import record

pytestmark = pytest.mark.slow
DATATYPES = {
    "visit": "BYTES", "at": "BYTES", "patient": "BYTES", "wait": "INT64", "rain": "FP64",
    "kind": "BYTES",
}  # fmt: skip
PAGE = Path("docs/reference/wires.md")
COMMANDS = re.findall(r"^curl (.+(?:\\\n.+)*)", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def test_the_page_shows_every_wire() -> None:
    shown = "\n".join(COMMANDS)

    assert all(path in shown for path in ("/predict", "/infer", "/invocations", "/v2/models/"))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_gets_an_answer(
    command: str, door: Any, tmp_path: Path, missing: Callable[[str], None]
) -> None:
    if shutil.which("curl") is None:
        missing("there is no curl")
    (tmp_path / "records.json").write_bytes(json.encode({"records": [record()]}))
    rows = [",".join(record()), ",".join(map(str, record().values()))]
    (tmp_path / "rows.csv").write_text("\n".join(rows))
    tensors = [
        {"name": name, "shape": [1], "datatype": kind, "data": [record()[name]]}
        for name, kind in DATATYPES.items()
    ]
    (tmp_path / "request.json").write_bytes(json.encode({"inputs": tensors}))
    line = f"curl --fail-with-body {command}".replace("localhost:8080", f"127.0.0.1:{door.http}")
    line = line.replace("flight-delay", "no-show")
    done = subprocess.run(["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True)

    assert not done.returncode, done.stdout
