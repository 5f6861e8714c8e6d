"""Requests as fast as they are answered, for some seconds: by wrk where it is installed.

Else by this file, as a process of its own: `python -m bench.servers.load URL BODY CONNECTIONS
SECONDS HEADERS` prints the same numbers. Only the server's CPU counts, so either will do.
"""

import asyncio
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

WRK = """\
local file = io.open("{body}", "rb"); wrk.body = file:read("*a"); file:close()
wrk.method = "POST"
{headers}
done = function(all, latency, _)
  local e = all.errors
  io.write(string.format("\\n[%d, %f, %f, %f, %d]\\n", all.requests, all.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    e.status + e.connect + e.read + e.timeout + e.write))
end
"""


JSON = {"Content-Type": "application/json"}


class Load(NamedTuple):
    """answers: in so many seconds; p50, p99: milliseconds; failed: other than 200."""

    answers: int
    seconds: float
    p50: float
    p99: float
    failed: int


def driven(
    url: str, body: Path, connections: int, seconds: int, headers: Mapping[str, str] = JSON
) -> Load:
    """What came of it. Raises CalledProcessError where the driver fails."""
    wrk = shutil.which("wrk")
    if wrk:
        script = body.with_suffix(".lua")
        lines = [f'wrk.headers["{name}"] = "{value}"' for name, value in headers.items()]
        script.write_text(WRK.format(body=body, headers="; ".join(lines)))
        command = [wrk, "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s"]
        command += ["--latency", "-s", str(script), url]
    else:
        command = [sys.executable, "-m", "bench.servers.load", url, str(body)]
        command += [str(connections), str(seconds), json.dumps(headers)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Load(*json.loads(done.stdout.strip().splitlines()[-1]))


async def drive(
    url: str, body: bytes, connections: int, seconds: int, headers: Mapping[str, str] = JSON
) -> Load:
    """The same by hand: every connection asks again as soon as it is answered."""
    parts, times, failed = urlsplit(url), list[float](), list[bytes]()
    stated = "".join(f"\r\n{name}: {value}" for name, value in headers.items())
    head = f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}{stated}"
    request = f"{head}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    began = time.perf_counter()

    async def ask() -> None:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        while (sent := time.perf_counter()) < began + seconds:
            writer.write(request)
            status = await answer(reader)
            times.append(1e3 * (time.perf_counter() - sent))
            if status != b"200":
                failed.append(status)
        writer.close()

    await asyncio.gather(*(ask() for _ in range(connections)))
    wall, ordered = time.perf_counter() - began, sorted(times)
    half, most = (ordered[int(len(ordered) * part)] for part in (0.5, 0.99))
    return Load(len(times), wall, half, most, len(failed))


async def answer(reader: asyncio.StreamReader) -> bytes:
    """The status of an answer that says its length or comes in chunks, read to its end."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = dict(line.lower().split(b":", 1) for line in head.splitlines()[1:] if line)
    if b"content-length" in lines:
        await reader.readexactly(int(lines[b"content-length"]))
    else:
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    return head.split(b" ", 2)[1]


if __name__ == "__main__":
    address, file, count, length, stated = sys.argv[1:]
    content = Path(file).read_bytes()
    found = asyncio.run(drive(address, content, int(count), int(length), json.loads(stated)))
    print(json.dumps(found))
