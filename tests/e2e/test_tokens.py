"""A door with TLS and tokens: who shows one is answered, and it is written down nowhere."""

import http.client
import ssl
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import json
from self_signed import made
from small_project import Serving, record

from mainstay.core import journals
from mainstay.seal import tokens
from mainstay.seal.certificate import Scope

MAIN = "from mainstay.cli.main import main; main()"
EXPIRES = datetime(2100, 1, 1, tzinfo=UTC)


def asked(port: int, certificate: Path, method: str, path: str, **headers: str) -> tuple[int, str]:
    trusting = ssl.create_default_context(cafile=certificate)
    connection = http.client.HTTPSConnection("localhost", port, timeout=20, context=trusting)
    connection.request(method, path, json.encode({"records": [record()]}), headers)
    response = connection.getresponse()
    said = response.status, response.read().decode()
    connection.close()
    return said


@pytest.mark.slow
def test_a_token_opens_the_door_and_stays_nowhere(serving: Serving, tmp_path: Path) -> None:
    serving.publish(1, serving.certified(scope=Scope("replay")), environment="replay")
    certificate, key = made(tmp_path)
    actions = ("predict", "observe")
    token = tokens.given(serving.keys, "shop", ("no-show",), actions, EXPIRES)
    shown = {"authorization": f"Bearer {token}", "x-mainstay-durability": "ack"}
    command = [
        sys.executable, "-c", MAIN, "serve", "--serving", serving.folder, "--log", serving.log,
        "--environment", "replay", "--clock", serving.clock, "--port", "0",
        "--certificate", certificate, "--private-key", key,
    ]  # fmt: skip
    with (
        (tmp_path / "errors").open("wb") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as process,
    ):
        try:
            line = process.stdout.readline()
            port = int(line.rsplit(":", 1)[1])
            found = [
                asked(port, certificate, "POST", "/predict", **shown),
                asked(port, certificate, "POST", "/predict"),
                asked(port, certificate, "POST", "/predict", authorization=f"Bearer {token}x"),
                asked(port, certificate, "GET", f"/{token}"),
                asked(port, certificate, "GET", "/metrics", **shown),
            ]
        finally:
            process.terminate()
            rest = process.stdout.read()

    assert ", on https://127.0.0.1:" in line
    assert [status for status, _ in found] == [200, 401, 401, 401, 200]
    assert len(list(journals.read(serving.log))) == 1
    files = [path for path in tmp_path.rglob("*") if path.is_file() and not path.is_symlink()]
    assert [path for path in files if token.encode() in path.read_bytes()] == []
    assert token not in line + rest + found[0][1] + found[4][1]
    assert len(files) > 5
