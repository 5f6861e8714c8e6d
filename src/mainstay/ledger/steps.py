"""Work that is not done twice: a step is known by the digest of its inputs."""

from typing import Any

import msgspec

from mainstay.core import digest
from mainstay.core.nouns import Actor
from mainstay.ledger.store import Ledger


def key(step: str, **inputs: Any) -> str:
    """The key of a step: equal inputs, equal key. Raises TypeError for what JSON cannot hold."""
    return digest.of_value({"step": step, "inputs": inputs})


def result(ledger: Ledger, key: str) -> dict[str, Any] | None:
    """What the step came to, None where it was not done yet."""
    found = ledger.rows("SELECT result FROM step WHERE key = ?", key)
    return msgspec.json.decode(found[0][0], type=dict[str, Any]) if found else None


def done(
    ledger: Ledger, key: str, result_now: dict[str, Any], *, subject: str, actor: Actor
) -> dict[str, Any]:
    """Record the result of a step, unless another was faster; the one that counts."""
    with ledger.transaction():
        earlier = result(ledger, key)
        if earlier is not None:
            return earlier
        payload = {"key": key, "result": result_now}
        event = ledger.append("StepDone", subject, actor, payload)
    recorded: dict[str, Any] = event.payload["result"]
    return recorded
