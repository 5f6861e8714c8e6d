"""`mainstay certify`."""

import click

from mainstay.cli.act import act
from mainstay.cli.main import Options
from mainstay.control.commands import Certify


@click.command()
@click.argument("version", default="")
@click.option("--renew", is_flag=True, help="Judge an approved version on the newest rows.")
@click.option("--environment", default="production", help="Where it may answer: or replay.")
@click.pass_obj
def certify(options: Options, version: str, renew: bool, environment: str) -> int:  # noqa: FBT001 - click's signature
    """Judge a version: certificate, or what is short."""
    return act(options, Certify(version, renew, environment))
