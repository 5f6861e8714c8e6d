"""A peer: FastAPI, pandas and the pipeline, as most tutorials write it."""

from typing import Any

import joblib
import pandas as pd
from fastapi import FastAPI
from pydantic import BaseModel

pipeline = joblib.load("pipeline.joblib")
app = FastAPI()


class Question(BaseModel):
    records: list[dict[str, Any]]


@app.post("/predict")
def predict(question: Question) -> dict[str, list[float]]:
    scores = pipeline.predict_proba(pd.DataFrame(question.records))[:, 1]
    return {"predictions": scores.tolist()}
