"""The API described for machines: OpenAPI 3.1, from the table of routes and the values."""

import re
from collections.abc import Iterable
from typing import Any, Union

import msgspec

from mainstay import __version__
from mainstay.control import roles
from mainstay.control.commands import Command
from mainstay.control.queries import Query
from mainstay.control.remote import Failure
from mainstay.core.answers import Answer
from mainstay.web import statuses
from mainstay.web.visit import Route

_REF = "#/components/schemas/{name}"


def described(routes: Iterable[Route]) -> dict[str, Any]:
    """The document; a command that does not work over HTTP is not in it."""
    commands, queries = remote(Command), remote(Query)
    schemas, components = msgspec.json.schema_components(
        (commands, queries, Answer, Failure), ref_template=_REF
    )
    for one in (*commands.__args__, *queries.__args__):
        components[one.__name__]["x-needs"] = roles.NEEDS[one]
    bodies = {
        f"{of}/api/{name}": schema
        for of in ("", "/models/{model}")
        for name, schema in zip(("commands", "queries"), schemas, strict=False)
    }
    paths: dict[str, dict[str, Any]] = {}
    for one in routes:
        operation = _operation(one, bodies.get(one.path), schemas[2], schemas[3])
        paths.setdefault(_path(one.path), {})[one.method.lower()] = operation
    bearer = {"type": "http", "scheme": "bearer"}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Mainstay", "version": __version__},
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": {"token": bearer}},
    }


def remote(union: Any) -> Any:
    """The members of a union that work over HTTP, as a union."""
    return Union[tuple(one for one in union.__args__ if roles.NEEDS[one] != roles.HERE)]  # noqa: UP007 - made at run time


def _operation(route: Route, body: Any, answer: Any, failure: Any) -> dict[str, Any]:
    def replies(schema: Any) -> dict[str, Any]:
        return {"application/json": {"schema": schema}}

    said: dict[str, Any] = {
        "summary": route.says,
        "x-needs": route.needs,
        "security": [] if route.needs == "public" else [{"token": []}],
        "parameters": [_parameter(name) for name in _names(route.path)],
        "responses": {"200": {"description": "done"}},
    }
    if body is not None:
        said["requestBody"] = {"required": True, "content": replies(body)}
        said["responses"]["200"]["content"] = replies(answer)
    told = {"description": "not done"} if route.page else {
        "description": "not done", "content": replies(failure),
    }  # fmt: skip
    for code in _codes(route):
        said["responses"][str(code)] = told
    if route.page:
        said["responses"]["303"] = {"description": "done, or sign in first: go there"}
    return said


def _codes(route: Route) -> list[int]:
    """Of what is not done; strangers are led from pages to the form to sign in."""
    if route.needs == "public":
        return [400, 403, 404, statuses.CROWDED] if route.page else [403, 404]
    return sorted({*statuses.STATUSES.values(), statuses.CROWDED, statuses.STRANGER})


def _parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _names(path: str) -> list[str]:
    return re.findall(r"{(\w+)", path)


def _path(path: str) -> str:
    return re.sub(r"{(\w+):\w+}", r"{\1}", path)
