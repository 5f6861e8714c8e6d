"""`mainstay certify`."""

import click

from mainstay.cli.act import act, ask
from mainstay.cli.main import Options
from mainstay.control.commands import Certify
from mainstay.control.queries import Plan


@click.command()
@click.argument("version", default="")
@click.option("--renew", is_flag=True, help="Judge an approved version on the newest rows.")
@click.option("--plan", is_flag=True, help="Only say what it will tell; open nothing.")
@click.option("--environment", default="production", help="Where it may answer: or replay.")
@click.pass_obj
def certify(options: Options, version: str, renew: bool, plan: bool, environment: str) -> int:  # noqa: FBT001 - click's signature
    """Judge a version: certificate, or what is short."""
    if plan:
        return ask(options, Plan(version, renew))
    return act(options, Certify(version, renew, environment))
