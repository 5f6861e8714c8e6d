"""What MLflow's own client gets from a door for several models: scores by model on stdout.

python client_mlflow_several.py HTTP_PORT < records by model.

Runs in an environment of its own.
"""

import json
import sys

from mlflow.pyfunc.scoring_server.client import ScoringServerClient

(HTTP,) = sys.argv[1:]


def score(model: str, record: dict[str, object]) -> float:
    client = ScoringServerClient("127.0.0.1", f"{HTTP}/models/{model}")
    client.wait_server_ready()
    return client.invoke([record], params={"output": "score"})["predictions"][0]


if __name__ == "__main__":
    records = json.load(sys.stdin)
    json.dump({model: score(model, record) for model, record in records.items()}, sys.stdout)
