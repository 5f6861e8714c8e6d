"""A real provider of OpenID Connect, in a process of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

import msgspec

from mainstay.web.provider import Registered


class There(NamedTuple):
    """A provider that runs, and what this control plane knows of it."""

    url: str
    known: Registered


@contextmanager
def provided() -> Iterator[There]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        url = f"http://127.0.0.1:{port}"
        _wait(f"{url}/.well-known/openid-configuration")
        issuer = _issuer(url)
        yield There(url, Registered(issuer, "mainstay", "secret", "sub"))
        process.terminate()


def _wait(address: str) -> None:
    for _ in range(600):
        try:
            urlopen(address).close()
        except (URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the provider does not start")


def _issuer(url: str) -> str:
    with urlopen(f"{url}/.well-known/openid-configuration") as said:
        return str(msgspec.json.decode(said.read())["issuer"])
