import os
import platform
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pytest

from mainstay.bundle import worker as worker_of
from mainstay.bundle.environment import Environment
from mainstay.bundle.link import FRAME, LENGTH
from mainstay.bundle.worker import Worker, predicted
from mainstay.core.errors import Unavailable

PROGRAM = Path("src/mainstay/trainer/worker_process.py").resolve()
MODEL = """
    import os
    import time
    import numpy as np

    class Model:
        def predict(self, inputs):
            if inputs[0, 0] < 0:
                print("sleeping")
                time.sleep(-inputs[0, 0])
            if inputs[0, 0] == 99:
                print("about to die")
                os._exit(7)
            return inputs[:, 0] * 2

    def train(inputs: np.ndarray, label):
        print(os.environ["OMP_NUM_THREADS"], os.environ["PYTHONHASHSEED"], sorted(os.environ))
        return Model()
"""
ENDLESS = 100.0
"""Seconds a prediction of minus as many takes."""


@pytest.fixture
def environment() -> Environment:
    return Environment(Path(sys.prefix), platform.python_version(), "")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log.txt"


@pytest.fixture
def header(tmp_path: Path) -> dict[str, Any]:
    """Of a fit."""
    (tmp_path / "model.py").write_text(dedent(MODEL))
    kind = {"name": "size", "kind": "number", "levels": []}
    shape = {"task": "regression", "classes": [], "seed": 0}
    return {"code": str(tmp_path), "inputs": [kind], "label": kind, **shape}


@pytest.fixture
def worker(environment: Environment, log: Path, header: dict[str, Any]) -> Iterator[Worker]:
    """With a fitted model that doubles."""
    with Worker(environment, PROGRAM, log=log, threads=3, seed=5) as worker:
        fit(worker, header)
        yield worker


def fit(worker: Worker, header: dict[str, Any]) -> None:
    worker.call("fit", header, [np.ones((2, 1)), np.zeros(2)])


def asleep(log: Path) -> None:
    while "sleeping" not in log.read_text():
        time.sleep(0.01)


def gone(process: int) -> bool:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def test_who_else_asks_the_process_is_answered_and_may_go(worker: Worker) -> None:
    matrix = np.array([[4.0]])
    header = b'{"op": "predict", "shapes": [[1, 1]]}'
    content = LENGTH.pack(len(header)) + header + matrix.tobytes()
    asked = FRAME.pack(len(content), 7) + content
    with socket.socket(socket.AF_UNIX) as other, socket.socket(socket.AF_UNIX) as rude:
        for one in (other, rude):
            one.connect(str(worker.address))
        rude.sendall(asked * 3 + asked[:20])
        other.sendall(asked[:10])
        ours = predicted(worker, matrix).tolist()
        other.sendall(asked[10:])
        length, number = FRAME.unpack(other.recv(FRAME.size, socket.MSG_WAITALL))
        answer = other.recv(length, socket.MSG_WAITALL)

    assert (number, answer[-8:]) == (7, np.array([8.0]).tobytes())
    assert ours == [8.0] == predicted(worker, matrix).tolist()


def test_a_worker_answers_and_is_gone_afterwards(
    environment: Environment, header: dict[str, Any]
) -> None:
    with Worker(environment, PROGRAM) as worker:
        fit(worker, header)
        process, folder = worker.process, worker._folder

        assert worker.alive
        assert predicted(worker, np.array([[1.5], [2.5]])).tolist() == [3.0, 5.0]

    assert not worker.alive
    assert gone(process)
    assert not folder.exists()


def test_more_rows_than_one_call_takes_come_back_in_order(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_of, "CHUNK", 3)

    scores = predicted(worker, np.arange(10.0).reshape(10, 1))

    assert scores.tolist() == [2.0 * n for n in range(10)]


def test_many_threads_each_get_their_own_answer(worker: Worker) -> None:
    def double(n: int) -> float:
        return float(predicted(worker, np.full((1, 1), float(n)))[0])

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(double, range(200, 400)))

    assert answers == [2.0 * n for n in range(200, 400)]


def test_the_process_gets_no_secrets_and_what_it_needs(
    environment: Environment,
    header: dict[str, Any],
    log: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "secret")

    with Worker(environment, PROGRAM, log=log, threads=3, seed=5) as worker:
        fit(worker, header)

    said = log.read_text()
    assert said.startswith("3 5 [")
    assert "LD_LIBRARY_PATH" in said
    assert "SECRET_TOKEN" not in said
    assert "MAINSTAY_KEYS" not in said


def test_the_death_of_the_process_fails_what_is_in_flight_at_once(
    worker: Worker, log: Path
) -> None:
    futures = [worker.submit("predict", arrays=[np.array([[-ENDLESS]])]) for _ in range(3)]
    asleep(log)

    os.kill(worker.process, signal.SIGKILL)

    for future in futures:
        with pytest.raises(Unavailable, match="was killed by SIGKILL, perhaps for memory") as why:
            future.result(5)
    assert "it last said: sleeping" in str(why.value)
    assert str(log) in why.value.hint
    assert not worker.alive


def test_a_process_that_ends_itself_is_told_of_with_its_last_words(worker: Worker) -> None:
    with pytest.raises(Unavailable, match="ended with exit code 7; it last said: about to die"):
        predicted(worker, np.array([[99.0]]))


def test_after_its_death_it_can_be_started_again(worker: Worker, header: dict[str, Any]) -> None:
    os.kill(worker.process, signal.SIGKILL)
    with pytest.raises(Unavailable):
        predicted(worker, np.ones((1, 1)))

    worker.start()
    fit(worker, header)

    assert predicted(worker, np.ones((1, 1))).tolist() == [2.0]


def test_an_answer_that_comes_too_late_is_unavailable_and_forgotten(worker: Worker) -> None:
    with pytest.raises(Unavailable, match=r"did not answer predict within 0.05 s"):
        predicted(worker, np.array([[-0.3]]), timeout=0.05)

    assert predicted(worker, np.ones((1, 1))).tolist() == [2.0]


def test_stopping_ends_a_busy_process_and_what_waits_for_it(worker: Worker, log: Path) -> None:
    process = worker.process
    future = worker.submit("predict", arrays=[np.array([[-ENDLESS]])])
    asleep(log)

    worker.stop()

    with pytest.raises(Unavailable):
        future.result(5)
    assert gone(process)


def test_stopping_ends_what_the_users_code_started_too(
    environment: Environment, header: dict[str, Any], log: Path, tmp_path: Path
) -> None:
    (tmp_path / "model.py").write_text(
        "import subprocess, time\n"
        "def train(inputs, label):\n"
        "    print(subprocess.Popen(['sleep', '100']).pid, 'sleeping')\n"
        "    time.sleep(100)\n"
    )
    worker = Worker(environment, PROGRAM, log=log)
    worker.start()
    worker.submit("fit", header, [np.ones((2, 1)), np.zeros(2)])
    asleep(log)

    worker.stop()

    assert gone(int(log.read_text().split()[0]))


def test_a_worker_that_was_not_started_says_so(environment: Environment) -> None:
    with pytest.raises(Unavailable, match="is not running"):
        Worker(environment, PROGRAM).call("versions")


def test_an_interpreter_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    environment = Environment(tmp_path, "3.11.7", "")

    with pytest.raises(Unavailable, match="bin/python does not start: No such file"):
        Worker(environment, PROGRAM).start()


def test_a_process_that_ends_before_it_listens_is_told_of(
    environment: Environment, tmp_path: Path
) -> None:
    program = tmp_path / "program.py"
    program.write_text("raise SystemExit('no NumPy here')")

    with pytest.raises(Unavailable, match="ended with exit code 1; it last said: no NumPy here"):
        Worker(environment, program).start()


def test_no_process_outlives_the_one_that_started_it(header: dict[str, Any]) -> None:
    owner = dedent(f"""
        import os, signal, sys
        from pathlib import Path
        import numpy as np
        from mainstay.bundle.environment import Environment
        from mainstay.bundle.worker import Worker

        worker = Worker(Environment(Path(sys.prefix), "", ""), Path({str(PROGRAM)!r}))
        worker.start()
        worker.call("fit", {header!r}, [np.ones((2, 1)), np.zeros(2)])
        worker.submit("predict", arrays=[np.array([[-{ENDLESS}]])])
        print(worker.process, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    run = subprocess.run([sys.executable, "-c", owner], capture_output=True, text=True)

    assert run.returncode == -signal.SIGKILL, run.stderr
    assert gone(int(run.stdout))
