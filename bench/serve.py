"""What one request costs the server, in CPU of its whole process tree, in turn with its peers.

Every server is one process with the same model and is asked for the same rows, in rounds: each
server once per round. All guards of the door are on, its journal is written. A body of many rows
is asked by the fewest connections only. The peers' pipeline is scikit-learn's as people write it.

Another model, which the peers then serve too, and that model again without building it:
  python -m bench.serve --kind linear --keep FOLDER --servers mainstay,bare,fastapi
  python -m bench.serve --model FOLDER --servers mainstay,bare,fastapi
"""

import sys
import tempfile
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bench.form import Report, interval, options, progress
from bench.servers import hop, peers, project, table, variants
from bench.servers.hop import Hop
from bench.servers.load import JSON, driven
from bench.servers.process import NotReady, Running, cpu, pss, started, stop
from bench.servers.table import Table
from bench.servers.variants import VARIANTS
from mainstay.bundle import golden, manifest
from mainstay.bundle.layout import GOLDEN
from mainstay.bundle.manifest import Manifest
from mainstay.core import clock, settings
from mainstay.core.errors import MainstayError
from mainstay.seal import routing, trust

MAINSTAY, BARE, BOOSTED = "mainstay", "bare", "boosted"
SANE = (0.3, 6.0)  # of bare_ratio: beyond it the bench measures something else


class Body(NamedTuple):
    """What is asked, and with which headers."""

    file: Path
    headers: Mapping[str, str]


Bodies = Mapping[int, Body]
Records = Sequence[Mapping[str, object]]
Form = Callable[[int], tuple[bytes, Mapping[str, str]]]
"""The body of so many rows, and its headers."""


class Material(NamedTuple):
    """folder: of the run. model: project or serving folder; trusted: whose keys it is signed by.

    records: of requests to Mainstay; learned, asked: what the peers learn from and are asked, none
    for a model that is not made by the bench. program: its model.py, where the peers fit the same.
    """

    folder: Path
    model: Path
    trusted: Path
    records: Records
    learned: Path | None
    asked: Table | None
    program: Path | None = None


class Contender(NamedTuple):
    """A server that runs, and the body of so many rows in its form.

    bundle: whose scores another process computes; None for all others.
    """

    name: str
    running: Running
    bodies: Bodies
    bundle: Path | None = None


class Sample(NamedTuple):
    """One server for some seconds; cpu: microseconds per request."""

    cpu: float
    rate: float
    p50: float
    p99: float
    failed: int


class Case(NamedTuple):
    """So many rows per request, over so many connections."""

    rows: int
    connections: int


Samples = Mapping[tuple[str, Case], Sequence[Sample]]


def main() -> int:
    """Measure, print; 1 where Mainstay fails a request or a ratio makes no sense."""
    chosen = _chosen()
    report = Report("serve", chosen.out)
    with tempfile.TemporaryDirectory(prefix="bench-serve-") as name, ExitStack() as stack:
        material = _material(chosen, Path(name))
        contenders, errors = [], {}
        for server in chosen.servers:
            try:
                one = _contender(server, material, chosen.rows)
            except NotReady as error:
                errors[server] = str(error)
                report.failure({"server": server}, str(error))
                continue
            stack.callback(stop, one.running.process)
            contenders.append(one)
        samples = _measured(contenders, chosen)
        memory = {one.name: pss(one.running.process.pid) for one in contenders}
        hops = {one.name: _hops(one, material, chosen) for one in contenders if one.bundle}
    return _tell(report, samples, memory, hops, errors)


def _chosen() -> Namespace:
    parser = options("serve", __doc__)
    parser.add_argument("--servers", type=_names, help="compared, by commas")
    parser.add_argument("--rows", type=_counts, help="of one request")
    parser.add_argument("--connections", type=_counts, default=[1, 32])
    parser.add_argument("--seconds", type=int, default=2, help="of one sample")
    parser.add_argument("--model", type=Path, help="a project or serving folder")
    parser.add_argument("--keep", type=Path, help="make the bench's project here, for --model")
    kinds = [BOOSTED, *variants.KINDS]
    parser.add_argument("--kind", choices=kinds, default=BOOSTED, help="of the bench's model")
    chosen = parser.parse_args()
    chosen.servers = chosen.servers or [MAINSTAY, BARE, *([] if chosen.quick else peers.PEERS)]
    chosen.rows = chosen.rows or ([1] if chosen.quick else [1, 1000])
    if chosen.quick:
        chosen.repeat, chosen.seconds = min(chosen.repeat, 3), 1
    known = (MAINSTAY, BARE, *peers.PEERS, *VARIANTS)
    unknown = set(chosen.servers) - {*known}
    if unknown:
        parser.error(f"{', '.join(sorted(unknown))}: known are {', '.join(known)}")
    return chosen


def _names(text: str) -> list[str]:
    return text.split(",")


def _counts(text: str) -> list[int]:
    return [int(one) for one in text.split(",")]


# ---- what is asked, and of whom -------------------------------------------------------------


def _material(chosen: Namespace, folder: Path) -> Material:
    now, model = clock.now(), chosen.model or chosen.keep or folder / "project"
    learned = model / "table.csv"
    if not chosen.model:
        made = table.made(2_500 if chosen.quick else 20_000, now, chosen.seed)
        project.lived(model, made, variants.model(chosen.kind))
    if not learned.exists():
        records = _golden(project.serving(model))
        return Material(folder, model, settings.keys_folder(), records, None, None)
    asked = table.made(max(chosen.rows), now, chosen.seed + 1)
    records = list(table.decisions(asked))
    program = model / "model.py"
    own = None if program.read_text(encoding="utf-8") == project.MODEL else program
    return Material(folder, model, project.keys(model), records, learned, asked, own)


def _golden(serving: Path) -> list[Mapping[str, object]]:
    """The golden rows of whatever version answers most there: requests that it is sure to take."""
    bundle, _ = _bundle(serving, settings.keys_folder())
    return [table.decoded(row) for row in golden.read(bundle / GOLDEN).rows]


def _bundle(serving: Path, trusted: Path) -> tuple[Path, Manifest]:
    """That of whatever version answers most there."""
    table_of = routing.read(serving / routing.FILE, trust.read(trusted))
    largest = max(table_of.shares, key=lambda one: one.share)
    folder = serving / routing.BUNDLES / largest.bundle
    return folder, manifest.read(folder, largest.bundle)


def _contender(name: str, material: Material, rows: Sequence[int]) -> Contender:
    """Started, and asked once for every count of rows. Raises NotReady."""
    folder, bundle = material.folder / name, None
    if name in peers.PEERS:
        command, given = _peer(name, material, folder)
        form: Form = _of_peer(name, material)
        path = peers.PEERS[name].path
    elif name == BARE:
        folder.mkdir()
        command = [sys.executable, "-m", "uvicorn", "--app-dir", str(peers.HERE), "bare:app"]
        command += ["--port", "{port}", "--no-access-log", "--log-level", "warning"]
        given, path, form = {}, "/predict", partial(_in_json, material.records)
    else:
        folder.mkdir()
        model, trusted = _model(name, material)
        command = project.door(project.serving(model), folder / "log")
        given, (found, stated) = (
            project.environment(trusted),
            _bundle(project.serving(model), trusted),
        )
        bundle = found if stated.engine.kind == "worker" else None
        path, form = _asked(name, stated, material.records)
    progress(f"{name} is started")
    bodies = {count: _written(form, count, folder) for count in rows}
    first = bodies[rows[0]]
    running = started(command, path, first.file.read_bytes(), folder, given, first.headers)
    return Contender(name, running, bodies, bundle)


def _written(form: Form, count: int, folder: Path) -> Body:
    content, headers = form(count)
    file = folder / f"{count}.json"
    file.write_bytes(content)
    return Body(file, headers)


def _peer(name: str, material: Material, folder: Path) -> tuple[list[str], Mapping[str, str]]:
    if material.learned is None:
        raise NotReady("serves models that the bench made, not the one of --model")
    return peers.prepared(name, material.learned, folder, material.program)


def _of_peer(name: str, material: Material) -> Form:
    asked = material.asked
    if asked is None:
        raise NotReady("is asked for the bench's own rows only")
    return lambda count: (table.encoded(peers.PEERS[name].body(asked.first(count))), JSON)


def _model(name: str, material: Material) -> tuple[Path, Path]:
    """The project that a door serves and whose keys it believes; variants live their own."""
    if name == MAINSTAY or VARIANTS[name].model == project.MODEL:
        return material.model, material.trusted
    if material.learned is None:
        return _likewise(name, material)
    model = material.model.parent / f"{material.model.name}-{name}"
    if not model.exists():
        project.lived(model, table.read(material.learned), VARIANTS[name].model)
    return model, project.keys(model)


def _likewise(name: str, material: Material) -> tuple[Path, Path]:
    """The model of --model where it has the engine of a variant: that is what it measures."""
    _, stated = _bundle(project.serving(material.model), material.trusted)
    if stated.engine.kind != VARIANTS[name].kind:
        what = f"has the engine {stated.engine.kind}, this server stands for {VARIANTS[name].kind}"
        raise NotReady(f"the model of --model {what}: ask for {MAINSTAY}")
    return material.model, material.trusted


def _asked(name: str, stated: Manifest, records: Records) -> tuple[str, Form]:
    """Where a door is asked, and how."""
    if name == MAINSTAY or not VARIANTS[name].binary:
        return "/predict", partial(_in_json, records)
    types = {column.name: column.type for column in stated.request}
    told = variants.tellable(records, types)
    if not told:
        raise NotReady("tensors cannot tell a missing text, which every row of the model has")
    return variants.binary_path(stated.model), lambda count: variants.binary(
        _many(told, count), types
    )


def _in_json(records: Records, count: int) -> tuple[bytes, Mapping[str, str]]:
    return table.encoded({"records": _many(records, count)}), JSON


def _many(records: Records, count: int) -> list[Mapping[str, object]]:
    return [records[at % len(records)] for at in range(count)]


# ---- measured ------------------------------------------------------------------------------


def _measured(contenders: Sequence[Contender], chosen: Namespace) -> Samples:
    """Every case of every server, once per round, in an order that moves on with the rounds."""
    samples: dict[tuple[str, Case], list[Sample]] = {}
    for case in _cases(chosen):
        for one in contenders:
            _sample(one, case, 1)
        for number in range(chosen.repeat):
            first = number % len(contenders)
            for one in (*contenders[first:], *contenders[:first]):
                found = _sample(one, case, chosen.seconds)
                progress(f"{one.name} {case.rows} x {case.connections}: {found.cpu:,.1f} us")
                samples.setdefault((one.name, case), []).append(found)
    return samples


def _cases(chosen: Namespace) -> Iterator[Case]:
    for rows in chosen.rows:
        few = [min(chosen.connections)] if rows > 1 else chosen.connections
        yield from (Case(rows, connections) for connections in few)


def _sample(one: Contender, case: Case, seconds: int) -> Sample:
    root = one.running.process.pid
    before = cpu(root)
    asked = one.bodies[case.rows]
    load = driven(one.running.url, asked.file, case.connections, seconds, asked.headers)
    spent = 1e6 * (cpu(root) - before) / max(load.answers, 1)
    return Sample(spent, load.answers / load.seconds, load.p50, load.p99, load.failed)


def _hops(one: Contender, material: Material, chosen: Namespace) -> list[Hop]:
    """What asking its process costs, none where that cannot be measured."""
    if one.bundle is None:
        return []
    environments = one.bundle.parent.with_name(routing.ENVIRONMENTS)
    folder = material.folder / one.name
    try:
        return hop.hops(one.bundle, environments, folder, chosen.repeat, chosen.seconds)
    except (NotReady, MainstayError) as error:
        progress(f"{one.name}: its hop is not measured: {error}")
        return []


# ---- told ----------------------------------------------------------------------------------


def _tell(
    report: Report,
    samples: Samples,
    memory: Mapping[str, float],
    hops: Mapping[str, Sequence[Hop]],
    errors: Mapping[str, str],
) -> int:
    for (name, case), found in samples.items():
        stated = {"server": name, **case._asdict()}
        report.figure(stated, "cpu_us_per_request", [one.cpu for one in found], "us")
        report.figure(stated, "requests_per_second", [one.rate for one in found], "1/s")
        report.figure(stated, "p50_ms", [one.p50 for one in found], "ms")
        report.figure(stated, "p99_ms", [one.p99 for one in found], "ms")
        report.figure(stated, "failed", [one.failed for one in found], "requests")
        if (MAINSTAY, case) in samples and name != MAINSTAY:
            report.figure(stated, "cpu_ratio", _ratios(samples, name, case), "x")
    for name, value in memory.items():
        report.figure({"server": name}, "pss_mb", [value], "MB")
    summary = _summary(samples)
    for name, found in hops.items():
        if found:
            summary["hop_share"] = _hop(report, name, found)
    summary |= {"pss_mb": memory.get(MAINSTAY), "errors": dict(errors)}
    report.summary(summary)
    failed = sum(one.failed for (name, _), found in samples.items() for one in found
                 if name == MAINSTAY)  # fmt: skip
    low, high = SANE
    return int(
        bool(failed) or MAINSTAY in errors or not low <= (summary.get("bare_ratio") or 1.0) <= high
    )


def _summary(samples: Samples) -> dict[str, object]:
    """The ratios at the most connections: peer to Mainstay, Mainstay to the bare server."""
    most: dict[int, int] = {}
    for _, case in samples:
        most[case.rows] = max(case.connections, most.get(case.rows, 0))
    ratios: dict[str, dict[str, float]] = {}
    told: dict[str, object] = {"cpu_ratio": ratios}
    for name, case in samples:
        if name == MAINSTAY or (MAINSTAY, case) not in samples:
            continue
        if case.connections == most[case.rows]:
            found = interval(_ratios(samples, name, case))
            ratios.setdefault(name, {})[str(case.rows)] = found.value
            if name == BARE and case.rows == 1:
                turned = interval([1 / one for one in _ratios(samples, name, case)])
                told |= {"bare_ratio": turned.value, "bare_ratio_low": turned.low,
                         "bare_ratio_high": turned.high}  # fmt: skip
    return told


def _hop(report: Report, name: str, found: Sequence[Hop]) -> float:
    """Tells it; the share of the model's own cost."""
    stated = {"server": name, "rows": 1}
    report.figure(stated, "hop_door_us", [one.door for one in found], "us")
    report.figure(stated, "hop_process_us", [one.process for one in found], "us")
    report.figure(stated, "own_us", [one.own for one in found], "us")
    share = [one.share for one in found]
    return report.figure(stated, "hop_share", share, "of the model's own cost").value


def _ratios(samples: Samples, name: str, case: Case) -> list[float]:
    """Of the CPU of a server to Mainstay's, round by round."""
    pairs = zip(samples[name, case], samples[MAINSTAY, case], strict=True)
    return [one.cpu / ours.cpu for one, ours in pairs]


if __name__ == "__main__":
    sys.exit(main())
