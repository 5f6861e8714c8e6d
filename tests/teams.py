"""A team of two projects that are nothing but their contracts, on one record."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import small_project
from asking import given, ledger

from mainstay.control import project
from mainstay.core import settings
from mainstay.core.nouns import Actor

NAMES = ("churn", "no-show")


@contextmanager
def of_two(folder: Path) -> Iterator[Path]:
    """Keys beside it."""
    made = folder / "team"
    for name in NAMES:
        (made / name).mkdir(parents=True)
        text = small_project.CONTRACT.replace("model: no-show", f"model: {name}")
        (made / name / "contract.yaml").write_text(text)
    (made / "team.toml").touch()
    with settings.given({"MAINSTAY_KEYS": str(folder / "keys")}):
        for name in NAMES:
            with project.opened(made / name) as opened:
                said = {"digest": "c", "revision": 1, "text": text}
                opened.ledger.append("ContractRegistered", name, Actor("ana"), said)
        yield made


def shown(folder: Path, name: str, *roles: str, model: str = "*") -> dict[str, str]:
    return {"authorization": f"Bearer {given(folder, name, *roles, model=model)}"}


def broken(folder: Path, model: str) -> int:
    with ledger(folder) as there:
        said = {
            "clause": "unit", "what": f"rain of {model} in inches",
            "finding": {
                "clause": "unit", "columns": ["rain"], "what": f"rain of {model} in inches",
                "cause": "why", "owner": "who", "action": "do", "verdict": "fail",
                "window": {"since": "2024-03-01T00:00:00Z", "until": "2024-03-02T00:00:00Z"},
            },
            "columns": ["rain"],
        }  # fmt: skip
        return there.append("IncidentOpened", model, Actor("ana"), said).seq
