"""A folder in an object store that files are put into: each whole when it is seen."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from mainstay.data.silos import store
from mainstay.data.silos.access import access, refuse_secrets


class Folder(NamedTuple):
    """At an address, by a file system of Arrow. What it does raises Mistake, Unavailable."""

    address: str
    system: Any
    path: str

    def content(self, name: str) -> bytes | None:
        """Of a file; None where there is none."""
        try:
            with self.system.open_input_stream(f"{self.path}/{name}") as file:
                found: bytes = file.read()
                return found
        except FileNotFoundError:
            return None
        except OSError as error:
            raise store.told(error, self.address, access(self.address)) from None

    def put(self, file: Path, name: str) -> None:
        """A file of this machine, in place of one that is there."""
        with file.open("rb") as source, self._written(name) as target:
            shutil.copyfileobj(source, target, 1 << 20)

    def write(self, content: bytes, name: str) -> None:
        """The same for bytes."""
        with self._written(name) as target:
            target.write(content)

    def remove(self, name: str) -> None:
        """A file, where there is one."""
        try:
            self.system.delete_file(f"{self.path}/{name}")
        except FileNotFoundError:
            return
        except OSError as error:
            raise store.told(error, self.address, access(self.address)) from None

    @contextmanager
    def _written(self, name: str) -> Iterator[Any]:
        try:
            with self.system.open_output_stream(f"{self.path}/{name}") as target:
                yield target
        except OSError as error:
            raise store.told(error, self.address, access(self.address)) from None


def is_store(address: str) -> bool:
    """Whether a folder there can be written."""
    return address.partition("://")[0] in store.KINDS


def opened(address: str) -> Folder:
    """Raises Mistake for an address that holds a secret, or an account nobody knows."""
    refuse_secrets(address)
    system = store.opened(address, access(address))
    return Folder(address.rstrip("/"), system, store.path_of(address).rstrip("/"))
