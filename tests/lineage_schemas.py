"""The schemas of OpenLineage, whole, at 8f02abf (Apache License 2.0), to hold events against."""

import json
from pathlib import Path

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

_FOLDER = Path(__file__).parent / "openlineage"


def _schemas() -> Registry:
    files = [json.loads(path.read_text()) for path in _FOLDER.rglob("*.json")]
    return Registry().with_resources([(one["$id"], Resource.from_contents(one)) for one in files])


_REGISTRY = _schemas()


def wrong(event: dict[str, object]) -> list[str]:
    """What an event, or one of its facets, has that its schema does not allow."""
    return [*_against(str(event["schemaURL"]), event), *_facets(event)]


def _facets(told: object) -> list[str]:
    """Each by the schema that it names itself."""
    if isinstance(told, list):
        return [one for each in told for one in _facets(each)]
    if not isinstance(told, dict):
        return []
    own = _against(told["_schemaURL"], told) if "_schemaURL" in told else []
    return [*own, *(one for each in told.values() for one in _facets(each))]


def _against(url: str, told: object) -> list[str]:
    validator = Draft202012Validator(
        {"$ref": url}, registry=_REGISTRY, format_checker=FormatChecker()
    )
    return [f"{one.json_path}: {one.message}" for one in validator.iter_errors(told)]
