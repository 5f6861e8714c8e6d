"""The description for machines says what there is."""

import re

from asking import Control

from mainstay.control import roles
from mainstay.control.commands import Command
from mainstay.control.queries import Query
from mainstay.web import openapi
from mainstay.web.routes import ROUTES


def test_every_route_is_described_with_what_it_needs(asked: Control) -> None:
    said = asked.ask("GET", "/api/openapi.json").json

    described = {
        (method.upper(), path, one["x-needs"])
        for path, methods in said["paths"].items()
        for method, one in methods.items()
    }
    assert described == {(one.method, re.sub(":path", "", one.path), one.needs) for one in ROUTES}


def test_exactly_what_works_over_http_is_among_the_values() -> None:
    said = openapi.described(ROUTES)["components"]["schemas"]

    tags = {
        one["properties"]["type"]["enum"][0]
        for one in said.values()
        if "type" in one.get("properties", {}) and "enum" in one["properties"]["type"]
    }
    wanted = {
        str(one.__struct_config__.tag)
        for one in (*Command.__args__, *Query.__args__)
        if roles.NEEDS[one] != roles.HERE
    }
    assert tags == wanted
    assert (said["Deploy"]["x-needs"], said["Status"]["x-needs"]) == ("deploy", "read")


def test_every_reference_leads_somewhere() -> None:
    said = openapi.described(ROUTES)

    names = re.findall(r"#/components/schemas/([\w]+)", str(said))

    assert names
    assert set(names) <= said["components"]["schemas"].keys()
