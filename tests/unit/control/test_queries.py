"""Queries as values."""

from typing import get_args

import msgspec

from mainstay.control.commands import Command
from mainstay.control.queries import OfContract, OfPeople, OfProject, Query, VerifyLedger


def test_no_query_has_the_name_of_a_command() -> None:
    queries = {one.__struct_config__.tag for one in get_args(Query)}
    commands = {one.__struct_config__.tag for one in get_args(Command)}

    of = (OfContract, OfPeople, OfProject)
    assert len(queries) == sum(len(get_args(one)) for one in of)
    assert not queries & commands


def test_a_query_travels_as_json() -> None:
    sent = msgspec.json.encode(VerifyLedger("3:abc"))

    assert msgspec.json.decode(sent, type=Query) == VerifyLedger("3:abc")
