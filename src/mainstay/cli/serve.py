"""`mainstay serve`: the door, in this process."""

from functools import partial
from pathlib import Path

import click

from mainstay.cli.main import Options
from mainstay.core import clock, settings
from mainstay.core.errors import Mistake
from mainstay.core.places import Places
from mainstay.life.serve import process
from mainstay.life.serve.loader import Place
from mainstay.life.serve.process import LOOPBACK, Opening
from mainstay.life.serve.telling import Voice
from mainstay.seal import trust
from mainstay.seal.certificate import Environment
from mainstay.seal.routing import ENVIRONMENTS

_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--serving", type=_FOLDER, help="What is published; default: the project's.")
@click.option("--log", type=_FOLDER, help="The door's own folder; default: the project's.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8080, show_default=True)
@click.option("--grpc-port", type=click.IntRange(0, 65_535), help="Also gRPC; 0: a free one.")
@click.option("--host", default=LOOPBACK, show_default=True, help="Others need tokens and TLS.")
@click.option("--certificate", type=_FILE, help="Of TLS: a PEM file with its chain.")
@click.option("--private-key", type=_FILE, help="Of the certificate: PEM, without password.")
@click.option("--take-over", is_flag=True, help="From the door that runs with the same --log.")
@click.option("--environment", type=click.Choice(["production", "replay"]), default="production")
@click.option("--clock", "clock_file", type=_FILE, help="The replay time; for replay only.")
@click.pass_obj
def serve(  # noqa: PLR0913, PLR0917 - one per option
    options: Options,
    serving: Path | None,
    log: Path | None,
    port: int,
    grpc_port: int | None,
    host: str,
    certificate: Path | None,
    private_key: Path | None,
    take_over: bool,  # noqa: FBT001 - click gives it by name
    environment: Environment,
    clock_file: Path | None,
) -> int:
    """Answer requests until stopped."""
    places = Places(options.folder)
    folder = serving or places.serving
    place = Place(folder, folder / ENVIRONMENTS, environment)
    with settings.given({"MAINSTAY_CLOCK": str(clock_file)} if clock_file else {}):
        _refuse_other_time(environment)
        voice = Voice(click.echo, partial(click.echo, err=True))
        keys = settings.keys_folder() / trust.FILE
        opening = Opening(place, log or places.door, keys, port, host, grpc_port)
        opening = opening._replace(certificate=certificate, private_key=private_key)
        process.run(opening._replace(take_over=take_over), voice)
    return 0


def _refuse_other_time(environment: Environment) -> None:
    """A replay door lives in replay time, a production door never does. Raises Mistake."""
    if clock.is_replay() and environment == "production":
        raise Mistake(
            "a production door does not follow a replay clock", hint="--environment replay"
        )
    if environment == "replay":
        if not clock.is_replay():
            raise Mistake("a replay door needs its clock", hint="--clock FILE")
        try:
            clock.now()
        except (OSError, ValueError) as error:
            raise Mistake(f"the replay clock cannot be read: {error}") from error
