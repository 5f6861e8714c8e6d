"""`mainstay export`."""

from pathlib import Path
from typing import get_args

import click

from mainstay.cli.act import asked
from mainstay.cli.main import Options
from mainstay.control.queries import Export, Scheduler
from mainstay.core import durable


@click.command()
@click.argument("scheduler", type=click.Choice(get_args(Scheduler)))
@click.option("--out", type=click.Path(path_type=Path), help="Write it to a file.")
@click.pass_obj
def export(options: Options, scheduler: Scheduler, out: Path | None) -> int:
    """Print the same steps for another scheduler."""
    answer = asked(options, Export(scheduler))
    if out:
        durable.write(out, str(answer.facts["text"]).encode())
        click.echo(f"Wrote {out}. {answer.headline}")
    else:
        click.echo(str(answer.facts["text"]), nl=False)
    return 0
