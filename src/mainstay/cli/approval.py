"""`mainstay review`, `waive`, `approve` and `reject`."""

from datetime import datetime

import click

from mainstay.cli.act import Day, act, ask
from mainstay.cli.main import Options
from mainstay.control.commands import Approve, Reject, Waive
from mainstay.control.queries import Review


@click.command()
@click.argument("version", default="")
@click.pass_obj
def review(options: Options, version: str) -> int:
    """Read what you are asked to approve."""
    return ask(options, Review(version))


@click.command()
@click.argument("version")
@click.argument("clause")
@click.option("--because", required=True, help="The reason; it stands in the certificate.")
@click.option("--until", type=Day(), required=True, help="When the excuse ends.")
@click.pass_obj
def waive(options: Options, version: str, clause: str, because: str, until: datetime) -> int:
    """Excuse a gate that a version does not pass."""
    return act(options, Waive(version, clause, because, until))


@click.command()
@click.argument("version")
@click.option("--because", default="", help="The reason, kept on record.")
@click.pass_obj
def approve(options: Options, version: str, because: str) -> int:
    """Sign a certificate, as its approver."""
    return act(options, Approve(version, because))


@click.command()
@click.argument("version")
@click.option("--because", required=True, help="The reason, kept on record.")
@click.pass_obj
def reject(options: Options, version: str, because: str) -> int:
    """Refuse a certificate, with a reason."""
    return act(options, Reject(version, because))
