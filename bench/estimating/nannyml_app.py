"""nannyml in its own environment: gives its bundled tables away, and estimates when asked.

Commands and answers are JSON, one a line. Tables are Parquet: label, score (or score_0, ...),
decided, and the features f_0, f_1, ... as numbers.
"""

import json
import sys
import time
import warnings
from pathlib import Path
from typing import Any

warnings.filterwarnings("ignore")

import nannyml  # noqa: E402 - after the warnings are silenced
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

DATA = Path(nannyml.__file__).parent / "datasets" / "data"
METRICS = {
    "binary": ["accuracy", "f1", "roc_auc"], "multiclass": ["accuracy"],
    "regression": ["mae", "rmse"],
}  # fmt: skip
CARDS = ["highstreet_card", "prepaid_card", "upmarket_card"]


def main() -> None:
    """Until nothing is asked any more."""
    replies = sys.stdout
    sys.stdout = sys.stderr
    for line in sys.stdin:
        asked = json.loads(line)
        said = {"export": export, "estimate": estimate}[asked.pop("do")](**asked)
        print(json.dumps(said), file=replies, flush=True)


# ---- tables ---------------------------------------------------------------------------------


def export(folder: str, seed: int) -> dict[str, str]:
    """Every bundled table that is used; name -> task."""
    random = np.random.default_rng(seed)
    made = {
        "car_loan": ("binary", car_loan()), "housing": ("binary", housing()),
        "cards": ("multiclass", cards()), "car_price": ("regression", car_price()),
    }  # fmt: skip
    reference, live = employment()
    sample = np.sort(random.choice(len(live), 60_000, replace=False))
    made["employment"] = "binary", (reference, live.iloc[sample])
    made["employment_shifted"] = "binary", (reference, shifted(live, random))
    for name, (_, tables) in made.items():
        for part, table in zip(("reference", "analysis"), tables, strict=True):
            table.reset_index(drop=True).to_parquet(Path(folder, f"{name}_{part}.parquet"))
    return {name: task for name, (task, _) in made.items()}


def table(
    rows: pd.DataFrame, label: Any, score: Any, decided: Any, features: list[str]
) -> pd.DataFrame:
    """In the form of this bench."""
    made = {"label": label, "decided": decided}
    scores = score if isinstance(score, dict) else {"score": score}
    made |= {name: np.asarray(one, float) for name, one in scores.items()}
    for at, name in enumerate(features):
        made[f"f_{at}"] = number(rows[name])
    return pd.DataFrame({name: np.asarray(one, float) for name, one in made.items()})


def number(column: pd.Series) -> np.ndarray:
    """Text by the order of its levels."""
    values = pd.to_numeric(column.astype(str), errors="coerce")
    if values.notna().any():
        return values.to_numpy(float)
    return column.astype("category").cat.codes.to_numpy(float)


def both(reference: str, analysis: str, target: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read, the labels joined; levels of texts are those of both together."""
    first, later = pd.read_csv(DATA / reference), pd.read_csv(DATA / analysis)
    targets = pd.read_csv(DATA / target)
    shared = [name for name in targets.columns if name in later.columns]
    later = later.merge(targets, on=shared) if shared else later.join(targets)
    for name in first.columns:
        if first[name].dtype == object and name in later:
            levels = sorted({*first[name].dropna(), *later[name].dropna()})
            kind = pd.CategoricalDtype(levels)
            first[name], later[name] = first[name].astype(kind), later[name].astype(kind)
    return first, later


def car_loan() -> list[pd.DataFrame]:
    names = ["car_value", "salary_range", "debt_to_income_ratio", "loan_length",
             "repaid_loan_on_prev_car", "size_of_downpayment", "driver_tenure"]  # fmt: skip
    pair = both(
        *(f"synthetic_car_loan_{one}.csv" for one in ("reference", "analysis", "analysis_target"))
    )
    return [table(one, one.repaid, one.y_pred_proba, one.y_pred, names) for one in pair]


def housing() -> list[pd.DataFrame]:
    names = [
        "MedInc",
        "HouseAge",
        "AveRooms",
        "AveBedrms",
        "Population",
        "AveOccup",
        "Latitude",
        "Longitude",
    ]
    pair = both(
        *(f"california_housing_{one}.csv" for one in ("reference", "analysis", "analysis_gt"))
    )
    return [table(one, one.clf_target, one.y_pred_proba, one.y_pred, names) for one in pair]


def cards() -> list[pd.DataFrame]:
    names = ["acq_channel", "app_behavioral_score", "requested_credit_limit", "app_channel",
             "credit_bureau_score", "stated_income", "is_customer"]  # fmt: skip
    pair = both("mc_reference.csv", "mc_analysis.csv", "mc_analysis_gt.csv")
    return [
        table(
            one, one.y_true.map(CARDS.index).astype(float),
            {f"score_{at}": one[f"y_pred_proba_{card}"] for at, card in enumerate(CARDS)},
            one.y_pred.map(CARDS.index).astype(float), names,
        )
        for one in pair
    ]  # fmt: skip


def car_price() -> list[pd.DataFrame]:
    names = [
        "car_age",
        "km_driven",
        "price_new",
        "accident_count",
        "door_count",
        "fuel",
        "transmission",
    ]
    pair = both("regression_synthetic_reference.csv", "regression_synthetic_analysis.csv",
                "regression_synthetic_analysis_targets.csv")  # fmt: skip
    return [table(one, one.y_true, one.y_pred, one.y_pred, names) for one in pair]


def employment() -> list[pd.DataFrame]:
    names = ["AGEP", "SCHL", "MAR", "RELP", "DIS", "ESP", "CIT", "MIG", "MIL", "ANC", "NATIVITY",
             "DEAR", "DEYE", "DREM", "SEX", "RAC1P"]  # fmt: skip
    reference, analysis, target = (
        pd.read_parquet(DATA / f"employment_MA_{one}.pq")
        for one in ("reference", "analysis", "analysis_target")
    )
    pair = reference, analysis.merge(target, on="id")
    return [
        table(
            one,
            one.employed.astype(int),
            one.predicted_probability,
            one.prediction.astype(int),
            names,
        )
        for one in pair
    ]


def shifted(live: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """Ages in bands, 5,000 of each: other people come, and the same ones turn out as before."""
    parts = []
    for low, high in ((0, 25), (20, 40), (35, 60), (55, 75), (65, 99)):
        band = live[(live.f_0 >= low) & (live.f_0 < high)]
        parts.append(band.iloc[random.choice(len(band), 5000, replace=len(band) < 5000)])
    return pd.concat(parts)


# ---- estimates ------------------------------------------------------------------------------


def estimate(reference: str, analysis: str, task: str, chunk: int) -> dict[str, object]:
    """Fitted on the reference, then every chunk of the rest; CPU seconds without reading."""
    first, later = pd.read_parquet(reference), pd.read_parquet(analysis)
    later = later.iloc[: len(later) // chunk * chunk].drop(columns="label")
    began = time.process_time()
    made = estimator(first, task, chunk)
    made.fit(first)
    found = made.estimate(later)
    seconds = time.process_time() - began
    rows = found.filter(period="analysis").to_df()
    values = {name: rows[(name, "value")].astype(float).tolist() for name in METRICS[task]}
    return {"seconds": seconds, "values": values}


def estimator(first: pd.DataFrame, task: str, chunk: int) -> nannyml.CBPE | nannyml.DLE:
    if task == "regression":
        names = [name for name in first.columns if name.startswith("f_")]
        return nannyml.DLE(
            feature_column_names=names, y_pred="score", y_true="label", chunk_size=chunk,
            metrics=METRICS[task],
        )  # fmt: skip
    score = "score"
    if task == "multiclass":
        names = [name for name in first.columns if name.startswith("score_")]
        score = {float(name.removeprefix("score_")): name for name in names}
    return nannyml.CBPE(
        y_pred_proba=score, y_pred="decided", y_true="label", chunk_size=chunk,
        problem_type=f"classification_{task}", metrics=METRICS[task],
    )  # fmt: skip


if __name__ == "__main__":
    main()
