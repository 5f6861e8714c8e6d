"""Mail at a real SMTP server."""

import datetime as dt
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from receiving import MESSAGE

from mainstay.control.channels import address, mail
from mainstay.control.channels.config import Mail
from mainstay.core.errors import MainstayError, Mistake, Refused

PASSWORD = "a secret of the mail server"


class Box:
    def __init__(self) -> None:
        self.letters: list[bytes] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:  # noqa: N802 - the name of its hook
        self.letters.append(envelope.content)
        return "250 taken"


def allowed(server: object, session: object, envelope: object, kind: str, data: object) -> object:
    return AuthResult(success=data.password == PASSWORD.encode())


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of localhost that signs itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    since = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(key.public_key()).serial_number(1)
        .not_valid_before(since).not_valid_after(since + dt.timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


@pytest.fixture
def context(authority: tuple[Path, Path]) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(*authority)
    return made


@contextmanager
def server(**given: object) -> Iterator[tuple[Box, int]]:
    box = Box()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port, **given)
    controller.start()
    try:
        yield box, port
    finally:
        controller.stop()


def channel(port: int, **given: object) -> Mail:
    return Mail(
        "localhost", "mainstay@clinic.example", ("lead@clinic.example",), port=port, **given
    )


def test_a_letter_arrives_whole_under_the_id_of_its_message() -> None:
    with server() as (box, port):
        for _ in range(2):
            mail.send(channel(port, tls="none"), MESSAGE)

    first, second = (message_from_bytes(one, policy=policy.default) for one in box.letters)
    assert first["subject"] == "◆ today: no-show, other: weather is 9 h old"
    assert first["to"] == "lead@clinic.example"
    assert first["message-id"] == second["message-id"] == "<no-show-7@mainstay.invalid>"
    assert "EUR 120 a day" in first.get_content()


def test_the_password_is_said_only_after_starttls(
    context: ssl.SSLContext, authority: tuple[Path, Path]
) -> None:
    given = {"authenticator": allowed, "auth_required": True, "auth_require_tls": True}
    with server(tls_context=context, require_starttls=True, **given) as (box, port):
        one = channel(port, user="m", password=PASSWORD, authority=str(authority[0]))
        mail.send(one, MESSAGE)

    assert len(box.letters) == 1


def test_tls_from_the_first_byte(context: ssl.SSLContext, authority: tuple[Path, Path]) -> None:
    with server(ssl_context=context) as (box, port):
        mail.send(channel(port, tls="tls", authority=str(authority[0])), MESSAGE)
        with pytest.raises(Refused, match="does not hold"):
            mail.send(channel(port, tls="tls"), MESSAGE)

    assert len(box.letters) == 1


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_server_without_tls_gets_nothing(tls: str) -> None:
    with server() as (box, port), pytest.raises(MainstayError):
        mail.send(channel(port, tls=tls), MESSAGE)

    assert box.letters == []


def test_mail_that_others_could_read_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    resolved: Callable[[object], tuple[str, ...]] = lambda _: ("93.184.215.14",)  # noqa: E731
    monkeypatch.setattr(address, "resolved", resolved)

    with pytest.raises(Mistake, match="readable on its way"):
        mail.send(channel(25, tls="none"), MESSAGE)
