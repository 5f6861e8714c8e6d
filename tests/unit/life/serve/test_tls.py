"""The TLS of a door."""

import socket
import ssl
import threading
from pathlib import Path

import pytest
from cryptography import x509
from self_signed import made

from mainstay.core.errors import Missing, Mistake, Refused
from mainstay.life.serve.tls import Tls


def shown(tls: Tls) -> str:
    """The name in the certificate that a new connection is shown."""
    ours, theirs = socket.socketpair()
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE

    def serve() -> None:
        tls.context.wrap_socket(theirs, server_side=True).close()

    server = threading.Thread(target=serve)
    server.start()
    with trusting.wrap_socket(ours) as secured:
        content = secured.getpeercert(binary_form=True)
    server.join()
    found = x509.load_der_x509_certificate(content)
    return str(found.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value)


def test_a_renewed_certificate_is_shown_from_the_next_connection_on(tmp_path: Path) -> None:
    tls = Tls(*made(tmp_path, "first"))
    before = shown(tls)
    made(tmp_path, "second")
    tls.look()

    assert (before, shown(tls), tls.refused) == ("first", "second", "")


def test_a_renewal_that_does_not_fit_changes_nothing(tmp_path: Path) -> None:
    certificate, key = made(tmp_path, "first")
    tls = Tls(certificate, key)
    certificate.write_text("no certificate")
    tls.look()

    assert shown(tls) == "first"
    assert "no certificate and its key" in tls.refused


def test_nothing_below_version_1_2_is_spoken(tmp_path: Path) -> None:
    assert Tls(*made(tmp_path)).context.minimum_version == ssl.TLSVersion.TLSv1_2


def test_what_does_not_fit_is_refused_at_once(tmp_path: Path) -> None:
    _, key = made(tmp_path)
    with pytest.raises(Mistake, match="are no certificate and its key"):
        Tls(key, key)
    with pytest.raises(Missing):
        Tls(tmp_path / "none", key)


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    certificate, key = made(tmp_path)
    key.chmod(0o644)

    with pytest.raises(Refused, match="others can read"):
        Tls(certificate, key)
