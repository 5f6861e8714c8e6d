"""A peer: BentoML's service with a pandas frame."""

import bentoml
import joblib
import pandas as pd


@bentoml.service(workers=1)
class Service:
    def __init__(self) -> None:
        self.pipeline = joblib.load("pipeline.joblib")

    @bentoml.api
    def predict(self, rows: pd.DataFrame) -> list[float]:
        return self.pipeline.predict_proba(rows)[:, 1].tolist()
