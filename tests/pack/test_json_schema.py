"""The exported JSON Schemas describe every kind of file with the keys that the checker knows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from engine.pack import json_schemas

SCHEMAS = json_schemas()


def nodes(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for value in schema.values():
            yield from nodes(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from nodes(value)


def test_there_is_one_for_every_kind_of_file() -> None:
    assert set(SCHEMAS) == {
        "domain", "flows", "responses", "knowledge", "policies", "site", "people", "appointments", "call",
    }  # fmt: skip
    assert all(item["$schema"].endswith("2020-12/schema") and item["title"] for item in SCHEMAS.values())


def test_they_are_plain_json_of_known_keywords() -> None:
    assert json.loads(json.dumps(SCHEMAS)) == SCHEMAS
    types = {node["type"] for node in nodes(SCHEMAS) if isinstance(node.get("type"), str)}
    assert types <= {"object", "array", "string", "boolean", "integer", "number", "null"} | set()


def test_required_keys_are_known_and_nothing_else_is_allowed() -> None:
    for node in nodes(SCHEMAS):
        if isinstance(node.get("required"), list) and "properties" in node:
            assert set(node["required"]) <= node["properties"].keys()
            assert node["additionalProperties"] is False


def test_a_step_says_by_one_key_what_it_is() -> None:
    steps = SCHEMAS["flows"]["properties"]["flows"]["additionalProperties"]["properties"]["steps"]["items"]
    assert {"required": ["collect"]} in steps["oneOf"]
    assert "utter_" not in json.dumps(steps)
