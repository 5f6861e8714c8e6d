"""TLS of a door: its certificate and key, read again when they are renewed."""

import ssl
from pathlib import Path

from mainstay.core.errors import Missing, Mistake, Refused
from mainstay.life.serve.present import fingerprint


class Tls:
    """The context of every new connection. refused: why renewed files are not followed."""

    def __init__(self, certificate: Path, key: Path) -> None:
        """Two PEM files. Raises Missing, Mistake, Refused where others can read the key."""
        self.refused = ""
        self._certificate, self._key = certificate, key
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._print = self._found()
        self._load(self.context)

    def look(self) -> None:
        """Follows the files, where they changed; what does not load leaves all as it is."""
        found = self._found()
        if found == self._print:
            return
        try:
            self._load(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
            self._load(self.context)
            self.refused, self._print = "", found
        except (Missing, Mistake, Refused) as error:
            self.refused = str(error)

    def _found(self) -> tuple[object, ...]:
        return fingerprint(self._certificate), fingerprint(self._key)

    def _load(self, context: ssl.SSLContext) -> None:
        try:
            mode = self._key.stat().st_mode
            if mode & 0o077:
                raise Refused(
                    f"others can read the private key {self._key}", hint=f"chmod 600 {self._key}"
                )
            context.load_cert_chain(self._certificate, self._key, password=_none)
        except ssl.SSLError as error:
            raise Mistake(
                f"{self._certificate} and {self._key} are no certificate and its key: "
                f"{error.reason or error}",
                hint="two PEM files: the certificate with its chain, and the key without password",
            ) from error
        except OSError as error:
            raise Missing(f"the certificate or its key cannot be read: {error}") from error


def _none() -> str:
    """A key with a password is not asked for at a terminal nobody sits at."""
    return ""


def secured(certificate: Path | None, key: Path | None) -> Tls | None:
    """None for neither. Raises Mistake for one of them alone, and what Tls raises."""
    match certificate, key:
        case None, None:
            return None
        case Path() as found, Path() as private:
            return Tls(found, private)
        case _:
            raise Mistake(
                "a certificate and its private key belong together",
                hint="--certificate FILE --private-key FILE",
            )
