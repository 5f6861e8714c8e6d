"""`mainstay verify`."""

import click

from mainstay.cli.act import ask
from mainstay.cli.main import Options
from mainstay.control.queries import VerifyBundle, VerifyCertificate, VerifyLedger


@click.command()
@click.option("--head", default="", help="A head published earlier, that must be on the chain.")
@click.pass_obj
def ledger(options: Options, head: str) -> int:
    """Walk the chain of events and every blob."""
    return ask(options, VerifyLedger(head))


@click.command()
@click.argument("version")
@click.option("--environment", default="production", help="Where it would answer: or replay.")
@click.pass_obj
def certificate(options: Options, version: str, environment: str) -> int:
    """Check signatures, scope and date."""
    return ask(options, VerifyCertificate(version, environment))


@click.command()
@click.argument("version")
@click.pass_obj
def bundle(options: Options, version: str) -> int:
    """Check every file of a bundle."""
    return ask(options, VerifyBundle(version))
