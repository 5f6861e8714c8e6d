"""`mainstay control`: the control plane for people, in this process."""

from functools import partial
from pathlib import Path
from typing import Protocol

import click

from mainstay.web import process
from mainstay.web.process import LOOPBACK, Opening

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class Options(Protocol):
    """What the terminal gives every command; its module stands beside this one, not below."""

    @property
    def folder(self) -> Path:
        """The project's."""


@click.command()
@click.option("--port", type=click.IntRange(0, 65_535), default=8090, show_default=True)
@click.option("--host", default=LOOPBACK, show_default=True, help="Others need sign-in and TLS.")
@click.option("--certificate", type=_FILE, help="Of TLS: a PEM file with its chain.")
@click.option("--private-key", type=_FILE, help="Of the certificate: PEM, without password.")
@click.option("--address", default="", help="https://NAME of a proxy that stands before it.")
@click.option("--sign-in", type=_FILE, help="TOML of an OpenID Connect provider to sign in with.")
@click.pass_obj
def control(  # noqa: PLR0913, PLR0917 - click's signature
    options: Options,
    port: int,
    host: str,
    certificate: Path | None,
    private_key: Path | None,
    address: str,
    sign_in: Path | None,
) -> int:
    """Serve API, sign-in and pages of the project here until stopped."""
    opening = Opening(options.folder, host, port, certificate, private_key, address, sign_in)
    process.run(opening, click.echo, partial(click.echo, err=True))
    return 0
