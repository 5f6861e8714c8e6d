"""What it costs to look context up: ten numbers of one entity, or of a hundred, against Feast.

lookup: from the number of an entity to its values. request: the door's whole way, a request without
its context in, the same with it out; ratios are of that. The generation is one that a refresh made
of the same Parquet. Feast's is `get_online_features(...).to_dict()`
in its own environment, from its SQLite and from the same Redis, materialised from that Parquet too.
Medians of single calls, warm, one client, in turn.
"""

import json
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from bench.form import Report, options, progress
from bench.looking import views
from bench.servers import peers
from bench.servers.process import NotReady, free_port
from mainstay.bundle.redis_views import Server
from mainstay.bundle.views import Folder
from mainstay.core import clock, settings
from mainstay.core.errors import MissingExtra

MANY = 100
CALLS = 2_000
PEER = Path(__file__).parent / "looking" / "peer_process.py"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print."""
    parser = options("context", __doc__)
    parser.add_argument("--entities", type=int, default=100_000)
    parser.add_argument("--stores", default="sqlite,redis", help="which, with commas")
    parser.add_argument("--peers", default="feast", help="none: empty")
    chosen = parser.parse_args(arguments)
    if chosen.quick:
        chosen.entities, chosen.repeat, chosen.peers = 5_000, 2, ""
    report = Report("context", chosen.out)
    with tempfile.TemporaryDirectory(prefix="bench-context-") as folder, redis() as url:
        project = views.written(Path(folder), chosen.entities, chosen.seed)
        found = {}
        for store in chosen.stores.split(","):
            if store == "redis" and not url:
                report.failure({"store": store}, "there is no redis-server on PATH")
                continue
            found[store] = measured(report, project, store, url, chosen)
        report.summary(summary(found))


def summary(found: dict[str, dict[str, float]]) -> dict[str, float | None]:
    """The keys that are read by machines."""
    embedded, shared = found.get("sqlite", {}), found.get("redis", {})
    return {
        "embedded_us": embedded.get("lookup"),
        "redis_us": shared.get("lookup"),
        "embedded_request_us": embedded.get("ours"),
        "redis_request_us": shared.get("ours"),
        "feast_sqlite_ratio": embedded.get("ratio"),
        "feast_redis_ratio": shared.get("ratio"),
        "refresh_rows_per_second": embedded.get("refresh"),
    }


def measured(
    report: Report, project: Path, store: str, url: str, chosen: Namespace
) -> dict[str, float]:
    """Ours and Feast's on one kind of store."""
    progress(f"{store}: {chosen.entities:,} entities are refreshed")
    try:
        shelf = Server(url, "bench") if store == "redis" else Folder(views.folder(project))
    except MissingExtra as error:
        report.failure({"store": store}, f"{error}: {error.hint}")
        return {}
    begun = clock.stopwatch()
    asked = views.refreshed(project, shelf)
    case = {"store": store, "entities": chosen.entities}
    rate = chosen.entities / (clock.stopwatch() - begun)
    made = {"refresh": report.figure(case, "refresh_rows_per_second", [rate], "rows/s").value}
    draw = np.random.default_rng(chosen.seed)
    times = [lookups(asked, draw, chosen.entities) for _ in range(chosen.repeat)]
    made["lookup"] = report.figure({**case, "rows": 1}, "lookup_us", times, "us").value
    for count in (1, MANY):
        times = [ours(asked, draw, count, chosen.entities) for _ in range(chosen.repeat)]
        figure = report.figure({**case, "rows": count}, "request_us", times, "us")
        made["ours" if count == 1 else "many"] = figure.value
    if chosen.peers:
        made |= theirs(report, project, store, url, made)
    return made


def ours(asked: views.Asked, draw: Any, count: int, entities: int) -> float:
    """The median microseconds of a request of so many records."""
    bodies = [
        views.request(draw.integers(0, entities, count).tolist())
        for _ in range(CALLS if count == 1 else CALLS // 10)
    ]
    return median(asked.completed, bodies)


def lookups(asked: views.Asked, draw: Any, entities: int) -> float:
    """The median microseconds of a lookup alone."""
    return median(asked.looked_up, draw.integers(0, entities, CALLS).tolist())


def median(act: Callable[[Any], object], of: list[Any]) -> float:
    """Of single calls, in microseconds, after fifty."""
    for one in of[:50]:
        act(one)
    seconds = []
    for one in of:
        begun = time.perf_counter()
        act(one)
        seconds.append(time.perf_counter() - begun)
    return 1e6 * statistics.median(seconds)


def theirs(
    report: Report, project: Path, store: str, url: str, made: dict[str, float]
) -> dict[str, float]:
    """How many times as long Feast takes."""
    try:
        said = feast("online", str(project), store, url)
    except NotReady as error:
        report.failure({"peer": "feast", "store": store}, str(error))
        return {}
    case = {"peer": "feast", "store": store}
    for name in ("one", "many"):
        report.figure(
            {**case, "rows": 1 if name == "one" else MANY}, "request_us", said[name], "us"
        )
    report.figure(case, "refresh_rows_per_second", said["refresh"], "rows/s")
    ratios = [one / made["ours"] for one in said["one"]]
    report.figure(
        {**case, "rows": MANY}, "ratio", [one / made["many"] for one in said["many"]], "x"
    )
    return {"ratio": report.figure({**case, "rows": 1}, "ratio", ratios, "x").value}


def feast(*words: str) -> dict[str, Any]:
    """What its process measured. Raises NotReady."""
    programs = peers.installed("feast")
    command = [str(programs / "python"), str(PEER), *words]
    quiet = {**settings.child_environment(), **peers.QUIET, "FEAST_USAGE": "False"}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=quiet)
    if done.returncode:
        last = " / ".join(done.stderr.strip().splitlines()[-3:])
        raise NotReady(f"feast ended with {done.returncode}: {last}"[:600])
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


@contextmanager
def redis() -> Iterator[str]:
    """The URL of one of our own, empty where this machine has none."""
    program = shutil.which("redis-server")
    if program is None:
        yield ""
        return
    port = free_port()
    words = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with subprocess.Popen([program, *words], stdout=subprocess.DEVNULL, cwd="/") as server:
        try:
            while socket.socket().connect_ex(("127.0.0.1", port)):
                time.sleep(0.05)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
