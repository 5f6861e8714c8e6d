"""Thousands of requests made from the description of the API: none ends in a mistake of ours.

Bodies are made from the schemas that `/api/openapi.json` holds, whole and with wounds; addresses
from its paths. Every status that is met must stand in it, and none may be of ours (500) or of a
store that is not there (503).
"""

from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from asking import FORM, OWN, Control, Reply, control, given
from hypothesis import HealthCheck, Phase
from hypothesis import given as of
from hypothesis import settings as how
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from mainstay.web import openapi, routes
from mainstay.web.routes import ROUTES

ROLES = ("auditor", "data-scientist", "data-engineer", "ml-engineer", "approver", "admin", "rows")
SAID: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(openapi.described(ROUTES)))
SCHEMAS = SAID["components"]["schemas"]
OURS = {500, 503}
HOUSE = how(
    max_examples=150, deadline=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck), derandomize=True,
)  # fmt: skip
WORDS = st.one_of(
    st.sampled_from([
        "v1", "no-show", "ana", "*", "", "0", "-1", "../../etc/passwd", "%2e%2e", "\x00", "\u202e",
        "v999999999999999999999", "' OR 1=1 --", "<script>", "2024-02-30", "a" * 5_000, "run",
        "*/0 * * * *", "Mars/Olympus", "1:" + "0" * 64, "9" * 400, "👩‍👩‍👧", "\ud7ff", "r1", "@ana",
    ]),
    st.text(max_size=30),
)  # fmt: skip
NUMBERS = st.one_of(
    st.integers(-5, 50), st.sampled_from([2**31, 2**63 - 1, 2**63, 10**30, -(2**63), 0])
)
ANYTHING: SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, WORDS, st.floats(allow_nan=False)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)


def of_schema(schema: dict[str, Any], depth: int = 0) -> SearchStrategy[Any]:
    """Values that a schema of ours allows."""
    if "$ref" in schema:
        named = SCHEMAS[schema["$ref"].rpartition("/")[2]]
        return st.none() if depth > 6 else st.deferred(lambda: of_schema(named, depth + 1))
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return st.one_of([of_schema(one, depth + 1) for one in schema[key]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "const" in schema:
        return st.just(schema["const"])
    return of_type(schema, depth)


PLAIN: dict[str, SearchStrategy[Any]] = {
    "integer": NUMBERS, "number": st.floats(allow_nan=False, allow_infinity=False),
    "boolean": st.booleans(), "string": WORDS, "null": st.none(),
    "date-time": st.datetimes().map(lambda one: f"{one.isoformat()}Z"),
}  # fmt: skip


def of_type(schema: dict[str, Any], depth: int) -> SearchStrategy[Any]:
    kind = schema.get("type", "")
    if kind == "object" and "properties" in schema:
        every = {name: of_schema(one, depth) for name, one in schema["properties"].items()}
        needed = {name: every[name] for name in schema.get("required", ())}
        rest = {name: one for name, one in every.items() if name not in needed}
        return st.fixed_dictionaries(needed, optional=rest)
    if kind == "array":
        return st.lists(of_schema(schema.get("items") or {}, depth + 1), max_size=3)
    return PLAIN.get(schema.get("format", ""), PLAIN.get(kind, ANYTHING))


@st.composite
def wounded(draw: st.DrawFn, whole: SearchStrategy[Any]) -> bytes:
    """A body as the schema allows, or with one member another, or bytes cut short."""
    value = draw(whole)
    wound = draw(st.integers(0, 5))
    if wound == 0 and isinstance(value, dict) and value:
        value = {**value, draw(st.sampled_from(sorted(value))): draw(ANYTHING)}
    body = msgspec.json.encode(value)
    if wound == 1:
        body = body[: draw(st.integers(0, len(body)))]
    if wound == 2:
        body += draw(st.binary(max_size=5))
    return body


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Control, str]:
    """A project with a contract, and somebody with every role."""
    import small_project

    folder = tmp_path_factory.mktemp("fuzzed") / "p"
    folder.mkdir()
    (folder / "contract.yaml").write_text(small_project.CONTRACT)
    return control(folder), given(folder, "root", *ROLES)


def told(path: str, method: str) -> set[int]:
    """The statuses that the description says an address has."""
    return {int(code) for code in SAID["paths"][path][method.lower()]["responses"]}


def refuse(said: Reply, documented: set[int], asked: object) -> None:
    assert said.status in documented, (said.status, asked, said.text[:300])
    assert said.status not in OURS, (asked, said.text[:300])


@pytest.mark.parametrize("path", ["/api/commands", "/api/queries"])
def test_no_command_or_query_ends_in_a_mistake_of_ours(
    place: tuple[Control, str], path: str
) -> None:
    asked, token = place
    schema = SAID["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    met: Counter[int] = Counter()

    @HOUSE
    @of(wounded(of_schema(schema)))
    def every(body: bytes) -> None:
        shown = {"authorization": f"Bearer {token}", "content_type": "application/json"}
        said = asked.ask("POST", path, body, **shown)
        met[said.status] += 1
        refuse(said, told(path, "POST"), body)

    every()

    assert len(met) >= 3, "the requests are all alike"


@pytest.mark.parametrize(
    "path", sorted(path for path, methods in SAID["paths"].items() if "get" in methods)
)
def test_no_address_ends_in_a_mistake_of_ours(place: tuple[Control, str], path: str) -> None:
    asked, token = place
    names = [one["name"] for one in SAID["paths"][path]["get"]["parameters"]]

    @how(HOUSE, max_examples=12 if names else 6)
    @of(st.fixed_dictionaries(dict.fromkeys(names, WORDS)), st.dictionaries(
        st.sampled_from(["q", "page", "kind", "subject", "key", "closed", "model", "next"]), WORDS,
        max_size=3,
    ))  # fmt: skip
    def every(filled: dict[str, str], query: dict[str, str]) -> None:
        there = path
        for name, value in filled.items():
            there = there.replace(f"{{{name}}}", quote(value, safe="", errors="replace"))
        words = "&".join(f"{key}={quote(one, errors='replace')}" for key, one in query.items())
        said = asked.ask("GET", f"{there}?{words}", authorization=f"Bearer {token}")
        # an address that a part of it made another one may be none, or a page of its own
        refuse(said, {*told(path, "GET"), 200, 303, 404, 405}, there)

    every()


@pytest.mark.parametrize(
    "path", sorted(one.path for one in ROUTES if one.method == "POST" and one.page)
)
def test_no_form_ends_in_a_mistake_of_ours(place: tuple[Control, str], path: str) -> None:
    asked, token = place
    cookie = asked.form("/sign-in", token=token).cookie
    fields = ["name", "role", "model", "days", "hours", "label", "scopes", "because", "text",
              "how", "certificate", "keyid", "signature", "public", "password", "again", "before",
              "token", "next", "form"]  # fmt: skip

    @how(HOUSE, max_examples=6)
    @of(st.dictionaries(st.sampled_from(fields), WORDS, max_size=6), WORDS)
    def every(form: dict[str, str], word: str) -> None:
        there = path.replace("{model}", "no-show").replace("{number}", "1")
        there = there.replace("{version}", "v1").replace("{code}", quote(word, safe=""))
        body = "&".join(f"{key}={quote(one, errors='replace')}" for key, one in form.items())
        said = asked.ask("POST", there, body.encode(), cookie=cookie, **OWN, **FORM)
        refuse(said, {*told(path, "POST"), 404}, (there, form))

    every()


def test_the_hunt_finds_a_mistake_that_is_planted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> object:
        raise OverflowError

    monkeypatch.setattr("mainstay.control.handle.answer", broken)
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "contract.yaml").write_text("mainstay: 1\n")
    asked, token = control(tmp_path / "p"), given(tmp_path / "p", "root", *ROLES)

    with pytest.raises(AssertionError):
        test_no_command_or_query_ends_in_a_mistake_of_ours((asked, token), "/api/queries")


def test_the_description_is_of_the_routes_there_are() -> None:
    assert routes.ROUTES is ROUTES
    assert len(SAID["paths"]) >= 40
