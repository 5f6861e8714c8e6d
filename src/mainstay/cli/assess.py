"""`mainstay assess`."""

from datetime import datetime

import click

from mainstay.cli.act import act, period
from mainstay.cli.main import Options
from mainstay.control.commands import Assess, AssessAll
from mainstay.core.errors import Mistake


@period
@click.command()
@click.option("--foresee", is_flag=True, help="Fit models: how long one lasts, what records bring.")
@click.option("--all", "every", is_flag=True, help="Each project of the folder, best first.")
@click.pass_obj
def assess(
    options: Options, since: datetime | None, until: datetime | None, *, foresee: bool, every: bool
) -> int:
    """Ask whether it is worth it and the data enough."""
    if every and foresee:
        raise Mistake("--all fits nothing", hint="say --foresee for one project at a time")
    if every:
        return act(options, AssessAll(since, until))
    return act(options, Assess(since, until, foresee))
