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
from mainstay.life.serve.process import LOOPBACK, Opening, Stand
from mainstay.life.serve.telling import Voice
from mainstay.seal import trust
from mainstay.seal.certificate import Environment
from mainstay.seal.routing import ENVIRONMENTS

_FOLDER = click.Path(file_okay=False, path_type=Path)
_PROJECT = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("folders", nargs=-1, type=_PROJECT, metavar="[FOLDER]...")
@click.option("--serving", type=_FOLDER, multiple=True, help="What is published, per model.")
@click.option("--log", type=_FOLDER, multiple=True, help="The door's own folder, per model.")
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
    folders: tuple[Path, ...],
    serving: tuple[Path, ...],
    log: tuple[Path, ...],
    port: int,
    grpc_port: int | None,
    host: str,
    certificate: Path | None,
    private_key: Path | None,
    take_over: bool,  # noqa: FBT001 - click gives it by name
    environment: Environment,
    clock_file: Path | None,
) -> int:
    """Answer requests until stopped: for the project here, or for each FOLDER.

    Each FOLDER is a project with a model of its own. On a machine without projects --serving and
    --log say where each model stands, in the same order.
    """
    stands = _stands(options, folders, serving, log, environment)
    with settings.given({"MAINSTAY_CLOCK": str(clock_file)} if clock_file else {}):
        _refuse_other_time(environment)
        voice = Voice(click.echo, partial(click.echo, err=True))
        keys = settings.keys_folder() / trust.FILE
        opening = Opening(stands, keys, port, host, grpc_port)
        opening = opening._replace(certificate=certificate, private_key=private_key)
        process.run(opening._replace(take_over=take_over), voice)
    return 0


def _stands(
    options: Options,
    folders: tuple[Path, ...],
    serving: tuple[Path, ...],
    log: tuple[Path, ...],
    environment: Environment,
) -> tuple[Stand, ...]:
    """Of every model. Raises Mistake where the folders do not go together."""
    if folders and (serving or log):
        raise Mistake("a FOLDER has its own --serving and --log", hint="give one or the other")
    projects = [Places(folder) for folder in folders or (options.folder,)]
    published = serving or tuple(one.serving for one in projects)
    logs = log or tuple(one.door for one in projects)
    if len(published) != len(logs):
        what = f"{len(published)} models and {len(logs)} folders of their own do not go together"
        raise Mistake(what, hint="one --log for each --serving, in the same order")
    for kind in (published, logs):
        if len({one.resolve() for one in kind}) < len(kind):
            raise Mistake("two models cannot have one folder", hint="name each once")
    return tuple(
        Stand(Place(one, one / ENVIRONMENTS, environment), own)
        for one, own in zip(published, logs, strict=True)
    )


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
