"""`mainstay status`."""

from pathlib import Path

import click
import msgspec

from mainstay.cli.act import asked
from mainstay.cli.main import Options
from mainstay.cli.show import show
from mainstay.control.queries import ModelHealth, Status
from mainstay.core import durable


@click.command()
@click.option("--check", is_flag=True, help="Exit with the verdict: 1 broken, 3 unsure.")
@click.option("--page", type=click.Path(path_type=Path), help="Write the model's page there too.")
@click.pass_obj
def status(options: Options, check: bool, page: Path | None) -> int:  # noqa: FBT001 - click's signature
    """One sentence per model, and what it waits for."""
    if page:
        _written(options, page)
    code = show(asked(options, Status()), as_json=options.json)
    return code if check else 0


def _written(options: Options, page: Path) -> None:
    """What draws it is loaded only where it is drawn."""
    from mainstay.control.health import Health
    from mainstay.control.pages import health

    said = asked(options, ModelHealth()).facts["health"]
    durable.write(page, health.page(msgspec.convert(said, Health)).encode())
