"""A real door under real requests, while what it serves is swapped."""

import http.client
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import json
from small_project import Serving, record

from mainstay.core import journals
from mainstay.seal.certificate import Scope

REQUESTS, SWAPS = 2_000, 3


@pytest.fixture
def port(serving: Serving) -> Iterator[int]:
    """A replay door of its own process, which serves v1."""
    serving.publish(1, serving.certified(scope=Scope("replay")), environment="replay")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    arguments = ["--environment", "replay", "--clock", serving.clock, "--port", str(port)]
    folders = ["--serving", serving.folder, "--log", serving.log]
    command = [sys.executable, "-c", "from mainstay.cli.main import main; main()", "serve"]
    with subprocess.Popen([*command, *arguments, *folders]) as process:
        try:
            wait_for(port, 1)
            yield port
        finally:
            process.terminate()


def get(port: int, path: str) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path)
    response = connection.getresponse()
    said = response.status, json.decode(response.read())
    connection.close()
    return said


def wait_for(port: int, sequence: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if get(port, "/readyz")[1]["sequence"] == sequence:
                return
        except OSError:
            pass
        time.sleep(0.1)
    pytest.fail(f"the door does not follow routing {sequence}")


def test_no_request_fails_while_versions_are_swapped(port: int, serving: Serving) -> None:
    shares = [serving.certified(number, scope=Scope("replay")) for number in (2, 1, 3)]
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    found: Counter[tuple[int, str]] = Counter()
    for number in range(REQUESTS):
        if number % (REQUESTS // (SWAPS + 1)) == 0 and number:
            sequence = number // (REQUESTS // (SWAPS + 1)) + 1
            serving.publish(sequence, shares[sequence - 2], environment="replay")
        connection.request(
            "POST", "/predict", json.encode({"records": [record(visit=f"v{number}")]})
        )
        response = connection.getresponse()
        answer = json.decode(response.read())["answers"][0]
        found[response.status, answer["decided_by"]] += 1
    wait_for(port, SWAPS + 1)
    connection.request(
        "POST", "/predict", json.encode({"records": [record()]}), {"x-mainstay-durability": "ack"}
    )
    last = json.decode(connection.getresponse().read())["answers"][0]
    connection.close()

    assert found == {(200, "model"): REQUESTS}
    assert last["version"] == "v3"
    assert len(list(journals.read(serving.log))) == REQUESTS + 1


def test_a_door_answers_on_loopback_only_and_refuses_what_is_no_request(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    found = []
    for body in (b"{", b"{}", b"0" * 10_000_001):
        connection.request("POST", "/predict", body)
        response = connection.getresponse()
        response.read()
        found.append(response.status)
    connection.close()

    assert found == [400, 422, 413]
