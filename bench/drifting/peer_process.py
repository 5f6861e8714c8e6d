"""Runs in the environment of a peer: which columns it flags in each window, as JSON lines.

Knows nothing of Mainstay. Arguments: the peer, a folder with past.parquet and live.parquet, the
number of windows and the rows of each.
"""

import json
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

warnings.filterwarnings("ignore")


def evidently(past: pd.DataFrame, windows: list[pd.DataFrame]) -> Iterator[list[str]]:
    """The drift preset by its defaults."""
    from evidently import DataDefinition, Dataset, Report  # noqa: PLC0415 - only one of the peers is installed
    from evidently.presets import DataDriftPreset  # noqa: PLC0415 - only one of the peers is installed

    numbers, texts = kinds(past)
    stated = DataDefinition(numerical_columns=numbers, categorical_columns=texts)
    reference = Dataset.from_pandas(past, stated)
    for window in windows:
        run = Report([DataDriftPreset()]).run(Dataset.from_pandas(window, stated), reference)
        yield sorted(filter(None, map(flagged, run.dict()["metrics"])))


def flagged(metric: dict[str, Any]) -> str | None:
    """The column, where its distance is at the threshold or its p-value below."""
    stated = metric.get("config", {})
    if "column" not in stated:
        return None
    value, threshold = float(metric["value"]), stated.get("threshold")
    by_chance = "p_value" in str(stated.get("method"))
    bound = threshold if threshold is not None else (0.05 if by_chance else 0.1)
    return str(stated["column"]) if (value < bound if by_chance else value >= bound) else None


def nannyml(past: pd.DataFrame, windows: list[pd.DataFrame]) -> Iterator[list[str]]:
    """Univariate drift by Jensen-Shannon, its default, in chunks of a window."""
    import nannyml  # noqa: PLC0415 - only one of the peers is installed

    numbers, texts = kinds(past)
    calculator = nannyml.UnivariateDriftCalculator(
        column_names=numbers + texts,
        treat_as_categorical=texts,
        continuous_methods=["jensen_shannon"],
        categorical_methods=["jensen_shannon"],
        chunk_size=len(windows[0]),
    )
    calculator.fit(past)
    found = calculator.calculate(pd.concat(windows, ignore_index=True))
    table = found.filter(period="analysis").to_df()
    alerts = [column for column in table.columns if column[-1] == "alert"]
    for at in range(len(windows)):
        yield sorted(column[0] for column in alerts if bool(table[column].iloc[at]))


def kinds(past: pd.DataFrame) -> tuple[list[str], list[str]]:
    numbers = [name for name in past.columns if name.startswith("n")]
    return numbers, [name for name in past.columns if name not in numbers]


def main() -> None:
    peer, folder = sys.argv[1], Path(sys.argv[2])
    past = pd.read_parquet(folder / "past.parquet")
    live = pd.read_parquet(folder / "live.parquet")
    column = "window"
    windows = [one.drop(columns=column) for _, one in live.groupby(column)]
    reference = past.drop(columns=column)
    for names in {"evidently": evidently, "nannyml": nannyml}[peer](reference, windows):
        print(json.dumps(names), flush=True)


if __name__ == "__main__":
    main()
