"""`mainstay status`."""

import click

from mainstay.cli.act import asked
from mainstay.cli.main import Options
from mainstay.cli.show import show
from mainstay.control.queries import Status


@click.command()
@click.option("--check", is_flag=True, help="Exit with the verdict: 1 broken, 3 unsure.")
@click.pass_obj
def status(options: Options, check: bool) -> int:  # noqa: FBT001 - click's signature
    """One sentence per model, and what it waits for."""
    code = show(asked(options, Status()), as_json=options.json)
    return code if check else 0
