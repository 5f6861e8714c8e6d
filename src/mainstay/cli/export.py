"""`mainstay export`."""

from pathlib import Path
from typing import get_args

import click

from mainstay.cli.act import asked, written
from mainstay.cli.main import Options
from mainstay.control.queries import Export, Scheduler


@click.command()
@click.argument("scheduler", type=click.Choice(get_args(Scheduler)))
@click.option("--out", type=click.Path(path_type=Path), help="Write it to a file.")
@click.pass_obj
def export(options: Options, scheduler: Scheduler, out: Path | None) -> int:
    """Print the same steps for another scheduler."""
    return written(asked(options, Export(scheduler)), out)
