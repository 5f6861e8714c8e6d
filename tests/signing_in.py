"""Who signs in at a control plane that a browser sees."""

from typing import NamedTuple

NAME, PASSWORD = "ada", "correct horse battery"


class Plane(NamedTuple):
    """url: where it answers; state: cookies of somebody who signed in."""

    url: str
    state: object
