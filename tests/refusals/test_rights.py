"""Everything that can be asked x roles x projects x scopes of tokens, over the door of people.

What is expected is computed from the tables below alone. They were written from the matrix of the
design, not from control.roles; the planted mistakes show that a difference is seen.
"""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, get_args

import msgspec
import pytest
import small_project
from asking import OWN, Control, Reply, control, given

from mainstay.control import roles
from mainstay.control.commands import Command
from mainstay.control.queries import Query
from mainstay.control.roles import Principal, Seat
from mainstay.core.answers import Answer
from mainstay.web.routes import ROUTES

EVERYBODY = "viewer auditor data-scientist data-engineer ml-engineer approver admin"
OF_PERMISSION = {
    "read": EVERYBODY,
    "rows": "auditor+rows data-scientist+rows data-engineer+rows ml-engineer+rows",
    "own tokens": EVERYBODY,
    "comment": EVERYBODY,
    "audit": "auditor admin",
    "labels": "data-engineer",
    "incidents": "data-scientist data-engineer ml-engineer",
    "waive": "approver",
    "approve": "approver",
    "deploy": "ml-engineer",
    "rollback": "data-scientist ml-engineer approver",
    "people": "admin",
    "schedules": "ml-engineer",
    "runs": "data-scientist ml-engineer",
    "meanings": "data-scientist data-engineer",
}
OF_TAG = {
    "waive_signed": "waive",
    "approve_signed": "approve", "reject": "approve", "deploy": "deploy", "rollback": "rollback",
    "incident_silence": "incidents", "incident_deliver": "incidents", "labels_send": "labels",
    "people_grant": "people", "people_withdraw": "people", "people_invite": "people",
    "people_token": "people", "people_revoke": "people", "people_list": "people",
    "people_token_own": "own tokens", "people_token_drop": "own tokens",
    "people_key": "own tokens", "own": "own tokens", "comment": "comment",
    "incident_acknowledge": "incidents", "approvals": "read", "approval": "read", "life": "read",
    "sources": "read", "find": "read", "catalog": "read",
    "data_changes": "read", "context_show": "read",
    "history": "audit", "ledger_export": "audit", "verify_ledger": "audit",
    "explain_contract": "read", "explain": "read", "shortfall": "read", "review": "read",
    "certificate": "read",
    "decisions": "rows", "replay": "rows",
    "plan": "read", "status": "read", "incident_list": "read", "incident_show": "read",
    "schedule_set": "schedules", "schedule_reset": "schedules", "schedule_now": "runs",
    "run_cancel": "runs",
    "schedule_list": "read", "run_list": "read", "run_show": "read",
    "health": "read", "incident_account": "read", "contract_schema": "read", "card": "read",
    "diff_contract": "read", "revisions": "read",
    "conflicts": "read", "conflict_settle": "meanings",
    "verify_certificate": "read", "verify_bundle": "read",
}  # fmt: skip
STAYS = [
    "init", "import_contract", "export_contract", "conflicts_propose", "impact_tell",
    "check_features", "impact", "context_refresh", "context_skew",
    "key_new", "key_pseudonyms", "trust", "token_new", "token_revoke", "restore", "backup",
    "assess", "assess_all", "build", "certify", "approve", "score", "watch", "run", "features",
    "labels", "labels_ask",
    "digest", "digest_send",
    "check_contract", "simulate", "incident_vouch", "waive", "export",
]  # fmt: skip
ALONE = (*EVERYBODY.split(), "emperor")
ROLES = (*ALONE, "+rows", *(f"{one}+rows" for one in ALONE))
ABOUT_ALL = ("people_invite", "people_token", "people_revoke", "people_list")
OF_ROUTE = {
    ("GET", "/"): "read",
    ("GET", "/index.json"): "read",
    ("GET", "/models/{model}/versions/{version}/certificate"): "read",
    ("GET", "/models/{model}/versions/{version}/certificate.json"): "read",
    ("POST", "/sign-out"): "known",
    ("POST", "/models/{model}/versions/{version}/approve"): "approve",
    ("POST", "/models/{model}/versions/{version}/reject"): "approve",
    ("POST", "/models/{model}/versions/{version}/deploy"): "deploy",
    ("POST", "/models/{model}/versions/{version}/comment"): "comment",
    ("POST", "/models/{model}/versions/{version}/waive"): "waive",
    ("POST", "/runs/ask"): "runs",
    ("POST", "/runs/{number}/cancel"): "runs",
    ("POST", "/runs/rhythm"): "schedules",
    ("POST", "/runs/rhythm/reset"): "schedules",
    ("POST", "/conflicts/settle"): "meanings",
    ("POST", "/models/{model}/conflicts/settle"): "meanings",
    ("POST", "/models/{model}/runs/ask"): "runs",
    ("POST", "/models/{model}/runs/{number}/cancel"): "runs",
    ("POST", "/models/{model}/runs/rhythm"): "schedules",
    ("POST", "/models/{model}/runs/rhythm/reset"): "schedules",
    ("POST", "/models/{model}/data/labels"): "labels",
    ("POST", "/data/labels"): "labels",
    ("POST", "/models/{model}/rollback"): "rollback",
    ("POST", "/incidents/{number}/acknowledge"): "incidents",
    ("POST", "/incidents/{number}/silence"): "incidents",
    ("POST", "/incidents/{number}/comment"): "comment",
    ("POST", "/people/grant"): "people",
    ("POST", "/people/withdraw"): "people",
    ("POST", "/people/invite"): "people",
    ("POST", "/people/token"): "people",
    ("POST", "/people/revoke"): "people",
    ("POST", "/settings/token"): "own tokens",
    ("POST", "/settings/token/drop"): "own tokens",
    ("POST", "/settings/key"): "own tokens",
    ("POST", "/settings/password"): "own tokens",
    ("GET", "/livez"): "public",
    ("GET", "/readyz"): "public",
    ("GET", "/api/openapi.json"): "public",
    ("GET", "/sign-in"): "public",
    ("POST", "/sign-in"): "public",
    ("GET", "/sign-in/provider"): "public",
    ("GET", "/sign-in/return"): "public",
    ("GET", "/invitation/{code}"): "public",
    ("POST", "/invitation/{code}"): "public",
    ("GET", "/static/{name:path}"): "public",
}
VIEWS = {
    "/models/{model}": "read",
    "/models/{model}/versions/{version}": "read",
    "/contract": "read",
    "/incidents": "read",
    "/incidents/{number}": "read",
    "/audit": "audit",
    "/audit/chain": "audit",
    "/approvals": "read",
    "/models/{model}/versions/{version}/approval": "read",
    "/models/{model}/life": "read",
    "/models/{model}/contract": "read",
    "/models/{model}/data": "read",
    "/models/{model}/predictions": "rows",
    "/models/{model}/versions/{version}/waive": "waive",
    "/contract/revisions": "read",
    "/runs": "read",
    "/runs/{number}": "read",
    "/models/{model}/runs": "read",
    "/models/{model}/runs/{number}": "read",
    "/models/{model}/contract/revisions": "read",
    "/models/{model}/predictions/replay": "rows",
    "/predictions/replay": "rows",
    "/data": "read",
    "/conflicts": "read",
    "/models/{model}/conflicts": "read",
    "/predictions": "rows",
    "/search": "read",
    "/people": "people",
    "/settings": "own tokens",
}
WITH_TABLE = (
    "/audit", "/approvals", "/models/{model}/life", "/data", "/predictions", "/people",
    "/contract", "/incidents", "/models/{model}/contract", "/models/{model}/data",
    "/models/{model}/predictions", "/runs", "/contract/revisions", "/models/{model}/runs",
    "/models/{model}/contract/revisions", "/conflicts", "/models/{model}/conflicts",
)  # fmt: skip
OF_ROUTE |= {
    ("GET", f"{path}{twin}"): needed for path, needed in VIEWS.items() for twin in ("", ".json")
}
OF_ROUTE |= {("GET", f"{path}.csv"): VIEWS[path] for path in WITH_TABLE}
ABOUT_EVERY = ("/people", "/people.json", "/people.csv")
"""Pages about all models: a role for one of them does not do."""
BY_VALUE = {
    ("POST", f"{of}/api/{name}")
    for of in ("", "/models/{model}")
    for name in ("commands", "queries")
}
NOW = datetime(2026, 1, 1, tzinfo=UTC)
HERE, ELSEWHERE, ALL = "no-show", "other", "*"
WAIVER = {
    "shortfall": {
        "model": "m", "version": "v1", "bundle": "0" * 64, "contract": "0" * 64,
        "gate": {"clause": "c", "subject": "s", "population": "p", "method": "m"},
    },
    "reason": "x", "by": "b", "signed": "2026-01-01T00:00:00Z", "expires": "2026-01-02T00:00:00Z",
}  # fmt: skip
VALUES: dict[str, dict[str, object]] = {
    "conflict_settle": {"accept": True},
    "export": {"scheduler": "cron"},
    "waive": {"until": "2026-01-01T00:00:00Z"},
    "waive_signed": {"waiver": WAIVER, "signature": {"keyid": "0", "sig": "0"}},
    "approve_signed": {
        "version": "v1", "certificate": "0", "signature": {"keyid": "0", "sig": "0"},
    },
    "incident_silence": {"incident": 1, "until": "2026-01-01T00:00:00Z", "because": "x"},
    "incident_show": {"id": 1},
    "run_show": {"id": 1},
    "run_cancel": {"run": 1, "because": "x"},
    "incident_account": {"id": 1},
    "incident_acknowledge": {"incident": 1, "because": "x"},
    "incident_vouch": {"incident": 1, "because": "x"},
    "labels_send": {"name": "l.csv", "content": "eA=="},
    "labels_ask": {"count": 1},
    "features": {"since": "2026-01-01T00:00:00Z"},
}  # fmt: skip


class Case(NamedTuple):
    """Who asks: a role of a model, and what their token is narrowed to (None: nothing).

    A role may have leave to see rows besides: `auditor+rows`.
    """

    role: str
    model: str
    scopes: tuple[str, ...] | None

    @property
    def reads(self) -> bool:
        return self.may("read", HERE)

    def may(self, permission: str, model: str) -> bool:
        role = self.role if permission == "rows" else self.role.partition("+")[0]
        held = role in OF_PERMISSION[permission].split()
        wide = self.model in (ALL, model)
        return held and wide and (self.scopes is None or permission in self.scopes)

    def ruled(self, permission: str, model: str) -> str:
        if self.may(permission, model):
            return "allowed"
        return "forbidden" if self.reads else "hidden"


def cases(scopes: list[tuple[str, ...] | None]) -> Iterator[Case]:
    several = itertools.product(ROLES, (HERE, ELSEWHERE, ALL), scopes)
    yield from itertools.starmap(Case, several)


def tags(union: Any) -> dict[str, type]:
    return {str(one.__struct_config__.tag): one for one in get_args(union)}


def value(tag: str, kind: type) -> dict[str, object]:
    """The least that can be sent."""
    needed = [one for one in msgspec.structs.fields(kind) if one.required]
    filled = {one.name: ["m"] if one.name == "models" else "v1" for one in needed}
    return {**filled, **VALUES.get(tag, {}), "type": tag}


def subsets() -> list[tuple[str, ...] | None]:
    """Every one, every two, all but any one, and all."""
    names = tuple(OF_PERMISSION)
    counts = (1, 2, len(names) - 1, len(names))
    sets = (itertools.combinations(names, count) for count in counts)
    return [None, *itertools.chain.from_iterable(sets)]


def differences(scopes: list[tuple[str, ...] | None]) -> list[str]:
    """Where the policy rules otherwise than the tables above, for every value there is."""
    found = []
    for one in cases(scopes):
        held = (Seat(role, one.model) for role in one.role.split("+"))
        seats = (*held, Seat("admin", ALL, NOW - timedelta(seconds=1)))
        narrowed = None if one.scopes is None else frozenset(one.scopes)
        principal = Principal("x", seats, narrowed)
        for tag, kind in {**tags(Command), **tags(Query)}.items():
            if tag in STAYS:
                continue
            asked = msgspec.convert(value(tag, kind), kind, strict=False)
            about, needed = roles.concerned(asked), roles.NEEDS[kind]
            ruled = roles.ruling(principal, needed, HERE, NOW, about=about)
            wanted = one.ruled(OF_TAG[tag], ALL if tag in ABOUT_ALL else about or HERE)
            if ruled != wanted:
                found.append(f"{one} {tag}: {ruled}, expected {wanted}")
    return found


def test_every_value_and_every_route_stands_in_the_tables() -> None:
    assert {*OF_TAG, *STAYS} == {*tags(Command), *tags(Query)}
    assert {(one.method, one.path) for one in ROUTES} == {*OF_ROUTE, *BY_VALUE}
    assert set(OF_PERMISSION) == set(get_args(roles.Permission))
    assert EVERYBODY.split() == list(get_args(roles.Role)) == list(roles.ROLES)


def test_what_stays_with_its_files_is_exactly_what_is_said_to() -> None:
    stays = {
        tag
        for tag, kind in {**tags(Command), **tags(Query)}.items()
        if roles.NEEDS[kind] == roles.HERE
    }

    assert stays == set(STAYS)


def test_no_role_holds_everything_and_duties_are_apart() -> None:
    for held in roles.ROLES.values():
        assert not {"deploy", "approve"} <= held
        assert not held >= set(get_args(roles.Permission))
    assert not {"deploy", "approve", "rollback", "labels"} & roles.ROLES["admin"]


def test_every_value_role_project_and_set_of_scopes_is_ruled_as_agreed() -> None:
    assert differences(subsets()) == []


def wider(**changes: frozenset[str]) -> dict[str, frozenset[str]]:
    return {**roles.ROLES, **changes}


MUTANTS: dict[str, tuple[str, Any]] = {
    "an admin deploys": ("ROLES", wider(admin=roles.ROLES["admin"] | {"deploy"})),
    "an approver does not roll back": (
        "ROLES", wider(approver=roles.ROLES["approver"] - {"rollback"}),
    ),
    "a viewer audits": ("ROLES", wider(viewer=roles.ROLES["viewer"] | {"audit"})),
    "an unknown role reads": ("ROLES", {**roles.ROLES, "emperor": roles.ROLES["viewer"]}),
    "rejecting needs only reading": ("NEEDS", {**roles.NEEDS, tags(Command)["reject"]: "read"}),
    "people are about one model": ("concerned", lambda _: ""),
    "scopes are not looked at": (
        "permissions",
        lambda principal, model, now, before=roles.permissions: before(
            principal._replace(scopes=None), model, now
        ),
    ),
    "a role holds for every model": (
        "permissions",
        lambda principal, _, now, before=roles.permissions: before(
            principal._replace(seats=tuple(one._replace(model=ALL) for one in principal.seats)),
            HERE,
            now,
        ),
    ),
    "everybody sees rows": ("BESIDE_ROWS", frozenset(ALONE)),
    "rows come with a role": (
        "ROLES", wider(auditor=roles.ROLES["auditor"] | {"rows"}),
    ),
    "a role never ends": (
        "permissions",
        lambda principal, model, now, before=roles.permissions: before(
            principal, model, now - timedelta(days=1)
        ),
    ),
    "what is hidden is only forbidden": (
        "ruling",
        lambda *told, before=roles.ruling, **more: before(*told, **more).replace(
            "hidden", "forbidden"
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_planted_mistake_is_caught(mutant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, changed = MUTANTS[mutant]
    monkeypatch.setattr(roles, name, changed)

    assert differences([None, ("read",), ("deploy", "read"), ("people",)])


# ---- the same over HTTP -------------------------------------------------------------------------
def ruled(said: Reply) -> str:
    """What an answer comes to."""
    if said.status == 401 or said.header("location").startswith("/sign-in"):
        return "stranger"
    if said.status == 404 and "there is nothing here" in said.text:
        return "hidden"
    if said.status == 403 and "may not do this" in said.text:
        return "forbidden"
    return "stays" if "does not work over HTTP" in said.text else "allowed"


def wanted(one: Case, tag: str, about: str = "") -> str:
    if tag in STAYS:
        return "stays" if one.reads else "hidden"
    return one.ruled(OF_TAG[tag], ALL if tag in ABOUT_ALL else about or HERE)


@pytest.fixture
def door(tmp_path: Path) -> Control:
    """Both doors of the control plane answer at once: here it is only asked who gets to them."""
    (tmp_path / "contract.yaml").write_text(small_project.CONTRACT)
    done = Answer("done", facts={"model": HERE, "owner": "", "must_act": "", "versions": {}})
    return control(tmp_path, act=lambda *_: done, ask=lambda *_: done)


class Tokens:
    """One of each, under a name of its own, so that roles do not add up."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.known: dict[Case, str] = {}

    def of(self, one: Case) -> str:
        if one not in self.known:
            scopes = ",".join(one.scopes or ())
            name = f"p{len(self.known)}"
            self.known[one] = given(
                self.folder, name, *one.role.split("+"), model=one.model, scopes=scopes
            )
        return self.known[one]


def asked() -> Iterator[tuple[str, str, dict[str, object]]]:
    """Path, tag and value of everything that can be asked."""
    for path, union in (("/api/commands", Command), ("/api/queries", Query)):
        for tag, kind in tags(union).items():
            yield path, tag, value(tag, kind)


@pytest.mark.slow
@pytest.mark.parametrize("role", [*ALONE, "viewer+rows", "auditor+rows"])
def test_over_http_the_same_is_ruled_for_every_value(
    role: str, door: Control, tmp_path: Path
) -> None:
    tokens, found = Tokens(tmp_path), []
    for model, (path, tag, sent) in itertools.product((HERE, ELSEWHERE, ALL), asked()):
        needed = OF_TAG.get(tag, "read")
        about = ALL if tag in ("people_grant", "people_withdraw") else ""
        for scopes in (None, (needed,), tuple(one for one in OF_PERMISSION if one != needed)):
            one = Case(role, model, scopes)
            said = ruled(door.send(path, sent, tokens.of(one)))
            if said != wanted(one, tag, about):
                found.append(f"{one} {tag}: {said}, expected {wanted(one, tag, about)}")

    assert found == []


def address(path: str) -> str:
    if ":" in path:
        return "/static/app.css"
    return path.format(model=HERE, version="v1", code="c", number=1)


def test_over_http_the_same_is_ruled_for_every_route(door: Control, tmp_path: Path) -> None:
    tokens, found = Tokens(tmp_path), []
    for (method, path), needed in OF_ROUTE.items():
        for one in itertools.starmap(
            Case, itertools.product(ALONE, (HERE, ELSEWHERE), (None, ("read",), ("deploy",)))
        ):
            shown = {"authorization": f"Bearer {tokens.of(one)}"}
            said = door.ask(method, address(path), **shown, **OWN)
            model = ALL if path in ABOUT_EVERY else HERE
            right = "allowed" if needed in ("public", "known") else one.ruled(needed, model)
            if ruled(said) != right:
                found.append(f"{one} {method} {path}: {ruled(said)}, expected {right}")

    assert found == []


def test_who_is_not_known_gets_nowhere_but_to_what_is_public(door: Control) -> None:
    for (method, path), needed in {**OF_ROUTE, **dict.fromkeys(BY_VALUE, "value")}.items():
        said = door.ask(method, address(path), b"{}", content_type="application/json", **OWN)

        assert (ruled(said) == "stranger") == (needed != "public"), (method, path)
