"""What whoever looks at a page may do there: forms only for what the policy allows them."""

from collections.abc import Iterable, Sequence
from typing import Any, get_args

from mainstay.control import team
from mainstay.control.alike import Conflict
from mainstay.control.commenting import Said
from mainstay.control.judging import Judged
from mainstay.control.pages import parts
from mainstay.control.pages.answers import card
from mainstay.control.pages.markup import Html, joined, tag
from mainstay.control.roles import EVERY, ROWS, Role
from mainstay.seal.keys import short
from mainstay.web import forms
from mainstay.web.visit import Visit

SCRIPT = tag("script", src="/static/signing.js", defer="defer")
REASON = "Reason, kept on record"


def decide(visit: Visit, it: Judged) -> Html:
    """Approve with a key of this browser or of a terminal, reject; then let it answer."""
    here = f"/models/{it.model}/versions/{it.version}"
    if it.status == "approved":
        return card("Let it answer", "", *_deploy(visit, it, here))
    if it.status != "certified":
        return card("Decide", "", _mute(f"{it.version} is {it.status}: nothing is to be decided."))
    why_not = _why_not(visit, it)
    if why_not:
        return card("Decide", "", _mute(why_not), _terminal(visit, it))
    return card("Decide", "", _sign(visit, it, here), _reject(visit, here), _terminal(visit, it))


def model(visit: Visit) -> Html:
    """One step back, for whoever may: stopping harm waits for nobody."""
    if "rollback" not in visit.permissions or not visit.model:
        return Html()
    back = forms.form(
        f"/models/{visit.model}/rollback", "Roll back", forms.area("because", REASON),
        carried=visit.form,
    )  # fmt: skip
    words = "The canary goes, or else the version that was live before answers again."
    return card("Stop harm", "one step back", _act("Roll back", tag("p", words), back))


def incident(visit: Visit, number: int, *, open_: bool) -> Html:
    """Take care of it, or tell nobody for a while."""
    if not open_ or "incidents" not in visit.permissions:
        return Html()
    here = f"/incidents/{number}"
    care = forms.form(
        f"{here}/acknowledge", "I take care of it", forms.area("because", "What you do about it"),
        carried=visit.form,
    )  # fmt: skip
    hours = {"4": "4 hours", "24": "a day", "168": "a week"}
    quiet = forms.form(
        f"{here}/silence", "Silence", parts.choice("hours", "For", hours),
        forms.area("because", REASON), carried=visit.form,
    )  # fmt: skip
    vouch = tag("pre", f"mainstay incident vouch {number} --because '...'")
    return card(
        "What you can do", "it closes by itself once what broke is mended",
        _act("Take care of it", care),
        _act("Tell nobody for a while", quiet),
        _act("Vouch for labels it doubts", tag("p", "Where the key of the project lies:"), vouch),
    )  # fmt: skip


def conflict(visit: Visit, one: Conflict) -> Html:
    """Say whether it is one, for whoever may; else the reason why not."""
    if "meanings" not in visit.permissions:
        return _mute("You may look; who knows the data decides.")
    verdict = parts.choice("verdict", "Is it one?", {"accept": "yes", "decline": "no"})
    return forms.form(
        f"{visit.here}/conflicts/settle", "Decide, for good", forms.hidden("id", one.id), verdict,
        forms.area("because", REASON), carried=visit.form,
    )  # fmt: skip


def comments(visit: Visit, some: Sequence[Said], here: str) -> Html:
    """What was said, and a form to say more."""
    shown = tuple(map(comment, some)) or (_mute("Nobody said anything yet."),)
    if "comment" not in visit.permissions:
        return card("Comments", "", *shown)
    write = forms.form(
        f"{here}/comment", "Comment", forms.area("text", "Your words; @name tells somebody"),
        carried=visit.form,
    )  # fmt: skip
    return card("Comments", "kept on record", *shown, write)


def mentions(some: Sequence[Said]) -> Html:
    """Where somebody was named lately; nothing where nobody was."""
    if not some:
        return Html()
    return card("Said to you", "in the last 30 days", *map(comment, some))


def comment(one: Said) -> Html:
    """Who said what, when."""
    about = one.version or f"incident {one.incident}"
    where = f"/models/{one.model}/versions/{one.version}" if one.version else ""
    link = tag("a", about, href=where or f"/incidents/{one.incident}")
    when = tag("span", "of ", link, f", {parts.minute(one.at)}", class_="mute")
    who = joined(tag("b", one.who), " ", when)
    return tag("div", who, tag("p", one.text), class_="comment")


def people(visit: Visit) -> Html:
    """Roles given and taken, invitations, tokens."""
    roles = {one: one for one in (*get_args(Role), ROWS)}
    models = {EVERY: "every model", **{one: one for one in _models(visit)}}
    who = forms.field("name", "Name")
    days = forms.field("days", "Days; empty: for good", "number")
    role, of = parts.choice("role", "Role", roles), parts.choice("model", "Of", models)
    some = (
        ("Give a role", "/people/grant", "Give", (who, role, of, days)),
        ("Take a role", "/people/withdraw", "Take", (who, role, of)),
        ("Invite by a link", "/people/invite", "Invite", (who, forms.field("hours", "Hours"))),
        ("Give a token", "/people/token", "Give", (who, *_token())),
        (
            "End what somebody signs in with", "/people/revoke", "End",
            (who, forms.field("label", "Token; empty: everything")),
        ),
    )  # fmt: skip
    made = (
        _act(title, forms.form(path, button, *fields, carried=visit.form))
        for title, path, button, fields in some
    )
    return card("Change", "every change is on record", *made)


def _models(visit: Visit) -> Iterable[str]:
    places = visit.place.places
    if places.is_team:
        return team.members(places)
    return (visit.model,) if visit.model else ()


def settings(visit: Visit, own: dict[str, Any]) -> Html:
    """Tokens, the key of this browser, the password of whoever looks."""
    return joined(
        card("Tokens", "for scripts; shown once, kept as hashes", _tokens(visit, own), _new(visit)),
        _keys(visit, own),
        _password(visit) if own["password"] else Html(),
    )


def _why_not(visit: Visit, it: Judged) -> str:
    """Why there is no form; empty: there is one."""
    name = visit.asker.name
    if "approve" not in visit.permissions:
        return f"It waits for {it.approver}; you may not approve."
    if name in {one.name for one in it.parties}:
        return "You had a hand in it: nobody approves their own work."
    return "" if name == it.approver else f"The contract names {it.approver} as who approves."


def _sign(visit: Visit, it: Judged, here: str) -> Html:
    hidden = (
        forms.hidden("certificate", it.certificate), forms.hidden("keyid", ""),
        forms.hidden("signature", ""), forms.hidden(forms.FIELD, visit.form),
    )  # fmt: skip
    send = tag("button", "Approve and sign", type="submit", class_="primary", disabled="disabled")
    signed = tag("p", f"You sign the bytes {short(it.payload)}, which say all that stands here.")
    form = tag(
        "form", *hidden, forms.area("because", REASON), send, tag("output", role="status"),
        method="post", action=f"{here}/approve", class_="sign", data_owner=visit.asker.name,
        data_paper=f"{here}/certificate.json", data_payload=it.payload,
    )  # fmt: skip
    key = tag("p", class_="mute", data_key_of=visit.asker.name)
    return joined(_act("Approve", form, signed, key), SCRIPT)


def _reject(visit: Visit, here: str) -> Html:
    reason = forms.area("because", REASON)
    form = forms.form(f"{here}/reject", "Reject for good", reason, carried=visit.form)
    return _act("Reject", form)


def _terminal(visit: Visit, it: Judged) -> Html:
    """The same without a script, where a key lies."""
    base = visit.place.address or str(visit.request.base_url).rstrip("/")
    base += f"/models/{visit.model}" if visit.place.places.is_team else ""
    words = f"MAINSTAY_URL={base} mainstay approve {it.version} --because '...'"
    return _act("From a terminal, where your key lies", tag("pre", words, tabindex=0))


def _deploy(visit: Visit, it: Judged, here: str) -> tuple[Html, ...]:
    if "deploy" not in visit.permissions:
        return (_mute("It is approved and waits for somebody who may deploy."),)
    how = {"canary": "as a canary, beside what answers now", "live": "everything"}
    form = forms.form(
        f"{here}/deploy", "Deploy", parts.choice("how", "It answers", how),
        forms.hidden("environment", it.environment),
        forms.field("because", "Only to overrule what stops it: the reason"), carried=visit.form,
    )  # fmt: skip
    return (_act(f"Deploy {it.version}", form),)


def _tokens(visit: Visit, own: dict[str, Any]) -> Html:
    if not own["tokens"]:
        return _mute("You have none.")
    rows = [
        (
            one["label"], ", ".join(one["scopes"] or ("all that your roles hold",)),
            f"{str(one['until'])[:10]}", _drop(visit, one["label"]),
        )
        for one in own["tokens"]
    ]  # fmt: skip
    return parts.table(("Token", "Narrowed to", "Until", "End it"), rows, "stack")


def _drop(visit: Visit, label: str) -> Html:
    named = forms.hidden("label", label)
    return forms.form("/settings/token/drop", f"End {label}", named, carried=visit.form)


def _new(visit: Visit) -> Html:
    form = forms.form("/settings/token", "Make a token", *_token(), carried=visit.form)
    return _act("Another one", form)


def _token() -> tuple[Html, ...]:
    return (
        forms.field("label", "Label, such as laptop"),
        forms.field("scopes", "Permissions, such as read; empty: all"),
        forms.field("days", "Days", "number"),
    )


def _keys(visit: Visit, own: dict[str, Any]) -> Html:
    rows = [(parts.digest(short(one["key"])), _trusted(one)) for one in own["keys"]]
    known = (
        parts.table(("Key", "Trusted as"), rows) if rows else _mute("You have put none on record.")
    )
    name = visit.asker.name
    here = tag("p", "Without JavaScript, approve from a terminal.", data_key_of=name)
    send = tag("button", "Make or bring a key", type="submit", disabled="disabled")
    file = forms.field("file", f"{name}.pem, to bring the key you have; empty: make one", "file")
    form = tag(
        "form", forms.hidden(forms.FIELD, visit.form), forms.hidden("public", ""), file, send,
        tag("output", role="status"), method="post", action="/settings/key", class_="enrol",
        data_owner=name,
    )  # fmt: skip
    words = "It stays in this browser; only its public half and its signatures leave."
    trust = f"mainstay trust {name} --role approver --key KEY"
    how = joined(tag("p", "Whoever keeps the trust file compares the key with yours, and runs:"),
                 tag("pre", trust, tabindex=0))  # fmt: skip
    made = _act("A key in this browser", tag("p", words), here, form)
    return card("Signing keys", "for approvals", known, made, _act("Trust", how), SCRIPT)


def _trusted(one: dict[str, Any]) -> Html:
    if one["trusted"]:
        return parts.state("pass", one["trusted"])
    return parts.state("unsure", "nobody yet")


def _password(visit: Visit) -> Html:
    fields = (
        forms.field("before", "The password you have", "password", "current-password"),
        forms.field("password", "A new one, 12 characters or more", "password", "new-password"),
        forms.field("again", "The same again", "password", "new-password"),
    )
    form = forms.form("/settings/password", "Change it", *fields, carried=visit.form)
    return card("Password", "other browsers are signed out", form)


def _act(title: str, *body: Html) -> Html:
    return tag("div", tag("h3", title), *body, class_="act")


def _mute(words: str) -> Html:
    return tag("p", words, class_="mute")
