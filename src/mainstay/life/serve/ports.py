"""A port to listen on."""

import socket

from mainstay.core.errors import Unavailable

FREE = "end who has it, or choose another one: --port 0 takes a free one"
BACKLOG = 2048
"""Connections that may wait to be taken."""


def listening(host: str, port: int, hint: str = FREE) -> socket.socket:
    """A socket that listens there, IPv6 where the host is. Raises Unavailable with the hint."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        said = f"port {port} of {host} cannot be had: {error.strerror}"
        raise Unavailable(said, hint=hint) from error
