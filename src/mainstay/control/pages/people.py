"""The page of people: who may do what?"""

from typing import Any

from mainstay.control.pages import parts
from mainstay.control.pages.answers import card, head
from mainstay.control.pages.markup import Html, joined, tag
from mainstay.control.pages.parts import Row
from mainstay.control.roles import BESIDE_ROWS, EVERY, ROLES, ROWS, Permission
from mainstay.core.answers import Answer

MEANINGS: dict[Permission, str] = {
    "read": "models, contract, incidents, certificates",
    "comment": "say something of a version or an incident",
    "own tokens": "tokens and keys of one's own",
    "rows": "single answers, by leave; personal fields stay masked",
    "audit": "the record and its proof",
    "labels": "send what became of decisions",
    "incidents": "take care of them, silence them",
    "meanings": "decide whether two columns mean the same",
    "waive": "excuse a gate that a version does not pass, never one's own",
    "approve": "approve or reject a version, never one's own",
    "deploy": "let an approved version answer",
    "rollback": "one step back: stopping harm waits for nobody",
    "schedules": "when a worker does what",
    "runs": "ask a worker to assess, build, certify, watch; call a run off",
    "people": "roles, invitations, tokens of others",
}


def content(title: str, said: Answer, change: Html) -> Html:
    """What stands between head and foot of the page; change: the forms."""
    return joined(
        head(title, said),
        tag(
            "div",
            tag("div", card("Who has which role", "", _people(said)), _matrix(), class_="col"),
            tag("aside", change, class_="col side", aria_label="Change"),
            class_="layout",
        ),
    )


def _people(said: Answer) -> Html:
    some = said.facts["people"]
    if not some:
        return tag("p", "Nobody has a role yet.", class_="mute")
    return parts.table(("Person", "Roles", "Signs in with"), map(_person, some), "stack")


def _person(one: dict[str, Any]) -> Row:
    roles = ", ".join(_role(each) for each in one["roles"]) or "no role"
    means = ["a password"] if one["password"] else []
    means += [f"token {each['label']} until {str(each['until'])[:10]}" for each in one["tokens"]]
    return (one["name"], roles, ", ".join(means) or "nothing")


def _role(one: dict[str, Any]) -> str:
    of = "every model" if one["model"] == EVERY else one["model"]
    until = f" until {str(one['expires'])[:10]}" if one["expires"] else ""
    return f"{one['role']} of {of}{until}"


def _matrix() -> Html:
    columns: Row = ("Permission", *ROLES)
    rows = [(_named(one), *(_held(one, role) for role in ROLES)) for one in MEANINGS]
    words = "roles are not nested: nobody may do everything"
    return card("Who may do what", words, parts.table(columns, rows, "matrix stack"))


def _named(one: Permission) -> Html:
    return joined(tag("b", one), tag("p", MEANINGS[one], class_="mute"))


def _held(one: Permission, role: str) -> str:
    if one == ROWS:
        return "by leave" if role in BESIDE_ROWS else ""
    return "yes" if one in ROLES[role] else ""  # type: ignore[index]  # the roles of the table
