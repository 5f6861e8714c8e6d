"""`mainstay deploy` and `rollback`."""

import click

from mainstay.cli.act import act
from mainstay.cli.main import Options
from mainstay.control.commands import Deploy, Rollback


@click.command()
@click.argument("version")
@click.option("--share", type=float, help="Its share of the entities, up to 1.")
@click.option("--canary", is_flag=True, help="The share of the contract's serve.canary (default).")
@click.option("--live", is_flag=True, help="Everything; the same as --share 1.")
@click.option(
    "--shadow",
    type=float,
    is_flag=False,
    flag_value=1.0,
    help="Score a share of the rows after the answer; all without a number, 0 ends it.",
)
@click.option("--environment", default="production", help="production or replay.")
@click.option("--because", default="", help="Why, although an event or a source stops promotion.")
@click.pass_obj
def deploy(
    options: Options,
    /,
    version: str,
    environment: str,
    because: str,
    shadow: float | None,
    **asked: float | None,
) -> int:
    """Let an approved version answer, or a built one run as a shadow."""
    share = _share(**asked)
    if shadow is not None and any(asked.values()):
        raise click.UsageError("a shadow has no share of the answers")
    return act(options, Deploy(version, share, environment, shadow, because))


@click.command()
@click.option("--because", required=True, help="The reason, kept on record.")
@click.pass_obj
def rollback(options: Options, because: str) -> int:
    """Go back to what was live before."""
    return act(options, Rollback(because))


def _share(share: float | None, canary: float | None, live: float | None) -> float | None:
    if bool(canary) + bool(live) + (share is not None) > 1:
        raise click.UsageError("--share, --canary and --live exclude each other")
    return 1.0 if live else share
