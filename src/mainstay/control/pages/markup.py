"""Markup that is escaped where it is made: a plain string inside an element is always text."""

from html import escape

VOID = frozenset({"meta", "link", "input"})


class Html(str):
    """Markup; every other string is text and is escaped."""

    __slots__ = ()


def tag(name: str, /, *inner: str, **attributes: str | float) -> Html:
    """An element. A trailing underscore of an attribute falls off, others become hyphens."""
    named = "".join(_attribute(key, value) for key, value in attributes.items() if value != "")
    start = f"<{name}{named}>"
    return Html(start if name in VOID else f"{start}{joined(*inner)}</{name}>")


def joined(*parts: str) -> Html:
    """Parts in a row; those that are not markup are escaped."""
    return Html("".join(part if isinstance(part, Html) else escape(part) for part in parts))


def _attribute(key: str, value: str | float) -> str:
    words = value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")
    return f' {key.rstrip("_").replace("_", "-")}="{escape(words)}"'
