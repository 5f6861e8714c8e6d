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
@click.option("--accept", multiple=True, type=int, help="Write down the proposal of this number.")
@click.pass_obj
def assess(
    options: Options,
    since: datetime | None,
    until: datetime | None,
    *,
    foresee: bool,
    every: bool,
    accept: tuple[int, ...],
) -> int:
    """Ask whether it is worth it and the data enough."""
    if every and accept:
        raise Mistake("--all only looks", "say --accept for one project at a time")
    if every:
        return act(options, AssessAll(since, until, foresee))
    return act(options, Assess(since, until, foresee, accept))
