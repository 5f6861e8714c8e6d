"""`mainstay up`: door, control plane and worker of a project, on this machine."""

from functools import partial
from pathlib import Path

import click

from mainstay.cli import processes
from mainstay.cli.main import Options
from mainstay.cli.processes import Part
from mainstay.control import team
from mainstay.core import settings
from mainstay.core.errors import Missing, Mistake
from mainstay.core.places import Places

PORTS = click.IntRange(0, 65_535)


@click.command()
@click.option("--port", type=PORTS, default=8080, show_default=True, help="Of the door.")
@click.option("--control-port", type=PORTS, default=8090, show_default=True)
@click.option("--environment", type=click.Choice(["production", "replay"]), default="production")
@click.pass_obj
def up(options: Options, port: int, control_port: int, environment: str) -> int:
    """Start all three, start again what dies, until stopped."""
    place = Places(options.folder)
    if settings.url():
        raise Mistake("up works in the project's folder", hint="run it there, without MAINSTAY_URL")
    folders = tuple(team.members(place).values()) if place.is_team else (options.folder,)
    if not folders or not Places(folders[0]).contract.is_file():
        raise Missing(f"there is no contract.yaml in {options.folder.resolve()}", "mainstay init")
    for one in map(Places, folders):
        one.serving.mkdir(parents=True, exist_ok=True)
        one.door.mkdir(parents=True, exist_ok=True)
    if port:
        click.echo(f"The door answers on http://127.0.0.1:{port} once a version is deployed.")
    parts = parted(options.folder, folders, (port, control_port), environment)
    return processes.kept(parts, partial(click.echo, err=True))


def parted(
    folder: Path, projects: tuple[Path, ...], ports: tuple[int, int], environment: str
) -> tuple[Part, ...]:
    """The three processes; the door answers for each project. ports: of door and control."""
    where, clock_file = ("--folder", str(folder)), settings.clock_file()
    time = ("--clock", str(clock_file)) if clock_file else ()
    kind = ("--environment", environment)
    return (
        Part("door", ("serve", *map(str, projects), "--port", str(ports[0]), *kind, *time)),
        Part("control", ("control", *where, "--port", str(ports[1]))),
        Part("worker", ("worker", *where, *kind)),
    )
