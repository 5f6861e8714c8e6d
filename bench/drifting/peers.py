"""What other tools make of windows in which nothing happened: by their packages or their rules.

Their rules as of evidently 0.7 and nannyml 0.13, of a reference of more than 1,000 rows; a flag on
any column counts, as that is what their user is shown.
"""

import itertools
import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import parquet
from scipy.spatial import distance
from scipy.stats import wasserstein_distance

from bench.drifting.streams import WINDOW, Stream
from bench.servers import peers
from bench.servers.peers import QUIET
from bench.servers.process import NotReady
from mainstay.core import settings

Floats = NDArray[np.float64]
PROCESS = Path(__file__).with_name("peer_process.py")
PACKAGES = ("evidently", "nannyml")
FAR = 0.1  # evidently's threshold of either distance
NATS = float(np.sqrt(np.log(2)))  # it takes logarithms of base e, nannyml of base 2


def judged(peer: str, stream: Stream) -> list[list[str]]:
    """The columns that a peer's own package flags in each window. Raises NotReady."""
    programs = peers.installed(peer)
    with tempfile.TemporaryDirectory(prefix="bench-drift-") as folder:
        parquet.write_table(stream.past, f"{folder}/past.parquet")
        parquet.write_table(stream.live, f"{folder}/live.parquet")
        command = [str(programs / "python"), str(PROCESS), peer, folder]
        quiet = {**settings.child_environment(), **QUIET, "NML_DISABLE_USAGE_LOGGING": "1"}
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=quiet)
    if done.returncode:
        raise NotReady(f"{peer}: {' / '.join(done.stderr.strip().splitlines()[-3:])}"[:600])
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]


def by_rule(rule: str, stream: Stream) -> list[list[str]]:
    """The same by the rule, re-implemented."""
    names = [name for name in stream.past.column_names if name != WINDOW]
    flags = {
        name: RULES[rule](*(_cut(one, name) for one in (stream.past, stream.live)))
        for name in names
    }
    return [sorted(name for name in names if flags[name][at]) for at in range(stream.days)]


def _cut(table: pa.Table, name: str) -> list[pa.Array]:
    """The values of a column that are there, by windows."""
    bounds = np.searchsorted(
        table[WINDOW].to_numpy(), np.arange(int(table[WINDOW][-1].as_py()) + 2)
    )
    column = table[name].combine_chunks()
    return [pc.drop_null(column.slice(low, high - low)) for low, high in itertools.pairwise(bounds)]


def _evidently(past: list[pa.Array], live: list[pa.Array]) -> list[bool]:
    whole = pa.concat_arrays(past)
    if not pa.types.is_floating(whole.type):
        return [far * NATS >= FAR for far in _shares(whole, live)]
    values = whole.to_numpy()
    scale = max(float(np.std(values)), 0.001)
    return [wasserstein_distance(values, one.to_numpy()) / scale >= FAR for one in live]


def _nannyml(past: list[pa.Array], live: list[pa.Array]) -> list[bool]:
    """Beyond three standard deviations of the distances of the reference chunks themselves."""
    whole = pa.concat_arrays(past)
    far = _shares if not pa.types.is_floating(whole.type) else _histograms
    known = np.array(list(far(whole, past)))
    upper = known.mean() + 3 * known.std()
    return [one > upper for one in far(whole, live)]


def _shares(whole: pa.Array, windows: list[pa.Array]) -> Iterator[float]:
    levels = pc.unique(pa.concat_arrays([whole, *windows]))
    every = _counts(whole, levels)
    return (float(distance.jensenshannon(every, _counts(one, levels), base=2)) for one in windows)


def _counts(values: pa.Array, levels: pa.Array) -> NDArray[np.int64]:
    return np.bincount(pc.index_in(values, levels).to_numpy(), minlength=len(levels))


def _histograms(whole: pa.Array, windows: list[pa.Array]) -> Iterator[float]:
    values = whole.to_numpy()
    edges = np.histogram_bin_edges(values, bins="doane")
    every = _binned(values, edges)
    for one in windows:
        yield float(distance.jensenshannon(every, _binned(one.to_numpy(), edges), base=2))


def _binned(values: Floats, edges: Floats) -> Floats:
    """Shares of the bins, what lies outside of them last."""
    inside = np.histogram(values, bins=edges)[0]
    return np.append(inside, len(values) - inside.sum()) / len(values)


RULES: Mapping[str, Callable[[list[pa.Array], list[pa.Array]], list[bool]]] = {
    "evidently_rule": _evidently,
    "nannyml_rule": _nannyml,
}


def share(flags: list[list[str]]) -> float:
    """Of windows with at least one flag."""
    return sum(map(bool, flags)) / len(flags)
