"""What keeps a version's model from answering just now, as a request sees it: two attributes."""

from mainstay.core.entries import BREACHED, CIRCUIT, ENGINE

Flags = tuple[str, ...]


class Circuit:
    """open: why the model is not asked, empty where it is. flags: what every answer says of it.

    engine, breaches: what is wrong, one line each, empty where nothing is.
    """

    def __init__(self) -> None:
        self.open = self.engine = self.breaches = ""
        self.flags: Flags = ()
        self._falls_back = False

    def of_engine(self, why: str) -> None:
        """Opens where there is a reason, closes where there is none."""
        self.engine = why
        self._settle()

    def of_breaches(self, what: str, *, falls_back: bool) -> None:
        """Likewise; the model goes on answering, marked, unless it falls back."""
        self.breaches, self._falls_back = what, falls_back
        self._settle()

    def _settle(self) -> None:
        self.open = self.engine or (self.breaches if self._falls_back else "")
        engine = (ENGINE,) if self.engine else ()
        breaches = (BREACHED,) if self.breaches else ()
        self.flags = (*engine, *breaches, *((CIRCUIT,) if self.open else ()))
