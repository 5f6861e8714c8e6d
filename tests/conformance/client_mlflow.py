"""What MLflow's own client gets from a door: a JSON object of outcomes by name on stdout.

python client_mlflow.py HTTP_PORT < a record. Runs in an environment of its own.
"""

import io
import json
import sys
from typing import Any

import numpy as np
import pandas as pd
import requests
from mlflow.pyfunc.scoring_server import CONTENT_TYPE_CSV, CONTENT_TYPE_PARQUET
from mlflow.pyfunc.scoring_server.client import ScoringServerClient

(HTTP,) = sys.argv[1:]
RECORD = json.load(sys.stdin)


def posted(content: Any, kind: str) -> Any:
    url = f"http://127.0.0.1:{HTTP}/invocations"
    answer = requests.post(url, data=content, headers={"Content-Type": kind}, timeout=60)
    return answer.json()


def outcomes() -> dict[str, Any]:
    client = ScoringServerClient("127.0.0.1", HTTP)
    client.wait_server_ready()
    frame = pd.DataFrame([RECORD, RECORD | {"visit": "v2", "rain": np.nan}])
    frame["at"] = pd.to_datetime(frame["at"])
    parquet = io.BytesIO()
    frame.to_parquet(parquet, index=False)
    score = {"output": "score"}
    as_scores = client.invoke(frame, params=score)
    found: dict[str, Any] = {
        "version": client.get_version(),
        "frame": client.invoke(frame)["predictions"],
        "frame score": as_scores["predictions"],
        "as a frame": as_scores.get_predictions().shape,
        "as an array": as_scores.get_predictions("ndarray").tolist(),
        "list": client.invoke([RECORD], params=score)["predictions"],
        "answer": client.invoke([RECORD], params={"output": "answer"}).get_predictions().shape,
        "csv": posted(frame.to_csv(index=False).encode(), CONTENT_TYPE_CSV),
        "parquet": posted(parquet.getvalue(), CONTENT_TYPE_PARQUET),
    }
    try:
        client.invoke(frame.assign(wait="20"))
    except Exception as error:  # noqa: BLE001 - whatever the client makes of it
        found["wrong"] = str(error)
    return found


if __name__ == "__main__":
    json.dump(outcomes(), sys.stdout)
