"""`mainstay incident`."""

from datetime import datetime, timedelta
from pathlib import Path

import click
import msgspec

from mainstay.cli.act import Day, act, ask, asked
from mainstay.cli.main import Options
from mainstay.contract import durations
from mainstay.control.commands import Acknowledge, Deliver, Silence, Vouch
from mainstay.control.queries import Incident, IncidentAccount, Incidents
from mainstay.core import clock, durable
from mainstay.core.errors import Mistake


class Length(click.ParamType[timedelta]):
    """A duration on the command line, as a contract writes it."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        try:
            return durations.duration(str(value))
        except Mistake as error:
            self.fail(f"{error}: {error.hint}", param, ctx)


@click.command("list")
@click.option("--closed", is_flag=True, help="Those that are over too.")
@click.pass_obj
def list_(options: Options, closed: bool) -> int:  # noqa: FBT001 - click's signature
    """What is open, the most urgent first; the same error of one source is one incident."""
    return ask(options, Incidents(closed))


@click.command()
@click.argument("number", type=int)
@click.option(
    "--page", type=click.Path(path_type=Path), help="Write the incident's page there too."
)
@click.pass_obj
def show(options: Options, number: int, page: Path | None) -> int:
    """All about one: owner, cost a day, last good state, what it explains, who was told."""
    if page:
        _written(options, number, page)
    return ask(options, Incident(number))


def _written(options: Options, number: int, page: Path) -> None:
    """What draws it is loaded only where it is drawn."""
    from mainstay.control.accounts import Account
    from mainstay.control.pages import incident

    said = asked(options, IncidentAccount(number)).facts["account"]
    durable.write(page, incident.page(msgspec.convert(said, Account)).encode())


@click.command()
@click.argument("number", type=int)
@click.option("--until", type=Day(), help="Up to a time, UTC where it names no zone.")
@click.option("--for", "length", type=Length(), help="From now on, for example 12h or 2d.")
@click.option("--because", required=True, help="The reason, kept on record.")
@click.pass_obj
def silence(
    options: Options, number: int, until: datetime | None, length: timedelta | None, because: str
) -> int:
    """Tell nobody of an incident until a time; the record and status go on."""
    if (until is None) is (length is None):
        raise Mistake("a silence ends at one time", hint="give either --until or --for")
    return act(options, Silence(number, until or clock.now() + (length or timedelta()), because))


@click.command()
@click.argument("number", type=int)
@click.option("--because", required=True, help="What is done about it, kept on record.")
@click.pass_obj
def acknowledge(options: Options, number: int, because: str) -> int:
    """Say that you take care of an incident; it stays open until what broke is mended."""
    return act(options, Acknowledge(number, because))


@click.command()
@click.argument("number", type=int)
@click.option("--because", required=True, help="The reason, kept on record.")
@click.pass_obj
def vouch(options: Options, number: int, because: str) -> int:
    """Say that the labels which an incident doubts are right; they count from the next look on."""
    return act(options, Vouch(number, because))


@click.command()
@click.pass_obj
def deliver(options: Options) -> int:
    """Tell what waits to be told; `watch` and `run` do the same at their end."""
    return act(options, Deliver())
