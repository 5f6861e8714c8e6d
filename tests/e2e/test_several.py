"""Two models at one door: what ails one is no other's, and the lower gives way."""

import http.client
import shutil
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import unlike
from callers import Over, calling
from msgspec import json
from small_project import Serving, record

from mainstay.bundle.operation import Operation
from mainstay.core import journals
from mainstay.core.places import Places
from mainstay.seal.certificate import Scope

MAIN = "from mainstay.cli.main import main; main()"
ONE = json.encode({"records": [record()]})
MANY = json.encode({"records": [record(visit=f"w{at}") for at in range(1_000)]})
FLOODERS, SECONDS = 6, 5.0
Statuses = Counter[tuple[int, str | None]]


@pytest.fixture
def late(serving: Serving) -> Serving:
    return serving.beside("late")


@contextmanager
def door(*stands: Serving, ready: int) -> Iterator[int]:
    """The port of a replay door for some models, once so many said that they are ready."""
    folders = [
        argument
        for one in stands
        for argument in ("--serving", str(one.folder), "--log", str(one.log))
    ]
    command = [
        sys.executable, "-c", MAIN, "serve", *folders, "--port", "0",
        "--environment", "replay", "--clock", str(stands[0].clock),
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            lines = [process.stdout.readline() for _ in range(ready)]
            assert all(line.startswith("Ready: ") for line in lines), lines
            yield int(lines[0].rsplit(":", 1)[1])
        finally:
            process.terminate()


def asked(port: int, method: str, path: str, body: bytes = b"") -> tuple[int, Any]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request(method, path, body, {"content-type": "application/json"})
        response = connection.getresponse()
        return response.status, json.decode(response.read())


def statuses(port: int) -> dict[str, int]:
    return {
        name: asked(port, "POST", f"/models/{name}/predict", ONE)[0] for name in ("no-show", "late")
    }


def until_ready(port: int, status: int) -> Any:
    end = time.monotonic() + 60
    while (found := asked(port, "GET", "/readyz"))[0] != status:
        assert time.monotonic() < end, found
        time.sleep(0.1)
    return found[1]


@pytest.mark.slow
def test_what_ails_one_model_is_no_others(serving: Serving, late: Serving) -> None:
    for one in (serving, late):
        one.publish(1, one.certified(scope=Scope("replay")), environment="replay")
    with door(serving, late, ready=2) as port:
        before = statuses(port)
        until_ready(port, 200)
        lost = asked(port, "POST", "/predict", ONE)
        index = asked(port, "POST", "/v2/repository/index")[1]
        late.publish(2, late.certified(number=2, scope=Scope("replay")), environment="replay")
        shutil.rmtree(late.bundle)
        late.publish(3, late.certified(number=3, scope=Scope("replay")), environment="replay")
        time.sleep(1.0)
        after = statuses(port)
    (late.folder / "routing.json").write_text("{}")
    with door(serving, late, ready=1) as port:
        again = statuses(port)
        said = until_ready(port, 503)

    assert before == after == {"no-show": 200, "late": 200}
    assert lost[0] == 404
    assert "NAME: late, no-show" in lost[1]["errors"][0]["what"]
    assert {one["name"] for one in index} == {"no-show", "late"}
    assert again == {"no-show": 200, "late": 503}
    assert [one["ready"] for one in said["models"]] == [True, False]
    assert [len(list(journals.read(one.log))) for one in (serving, late)] == [3, 2]


@contextmanager
def flood(port: int, path: str) -> Iterator[Statuses]:
    """Callers of one model with 1,000 rows at a time; a moment's rest after a 429."""
    found: Statuses = Counter()

    def ask(_: int, over: Over) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as caller:
            while not over.is_set():
                caller.request("POST", path, MANY, {"content-type": "application/json"})
                response = caller.getresponse()
                response.read()
                found[response.status, response.headers["retry-after"]] += 1
                if response.status == 429:
                    over.wait(0.05)

    with calling(FLOODERS, ask):
        yield found


def waits(port: int, seconds: float) -> list[float]:
    """How long single answers of no-show took, one after the other; each is a good one."""
    found, end = [], time.monotonic() + seconds
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as caller:
        while time.monotonic() < end:
            since = time.monotonic()
            caller.request("POST", "/models/no-show/predict", ONE)
            response = caller.getresponse()
            response.read()
            assert response.status == 200
            found.append(time.monotonic() - since)
            time.sleep(0.01)
    return found


def flooded(serving: Serving, late: Serving, priority: str) -> tuple[float, Statuses]:
    """Median wait of no-show while late, of this priority, is flooded."""
    high = Operation(priority="high", latency=0.01)
    for one, operation in ((serving, high), (late, Operation(priority=priority))):
        number = 3 if (one.folder / "routing.json").exists() else 2
        share = one.changed(number, "replay", operation=operation, seed=number)
        one.publish(number, share, environment="replay")
    with door(serving, late, ready=2) as port, flood(port, "/models/late/predict") as found:
        return statistics.median(waits(port, SECONDS)), found


@pytest.mark.slow
def test_a_flood_of_a_lower_model_does_not_starve_the_higher(
    serving: Serving, late: Serving
) -> None:
    """An equal is answered throughout: so the lower one is shed for its priority."""
    wait, lower = flooded(serving, late, "low")

    assert set(lower) == {(200, None), (429, "1")}
    assert lower[200, None] > 0

    equal_wait, equal = flooded(serving, late, "high")

    assert set(equal) == {(200, None)}
    assert wait < equal_wait / 2


@pytest.fixture
def homes(born: Path, tmp_path: Path) -> Path:
    """A live project that has nothing in common with the small one but the environment."""
    return unlike.lived(tmp_path / "house-price", born)


@pytest.mark.slow
def test_two_models_that_have_nothing_in_common_share_a_door(serving: Serving, homes: Path) -> None:
    """A classifier with context and a regression of other fields, another key and no entity."""
    serving.publish(1, serving.certified(scope=Scope("replay")), environment="replay")
    both = Serving(homes, Places(homes).serving, Places(homes).door)
    visit, house = ONE, json.encode({"records": [unlike.record()]})
    with door(serving, both, ready=2) as port:
        ready = until_ready(port, 200)
        visits, houses = (
            asked(port, "POST", f"/models/{name}/predict", body)
            for name, body in (("no-show", visit), ("house-price", house))
        )
        crossed = [
            asked(port, "POST", f"/models/{name}/predict", body)
            for name, body in (("no-show", house), ("house-price", visit))
        ]
        metadata = asked(port, "GET", "/v2/models/house-price")[1]

    assert [one["model"] for one in ready["models"]] == ["no-show", "house-price"]
    (visit_said,), (house_said,) = visits[1]["answers"], houses[1]["answers"]
    assert (visit_said["key"], house_said["key"]) == ("v1", 7)
    assert {visit_said["decided_by"], house_said["decided_by"]} == {"model"}
    assert isinstance(visit_said["decision"], bool)
    assert house_said["decision"] == house_said["score"]
    assert 200 < house_said["score"] < 340
    assert [status for status, _ in crossed] == [422, 422]
    assert {"house", "area", "garden", "district"} <= {one["name"] for one in metadata["inputs"]}
    assert [len(list(journals.read(one.log))) for one in (serving, both)] == [2, 2]
