"""From approval to rollback with real processes: what is asked over HTTP never fails."""

import http.client
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
import small_project
from callers import Over, calling
from forked import typed
from msgspec import json
from small_project import Serving, environment, record

from mainstay.core import journals

MAIN = "from mainstay.cli.main import main; main()"
ACK = {"x-mainstay-durability": "ack"}
CALLERS, REQUESTS = 4, 1_000


class Caller:
    """One keep-alive connection to a door."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)

    def close(self) -> None:
        self._connection.close()

    def asked(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        self._connection.request(method, path, body, headers or {})
        response = self._connection.getresponse()
        return response.status, json.decode(response.read())

    def answer(self, headers: dict[str, str] | None = None, **changes: object) -> dict[str, Any]:
        body = json.encode({"records": [record(**changes)]})
        status, said = self.asked("POST", "/predict", body, headers)
        assert status == 200, said
        return said["answers"][0]


def run(folder: Path, *arguments: str, name: str = small_project.AUTHOR) -> str:
    """What a command prints; it must succeed."""
    done = typed(folder, environment(folder, name), *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def door(folder: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], Caller]]:
    """A replay door at a free port, once it said that it is ready, and a caller of it."""
    command = [sys.executable, "-c", MAIN, "serve", "--environment", "replay", "--port", "0"]
    with subprocess.Popen(
        [*command, "--folder", str(folder), *arguments],
        env=environment(folder, small_project.AUTHOR), stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            line = process.stdout.readline()
            found = re.fullmatch(r"Ready: .*, on http://127\.0\.0\.1:(\d+)\n", line)
            assert found, line
            with closing(Caller(int(found[1]))) as caller:
                yield process, caller
        finally:
            process.kill()


def until(true: Callable[[], bool]) -> None:
    """Waits for something that a door does on its own."""
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def for_replay(born: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small project with v1 approved for replay, where a door may live in its time."""
    folder = tmp_path_factory.mktemp("replay") / "no-show"
    small_project.copied(born, folder)
    (folder / "clock").write_text(small_project.AFTER.isoformat())
    run(folder, "certify", "v1", "--environment", "replay")
    run(folder, "approve", "v1", name=small_project.APPROVER)
    return folder


@pytest.fixture
def approved(for_replay: Path, tmp_path: Path) -> Path:
    """A copy of it, to do anything with."""
    return small_project.copied(for_replay, tmp_path / "no-show")


def second(folder: Path) -> None:
    """A second version, approved."""
    model = folder / "model.py"
    model.write_text(model.read_text().replace("n_estimators=20", "n_estimators=30"))
    run(folder, "build")
    run(folder, "certify", "v2", "--environment", "replay")
    run(folder, "approve", "v2", name=small_project.APPROVER)


def test_a_life_of_two_versions_fails_nobody(approved: Path) -> None:
    run(approved, "deploy", "v1", "--live", "--environment", "replay")
    with door(approved) as (process, caller):
        first = caller.answer()
        second(approved)
        caller.close()  # idle for longer than a door keeps it
        run(approved, "deploy", "v2", "--environment", "replay")
        until(lambda: caller.asked("GET", "/readyz")[1]["sequence"] == 2)
        patients = [f"p{number}" for number in range(200)]
        one, two = ([caller.answer(patient=who)["version"] for who in patients] for _ in range(2))
        with load(caller.port) as found:
            run(approved, "deploy", "v2", "--live", "--environment", "replay")
            until(
                lambda: caller.answer()["version"] == "v2" == caller.answer(patient="p2")["version"]
            )
            run(approved, "rollback", "--because", "slow")
            until(lambda: caller.asked("GET", "/readyz")[1]["sequence"] == 4)
        last = caller.answer()
        process.send_signal(signal.SIGTERM)

        assert process.wait(20) == 0
        assert (first["version"], first["decided_by"]) == ("v1", "model")
        assert len(first["certificate"]) == 12
        assert one == two
        assert 5 < Counter(one)["v2"] < 45
        assert sum(found.values()) >= REQUESTS
        assert {status for status, _, _ in found} == {200}
        assert {by for _, _, by in found} == {"model"}
        assert {version for _, version, _ in found} == {"v1", "v2"}
        assert last == first


@contextmanager
def load(port: int) -> Iterator[Counter[tuple[int, str, str]]]:
    """Requests without pause while the block runs, REQUESTS at least: status, version, by whom."""
    found: Counter[tuple[int, str, str]] = Counter()
    counting = threading.Lock()

    def ask(number: int, over: Over) -> None:
        at = 0
        with closing(Caller(port)) as caller:
            while not over.is_set() or at < REQUESTS / CALLERS:
                body = json.encode({"records": [record(patient=f"p{number}-{at}")]})
                status, said = caller.asked("POST", "/predict", body)
                answer = said["answers"][0] if status == 200 else {"version": "", "decided_by": ""}
                with counting:
                    found[status, answer["version"], answer["decided_by"]] += 1
                at += 1
                time.sleep(0.002)

    with calling(CALLERS, ask):
        yield found


def test_a_door_that_was_killed_kept_all_it_acknowledged_and_starts_again(approved: Path) -> None:
    run(approved, "deploy", "v1", "--live", "--environment", "replay")
    with door(approved) as (process, caller):
        kept = [caller.answer(ACK, visit=f"kept-{number}")["key"] for number in range(20)]
        process.kill()
        process.wait()
    with door(approved) as (process, caller):
        again = caller.answer(ACK, visit="again")["key"]
        process.send_signal(signal.SIGINT)
        code = process.wait(20)
    payloads = journals.read(approved / ".mainstay" / "door")
    replies = [json.decode(msgspec.msgpack.decode(one)[4]) for one in payloads]

    assert code == 0
    assert [one["answers"][0]["key"] for one in replies] == [*kept, again]


def test_a_running_door_ends_the_model_when_its_certificate_ends(approved: Path) -> None:
    run(approved, "deploy", "v1", "--live", "--environment", "replay")
    with door(approved) as (_, caller):
        before = caller.answer()
        (approved / "clock").write_text("2030-01-01T00:00:00+00:00")
        after, said = caller.answer(), caller.asked("GET", "/readyz")[1]

    assert (before["decided_by"], before["flags"]) == ("model", [])
    assert (after["decided_by"], after["flags"]) == ("baseline", ["certificate"])
    assert said["reasons"] == ["the certificate of v1 has expired"]


def test_a_deployment_killed_before_it_was_published_is_published_by_the_next_command(
    approved: Path,
) -> None:
    killed = f"""
import os, signal
from mainstay.control import publish
publish.published = lambda project: os.kill(os.getpid(), signal.SIGKILL)
{MAIN}"""
    arguments = ["deploy", "v1", "--live", "--environment", "replay", "--folder", str(approved)]
    done = subprocess.run(
        [sys.executable, "-c", killed, *arguments], env=environment(approved, small_project.AUTHOR)
    )
    routing = approved / ".mainstay" / "serving" / "routing.json"
    before = routing.exists()
    run(approved, "trust", small_project.AUTHOR, "--role", "author")
    run(approved, "status")
    run(approved, "deploy", "v1", "--live", "--environment", "replay")

    assert (done.returncode, before) == (-signal.SIGKILL, False)
    assert routing.exists()


def test_a_model_in_its_own_process_answers_from_a_copy_of_the_folder(
    serving: Serving, tmp_path: Path
) -> None:
    serving.publish(1, serving.with_a_worker(environment="replay"), environment="replay")
    copy = shutil.copytree(serving.folder, tmp_path / "copy", symlinks=True)
    folders = ("--serving", str(copy), "--log", str(serving.log))
    with door(serving.project, *folders) as (_, caller):
        answer = caller.answer()

    assert (answer["version"], answer["decided_by"]) == ("v1", "model")
