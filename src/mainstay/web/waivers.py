"""A waiver in the browser: which gate, why and until when; then its bytes, signed by who reads."""

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode

import msgspec

from mainstay.control.commands import SendWaiver
from mainstay.control.pages import answers, parts
from mainstay.control.pages.answers import card
from mainstay.control.pages.markup import Html, joined, tag
from mainstay.core import clock, digest
from mainstay.core.answers import Answer
from mainstay.core.errors import Mistake
from mainstay.core.nouns import Evidence, Verdict
from mainstay.seal import waiver
from mainstay.seal.dsse import Signature
from mainstay.seal.waiver import Missed, Waiver
from mainstay.web import forms
from mainstay.web.offers import REASON, SCRIPT
from mainstay.web.visit import Visit


def content(visit: Visit, title: str, said: Answer) -> Html:
    """The gates that can be excused; of one that is named, its form; once written, to be signed."""
    if "shortfall" not in said.facts:
        return joined(answers.head(title, said), _gates(visit, said))
    found = msgspec.convert(said.facts["shortfall"], Missed)
    asked = visit.request.query_params
    because, until = asked.get("because", "").strip(), asked.get("until", "")
    body = _signing(visit, found, because, _moment(until)) if because and until else _writing(found)
    gate = card("The gate, as it was measured", found.version, answers.promises((found.gate,)))
    return joined(answers.head(title, said), tag("div", gate, body, class_="col"))


def link(visit: Visit, version: str, status: str, some: tuple[Evidence, ...]) -> Html:
    """The way to the form, for who may waive, where there is something to excuse."""
    if "waive" not in visit.permissions or status in ("certified", "rejected"):
        return Html()
    if not any(map(_is_short, some)):
        return Html()
    return joined(" · ", tag("a", "excuse a gate", href=path(visit.model, version)))


def path(model: str, version: str) -> str:
    """Where the form of a version is."""
    return f"/models/{model}/versions/{version}/waive"


def command(said: Mapping[str, str]) -> SendWaiver:
    """What a form that was signed asks for. Raises Mistake for one that was not."""
    signature = Signature(said.get("keyid", ""), said.get("signature", ""))
    if not signature.sig:
        raise Mistake(
            "this was not signed: the browser ran no script",
            hint="mainstay waive, where your key lies",
        )
    try:
        payload = base64.b64decode(said.get("payload", ""), validate=True)
        return SendWaiver(msgspec.json.decode(payload, type=Waiver), signature)
    except (binascii.Error, msgspec.MsgspecError, ValueError) as error:
        raise Mistake(f"this is no waiver: {error}", hint="write it again") from error


def _gates(visit: Visit, said: Answer) -> Html:
    version = said.facts["version"]
    there = path(visit.model, version)
    short = [one for one in said.evidence if _is_short(one)]
    if not short:
        return card("Gates", "", tag("p", "None falls short that can be excused.", class_="mute"))
    rows = (
        (
            tag("a", one.clause, href=f"{there}?{urlencode({'clause': one.clause})}"),
            parts.state(parts.judged(one)), one.note,
        )
        for one in short
    )  # fmt: skip
    table = parts.table(("Gate", "State", "Note"), rows, "stack")
    return card("Which gate?", "each is excused by itself", table)


def _is_short(one: Evidence) -> bool:
    return one.verdict is not Verdict.PASS and waiver.excusable(one)


def _writing(found: Missed) -> Html:
    form = tag(
        "form", forms.hidden("clause", found.gate.clause),
        forms.area("because", REASON), forms.field("until", "Until this day (UTC)", "date"),
        tag("button", "Write it", type="submit"),
    )  # fmt: skip
    words = "It ends with its day, and so does the certificate. You read it before you sign it."
    return card("Reason and end", "nothing is signed yet", tag("p", words), form)


def _signing(visit: Visit, found: Missed, because: str, until: datetime) -> Html:
    """In words what is signed, and the bytes themselves in the form."""
    made = Waiver(found, because, visit.asker.name, clock.now(), until)
    payload = digest.canonical(made)
    sha = digest.of_bytes(payload)
    pairs = [
        ("Gate", found.gate.clause), ("Of", f"{found.model} {found.version}"),
        ("Reason", because), ("By", made.by), ("Until", parts.minute(until)), ("Bytes", sha[:16]),
    ]  # fmt: skip
    hidden = (
        forms.hidden("payload", base64.b64encode(payload).decode()), forms.hidden("keyid", ""),
        forms.hidden("signature", ""), forms.hidden(forms.FIELD, visit.form),
    )  # fmt: skip
    send = tag("button", "Waive and sign", type="submit", class_="primary", disabled="disabled")
    form = tag(
        "form", *hidden, send, tag("output", role="status"), method="post",
        action=path(visit.model, found.version), class_="waive", data_owner=made.by,
        data_payload=sha, data_reason=because, data_clause=found.gate.clause,
        data_type=waiver.WAIVER,
    )  # fmt: skip
    key = tag("p", class_="mute", data_key_of=made.by)
    base = visit.place.address or str(visit.request.base_url).rstrip("/")
    words = (
        f"MAINSTAY_URL={base} mainstay waive {found.version} '{found.gate.clause}' "
        f"--because '...' --until {until:%Y-%m-%d}"
    )
    terminal = tag(
        "div", tag("h3", "From a terminal, where your key lies"), tag("pre", words, tabindex=0),
        class_="act",
    )  # fmt: skip
    return joined(card("What you sign", "", parts.facts(pairs), form, key, terminal), SCRIPT)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError as error:
        raise Mistake(f"{text!r} is no day", hint="2026-12-31") from error
