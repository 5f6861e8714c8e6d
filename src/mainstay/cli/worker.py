"""`mainstay worker`: what is due, done in this process."""

import signal
import sys
from functools import partial

import click

from mainstay.cli.main import Options
from mainstay.control import worker as working
from mainstay.core import settings
from mainstay.core.errors import Mistake


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now, then end.")
@click.option("--environment", default="production", help="production or replay.")
@click.pass_obj
def worker(options: Options, once: bool, environment: str) -> int:  # noqa: FBT001 - click gives it by name
    """Do what is due, until stopped."""
    if settings.url():
        raise Mistake(
            "a worker works in the project's folder", hint="run it there, without MAINSTAY_URL"
        )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    one = working.worker(options.folder, partial(click.echo, err=True), environment)
    if once:
        count = working.until_nothing_is_due(one)
        click.echo(f"{count} runs were due and are done.")
        return 0
    click.echo(f"Mainstay worker of {options.folder.resolve().name}")
    working.for_ever(one)
    return 0
