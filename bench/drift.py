"""Whether the watch keeps its promises: quiet while nothing happens, soon where something does.

Null windows of eight kinds of streams against the one budget of false alarms, of columns, answers,
volume, lateness and losses; the delay of what happens to one of them; the share of quiet windows in
which other tools flag a column.
"""

import statistics
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from scipy.stats import poisson

from bench.drifting import peers, streams, watched
from bench.drifting.streams import DAYS, HAPPENINGS, QUIET, WORLDS
from bench.drifting.watched import Lived
from bench.form import Report, Summary, options, progress
from bench.servers.process import NotReady

AFTER = 40  # windows after which what happened counts as never found
DELAYS = {
    "shift_0_1": 6, "shift_0_2": 2, "null_rate": 2, "category_share": 6, "new_null": 9,
    "new_level": 9, "volume": 3, "latency": 3, "lag": 3, "scores": 6, "realised": 8,
}  # fmt: skip
NAMED = 0.9  # the share of happenings whose column must be named first
ROWS = 1000


class Findings(NamedTuple):
    """Null streams by world, and happenings by name."""

    quiet: Mapping[str, Sequence[Lived]]
    happened: Mapping[str, Sequence[Lived]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print; 1 where a promise is not kept."""
    chosen = stated(arguments)
    report = Report("drift", chosen.out)
    found = Findings(quiet(chosen), happened(chosen))
    told = {**figures(report, found, chosen.budget), "peers": others(report, chosen)}
    report.summary(told)
    broken = short(found, chosen.budget, slack=2 if chosen.quick else 1)
    for line in broken:
        progress(line)
    return int(bool(broken))


def stated(arguments: Sequence[str] | None) -> Namespace:
    parser = options("drift", __doc__)
    parser.add_argument("--windows", type=int, default=10_000, help="null windows, of all streams")
    parser.add_argument("--streams", default=",".join(WORLDS), help="kinds of null streams")
    parser.add_argument("--budget", type=float, default=10_950, help="windows per false alarm")
    parser.add_argument("--drifts", type=int, default=24, help="streams of each happening")
    parser.add_argument("--peer-windows", type=int, default=16, help="by the packages of peers")
    parser.add_argument("--peers", default=",".join(peers.PACKAGES), help="which, none: empty")
    chosen = parser.parse_args(arguments)
    unknown = [name for name in chosen.streams.split(",") if name not in WORLDS]
    if unknown:
        parser.error(f"no streams {', '.join(unknown)}; there are {', '.join(WORLDS)}")
    if chosen.quick:
        chosen.windows, chosen.drifts, chosen.peer_windows = 4 * DAYS, 3, 0
    return chosen


def quiet(chosen: Namespace) -> dict[str, list[Lived]]:
    """As many whole streams as hold the windows asked for, of all worlds in turn."""
    names = chosen.streams.split(",")
    found: dict[str, list[Lived]] = {name: [] for name in names}
    engine, many = watched.engine(), -(-chosen.windows // DAYS)
    for number in range(many):
        at = number % len(names)
        drawn = streams.stream(WORLDS[names[at]], [chosen.seed, 0, number])
        one = watched.lived(engine, drawn, chosen.budget)
        progress(f"null stream {number + 1} of {many}, {names[at]}: {one.alarms} alarms")
        found[names[at]].append(one)
    return found


def happened(chosen: Namespace) -> dict[str, list[Lived]]:
    """Each happening in as many streams, on its own."""
    engine, found = watched.engine(), {}
    for at, (name, happening) in enumerate(HAPPENINGS.items()):
        seeds = ([chosen.seed, 1 + at, number] for number in range(chosen.drifts))
        drawn = (streams.stream(WORLDS["iid"], one, happening, QUIET + AFTER) for one in seeds)
        found[name] = [watched.lived(engine, one, chosen.budget, until=True) for one in drawn]
        progress(f"{name}: found after {[one.delay for one in found[name]]} windows")
    return found


def bound(windows: int, budget: float) -> int:
    """Alarms that so many windows stay at or below with 99 %, at one in `budget`."""
    return int(poisson.ppf(0.99, windows / budget))


def delay(some: Sequence[Lived]) -> float:
    """Median windows until found; more than were looked at where it was not."""
    return statistics.median(AFTER + 1 if one.delay is None else one.delay for one in some)


def named(found: Findings) -> float:
    """The share of what was found whose column was named first."""
    every = [
        one.named == HAPPENINGS[name].named
        for name, some in found.happened.items()
        for one in some
        if one.delay is not None
    ]
    return sum(every) / len(every) if every else 0.0


def figures(report: Report, found: Findings, budget: float) -> dict[str, Summary | float | int]:
    """A line per world and happening."""
    for name, some in found.quiet.items():
        if some:
            report.figure({"stream": name}, "false_alarms", [one.alarms for one in some], "alarms")
    for name, some in found.happened.items():
        late = [AFTER + 1 if one.delay is None else one.delay for one in some]
        report.figure({"happening": name, "rows": ROWS}, "delay", late, "windows")
    windows, alarms = counted(found)
    return {
        "false_alarms": alarms,
        "false_alarms_bound": bound(windows, budget),
        "windows": windows,
        "delay": {name: delay(some) for name, some in found.happened.items()},
        "first_named_right": named(found),
    }


def counted(found: Findings) -> tuple[int, int]:
    """Null windows of whole streams, and alarms in them."""
    every = [one for some in found.quiet.values() for one in some]
    return sum(one.windows for one in every), sum(one.alarms for one in every)


def short(found: Findings, budget: float, slack: float = 1) -> list[str]:
    """Which promises are not kept; slack: how many times as late is let pass, of few streams."""
    windows, alarms = counted(found)
    told = []
    if alarms > bound(windows, budget):
        told.append(f"{alarms} alarms in {windows:,} quiet windows")
    early = sum(one.alarms for some in found.happened.values() for one in some)
    if early:
        told.append(f"{early} alarms before anything happened")
    late = {name: delay(some) for name, some in found.happened.items()}
    told += [
        f"{name} is found after {one:g} windows, promised {DELAYS[name]}"
        for name, one in late.items()
        if one > slack * DELAYS[name]
    ]
    if named(found) < NAMED:
        told.append(f"the right column is named first in {named(found):.0%}")
    return told


def others(report: Report, chosen: Namespace) -> dict[str, Summary]:
    """The share of quiet windows with a flag, by packages and by their rules re-implemented."""
    found: dict[str, Summary] = {}
    for name in filter(None, chosen.peers.split(",") if chosen.peer_windows else []):
        drawn = streams.stream(WORLDS["iid"], [chosen.seed, 9, 0], days=chosen.peer_windows)
        try:
            flags = peers.judged(name, drawn)
        except NotReady as error:
            report.failure({"peer": name}, str(error))
            continue
        found[name] = told(report, name, flags)
    days = QUIET if chosen.quick else DAYS
    drawn = streams.stream(WORLDS["iid"], [chosen.seed, 10, 0], days=days)
    for rule in peers.RULES:
        found[rule] = told(report, rule, peers.by_rule(rule, drawn))
    return found


def told(report: Report, name: str, flags: list[list[str]]) -> Summary:
    """One line of a peer."""
    share = peers.share(flags)
    case = {"peer": name, "windows": len(flags), "columns": len(watched.NAMES)}
    report.figure(case, "false_window_share", [share], "share")
    return {"false_window_share": share}


if __name__ == "__main__":
    sys.exit(main())
