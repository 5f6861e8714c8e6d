"""`export`: the same steps as commands for who already has something that runs them."""

import shlex
import sys
from collections.abc import Mapping
from datetime import timedelta
from importlib import resources
from pathlib import Path

from mainstay.control.project import Project
from mainstay.control.queries import Export, Scheduler
from mainstay.core import clock, settings
from mainstay.core.answers import Answer

PLACES: Mapping[Scheduler, str] = {
    "cron": "a crontab: mainstay export cron --out due; crontab -l | cat - due | crontab -",
    "github": ".github/workflows/ of the repository",
    "airflow": "the folder of DAGs",
    "dagster": "a code location",
}
_BATCH = "@SCORE@"
"""How lines begin that are about batches."""


def export(project: Project, query: Export) -> Answer:
    """`facts.text` is the file, of this model and this folder."""
    text = resources.files("mainstay.control.exports").joinpath(f"{query.scheduler}.txt")
    batch = project.document.contract.score.every is not None
    written = _kept(text.read_text(encoding="utf-8"), batch=batch)
    for name, value in _values(project).items():
        written = written.replace(f"@{name}@", value)
    return Answer(
        f"{project.model} for {query.scheduler}: it belongs in {PLACES[query.scheduler]}.",
        facts={"text": written},
    )


def _kept(text: str, *, batch: bool) -> str:
    """Without the lines about batches where the contract tells of none by schedule."""
    lines = text.splitlines(keepends=True)
    kept = (one for one in lines if batch or not one.startswith(_BATCH))
    return "".join(one.removeprefix(_BATCH) for one in kept)


def _values(project: Project) -> Mapping[str, str]:
    folder = project.places.folder.resolve()
    return {
        "MODEL": project.model,
        "IDENTIFIER": project.model.replace("-", "_"),
        "FOLDER": _line(folder),
        "FOLDER_TEXT": repr(str(folder)),
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "KEYS": str(settings.keys_folder().resolve()),
        "KEY": settings.key_name(),
        "EACH_WINDOW": _rhythm(project.document.contract.watch.window),
        "EVERY": project.document.contract.score.every or "",
        "YEAR": str(clock.now().year),
    }


def _line(folder: Path) -> str:
    """For a shell in a line of cron, where a percent sign ends the command."""
    return shlex.quote(str(folder)).replace("%", r"\%")


def _rhythm(window: timedelta) -> str:
    """A quarter past the hour, or past midnight, UTC: windows end there."""
    return "15 * * * *" if window < timedelta(days=1) else "15 0 * * *"
