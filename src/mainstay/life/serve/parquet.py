"""Parquet as a request: another process reads it, because the door holds no table library.

The process is `mainstay.data.parquet_process`, named here and never imported.
"""

import asyncio
import sys
from importlib.util import find_spec

from mainstay.core import settings
from mainstay.core.errors import MissingExtra, Mistake, Unavailable
from mainstay.life.serve.handle import LARGEST
from mainstay.life.serve.shapes import forgiven

PROCESS = "mainstay.data.parquet_process"
PATIENCE = 30.0  # seconds for one file
AT_ONCE = 2
"""Processes of this kind, at most: each may take as much memory as it says."""


class Reader:
    """Reads some files at once, the others stand in line."""

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(AT_ONCE)

    async def records(self, content: bytes) -> bytes:
        """The request as /predict reads it. Raises MissingExtra, Mistake, Unavailable."""
        if find_spec("pyarrow") is None:
            raise MissingExtra("parquet")
        async with self._room:
            status, said, why = await _told(content)
        if status:
            raise Mistake(f"this is no Parquet that can be read: {why or 'it takes too much'}")
        return forgiven(said)


async def _told(content: bytes) -> tuple[int | None, bytes, str]:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-m", PROCESS, str(LARGEST),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE, env=settings.child_environment(),
    )  # fmt: skip
    try:
        said, why = await asyncio.wait_for(child.communicate(content), PATIENCE)
    except TimeoutError as error:
        raise Unavailable("this Parquet takes too long to read: send fewer rows") from error
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return child.returncode, said, why.decode(errors="replace").strip()[-200:]
