"""`mainstay status`."""

from pathlib import Path

import click
import msgspec

from mainstay.cli.main import Options
from mainstay.cli.show import show
from mainstay.control import handle
from mainstay.control.health import Health
from mainstay.control.pages import health
from mainstay.control.queries import ModelHealth, Status
from mainstay.core import durable


@click.command()
@click.option("--check", is_flag=True, help="Exit with the verdict: 1 broken, 3 unsure.")
@click.option("--page", type=click.Path(path_type=Path), help="Write the model's page there too.")
@click.pass_obj
def status(options: Options, check: bool, page: Path | None) -> int:  # noqa: FBT001 - click's signature
    """One sentence per model, and what it waits for."""
    if page:
        said = handle.answer(options.folder, ModelHealth()).facts["health"]
        durable.write(page, health.page(msgspec.convert(said, Health)).encode())
    code = show(handle.answer(options.folder, Status()), as_json=options.json)
    return code if check else 0
