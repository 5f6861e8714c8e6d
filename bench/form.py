"""The one form of every bench: the same options, one JSON line per figure, an honest interval."""

import json
import math
import re
import statistics
import sys
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TextIO

Case = Mapping[str, str | int | float | bool]
Summary = Mapping[str, "float | int | str | Summary | None"]
KEY = re.compile(r"[A-Za-z0-9_]+")


class Interval(NamedTuple):
    """The median of n repeats, between two of them."""

    value: float
    low: float
    high: float
    n: int


def options(bench: str, description: str | None) -> ArgumentParser:
    """A parser with the options that every bench takes; a bench adds its own."""
    parser = ArgumentParser(f"python -m bench.{bench}", description=description)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--repeat", type=int, default=5, help="how often each case is measured")
    parser.add_argument("--quick", action="store_true", help="a minute: only that it runs")
    parser.add_argument("--out", type=Path, help="write the lines to this file too")
    return parser


def interval(values: Sequence[float]) -> Interval:
    """Median with the narrowest pair of order statistics that holds it with 95 % or more.

    Free of any distribution; of fewer than 6 repeats it is their whole range, which holds the
    median with 1 - 2 / 2**n only. Raises ValueError for no repeats.
    Source: David and Nagaraja (2003), Order Statistics, 7.1.
    """
    if not values:
        raise ValueError("nothing was measured")
    ordered, n = sorted(values), len(values)
    outside, cut = 2 / 2**n, 0
    while outside + 2 * math.comb(n, cut + 1) / 2**n <= 0.05:
        cut += 1
        outside += 2 * math.comb(n, cut) / 2**n
    return Interval(statistics.median(ordered), ordered[cut], ordered[-1 - cut], n)


def progress(text: str) -> None:
    """For a person who waits, on standard error."""
    print(text, file=sys.stderr, flush=True)


class Report:
    """The lines of one run, on standard output and in a file where one is given."""

    def __init__(self, bench: str, out: Path | None) -> None:
        self.bench = bench
        self._streams: list[TextIO] = [sys.stdout]
        if out:
            self._streams.append(out.open("w", encoding="utf-8"))

    def figure(self, case: Case, figure: str, values: Sequence[float], unit: str) -> Interval:
        """One line: the median of the repeats with its interval; it is returned too."""
        found = interval(values)
        self._line({"case": case, "figure": figure, "value": found.value, "unit": unit,
                    "n": found.n, "low": found.low, "high": found.high})  # fmt: skip
        return found

    def failure(self, case: Case, error: str) -> None:
        """One line for a case that could not be measured."""
        self._line({"case": case, "error": error})

    def summary(self, summary: Summary) -> None:
        """The last line. Raises ValueError for a key with other than letters, digits and `_`."""
        check(summary)
        self._line({"summary": summary})
        for stream in self._streams[1:]:
            stream.close()

    def _line(self, members: Mapping[str, object]) -> None:
        text = json.dumps({"bench": self.bench, **members}, allow_nan=False)
        for stream in self._streams:
            print(text, file=stream, flush=True)


def check(summary: Summary) -> None:
    """Keys are read by machines: letters, digits and `_` at every depth."""
    for key, value in summary.items():
        if not KEY.fullmatch(key):
            raise ValueError(f"{key!r} is no key of a summary; write 0.1 as 0_1")
        if isinstance(value, Mapping):
            check(value)
