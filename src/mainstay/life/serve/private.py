"""What may not be written down as it came: dropped or pseudonymised before the journal has it.

Only for versions whose contract names such columns; then every record is written anew, with the
columns that the request has and no other member, and reasons that could quote a value are blank.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from mainstay.bundle.manifest import Manifest
from mainstay.core import pseudonyms, rules
from mainstay.core.entries import Entry
from mainstay.core.pseudonyms import Act

_ENCODE = msgspec.json.Encoder().encode
_DECODE = msgspec.json.Decoder().decode
_RECORDS = msgspec.json.Decoder(dict[str, list[msgspec.Raw]]).decode
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_VALUE = msgspec.json.Decoder(str | int | None).decode
_UNFIT = (ValueError, KeyError, OverflowError, RecursionError)


class Private(NamedTuple):
    """How entries of some versions are written. acts: by column.

    columns: of their requests; known: those and their rules. key: the column that answers name.
    secret: of pseudonyms; where there is none, what should be pseudonymised is dropped.
    """

    acts: Mapping[str, Act]
    columns: frozenset[str]
    known: frozenset[str]
    key: str
    secret: bytes

    @property
    def lacks(self) -> str:
        """What is missing, empty where nothing is."""
        lacking = "pseudonymise" in self.acts.values() and not self.secret
        return "there is no key of pseudonyms: those columns are dropped" if lacking else ""

    def entry(self, entry: Entry) -> Entry:
        """The same, as it may be written."""
        return entry._replace(body=self._body(entry.body), reply=self._reply(entry.reply))

    def _body(self, body: bytes) -> bytes:
        try:
            records = _RECORDS(body)["records"]
        except _UNFIT:
            return b"{}"
        return _ENCODE({"records": [self._record(one) for one in records]})

    def _record(self, record: msgspec.Raw) -> dict[str, object] | None:
        try:
            members = _MEMBERS(record)
        except _UNFIT:
            return None
        return {
            name: self._hidden(raw) if name in self.acts else raw
            for name, raw in members.items()
            if name in self.columns and self.acts.get(name) != "drop"
        }

    def _hidden(self, raw: msgspec.Raw) -> object:
        try:
            return self._pseudonym(_VALUE(raw))
        except _UNFIT:
            return None

    def _pseudonym(self, value: object) -> object:
        match value:
            case str() if self.secret:
                return pseudonyms.of_text(self.secret, value)
            case int() if self.secret:
                return pseudonyms.of_integer(self.secret, value)
            case _:
                return None

    def _reply(self, reply: bytes) -> bytes:
        said = _DECODE(reply)
        for one in (*said.get("answers", ()), said):
            if self.key in self.acts and "key" in one:
                one["key"] = self._pseudonym(one["key"])
            if "errors" in one:
                one["errors"] = [self._error(error) for error in one["errors"]]
        return _ENCODE(said)

    def _error(self, error: dict[str, Any]) -> dict[str, Any]:
        """A name nobody declared is the caller's own text, and so is what is said of a value."""
        if error["field"] and error["field"] not in self.known:
            return {"path": "".join(error["path"].partition("]")[:2]), "field": "", "what": ""}
        quiet = not error["field"] or error["field"] in self.acts
        return {**error, "what": ""} if quiet else error


def private(manifests: tuple[Manifest, ...], secret: bytes) -> Private | None:
    """What versions that answer together may not write; None where that is nothing."""
    acts: dict[str, Act] = {}
    for stated in manifests:
        for name, act in stated.private.items():
            acts[name] = "drop" if "drop" in (act, acts.get(name)) else act
    if not acts:
        return None
    columns = frozenset(name for stated in manifests for name in stated.columns)
    named = {rules.name(rule) for stated in manifests for rule in stated.rules}
    key = next((one.name for one in manifests[0].request if one.role == "key"), "")
    return Private(acts, columns, columns | named, key, secret)
