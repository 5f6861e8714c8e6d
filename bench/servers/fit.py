"""Runs in a peer's environment: fits the pipeline as people write it, saves it as the peer wants.

python fit.py TABLE.csv FOLDER PEER [MODEL.py]
"""

import runpy
import sys
from pathlib import Path
from typing import Any

import joblib
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder, StandardScaler


def fitted(rows: pd.DataFrame, label: pd.Series) -> Any:
    """Median, scale, ordinal codes, 300 trees of 31 leaves."""
    numbers = [name for name in rows if name.startswith("n")]
    texts = [name for name in rows if name.startswith("c")]
    filled = Pipeline([("fill", SimpleImputer(strategy="median")), ("scale", StandardScaler())])
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    prepared = ColumnTransformer([("numbers", filled, numbers), ("texts", codes, texts)])
    trees = LGBMClassifier(n_estimators=300, num_leaves=31, n_jobs=1, random_state=0, verbose=-1)
    return Pipeline([("prepared", prepared), ("trees", trees)]).fit(rows, label)


def main(table: Path, folder: Path, peer: str, program: str = "") -> None:
    read = pd.read_csv(table)
    rows, label = read.drop(columns=["decision", "at", "who", "label"]), read["label"]
    fit = runpy.run_path(program)["train"] if program else fitted
    pipeline = fit(rows, label)
    joblib.dump(pipeline, folder / "pipeline.joblib")
    if peer == "mlflow":
        import mlflow  # noqa: PLC0415 - only where it is the peer
        from mlflow.models import infer_signature  # noqa: PLC0415

        signature = infer_signature(rows, pipeline.predict_proba(rows))
        mlflow.sklearn.save_model(
            pipeline, folder / "mlflow_model", signature=signature,
            pyfunc_predict_fn="predict_proba", serialization_format="cloudpickle",
        )  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
