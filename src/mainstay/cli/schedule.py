"""`mainstay schedule`."""

import click

from mainstay.cli.act import act, ask
from mainstay.cli.main import Options
from mainstay.control.commands import RunNow, Schedule, Unschedule
from mainstay.control.queries import Schedules
from mainstay.core.errors import Mistake


@click.command("list")
@click.pass_obj
def list_(options: Options) -> int:
    """Every job: its rhythm, its next turn."""
    return ask(options, Schedules())


@click.command("set")
@click.argument("job")
@click.argument("rhythm")
@click.option("--zone", default="UTC", show_default=True, help="Of the clock, as Europe/Berlin.")
@click.pass_obj
def set_(options: Options, job: str, rhythm: str, zone: str) -> int:
    """Give JOB a RHYTHM: 'minute hour day month weekday', or 'each window'."""
    if not rhythm.strip():
        raise Mistake("a rhythm is five fields", hint=f"mainstay schedule stop {job}")
    return act(options, Schedule(job, " ".join(rhythm.split()), zone))


@click.command()
@click.argument("job")
@click.pass_obj
def stop(options: Options, job: str) -> int:
    """Do JOB no more until it is set or reset."""
    return act(options, Schedule(job, ""))


@click.command()
@click.argument("job")
@click.pass_obj
def reset(options: Options, job: str) -> int:
    """Give JOB back the rhythm that it has by itself."""
    return act(options, Unschedule(job))


@click.command()
@click.argument("job")
@click.pass_obj
def now(options: Options, job: str) -> int:
    """Plan JOB for now, to be done by a worker."""
    return act(options, RunNow(job))
