"""How messages name a place in a contract and a value found there: short and on one line."""

import msgspec

Path = tuple[str | int, ...]
"""Keys and places in lists, from the root."""
LONGEST = 80


def path_text(path: Path) -> str:
    """`objective.good_enough[0].at_least`: how people read a path.

    >>> path_text(("objective", "good_enough", 0))
    'objective.good_enough[0]'
    """
    parts = (f"[{part}]" if isinstance(part, int) else f".{_key(part)}" for part in path)
    return "".join(parts).removeprefix(".") or "the contract"


def shown(value: object) -> str:
    """A value as a message shows it: short, on one line, text in quotes."""
    match value:
        case None:
            return "empty"
        case dict():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case _:
            encoded = msgspec.json.encode(value, enc_hook=repr).decode()
            text = "".join(map(_visible, encoded[:LONGEST]))
            return text if len(encoded) <= LONGEST else f'{text}…"'


def _key(name: str) -> str:
    plain = name.replace("_", "").replace("-", "").isalnum()
    return name if plain and len(name) <= LONGEST else shown(name)


def _visible(letter: str) -> str:
    return letter if letter.isprintable() else f"\\u{ord(letter):04x}"
