"""The models of bodies: their fields with meaning, default, limits and example."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.support.api_reference.tables import (
    name_default,
    name_example,
    name_limits,
    name_type,
    one_line,
    table,
)

OF_REQUESTS = ("field", "type", "default", "meaning", "limits", "example")
OF_ANSWERS = ("field", "type", "", "meaning", "example")


def render_models(document: Mapping[str, Any]) -> str:
    schemas = document["components"]["schemas"]
    operations = [each for methods in document["paths"].values() for each in methods.values()]
    bodies = [operation["requestBody"] for operation in operations if "requestBody" in operation]
    asked = dict.fromkeys(find_models(bodies, schemas))
    answered = dict.fromkeys(find_models([each["responses"] for each in operations], schemas))
    return "\n".join(
        [
            "## Request bodies\n",
            *(_render(name, schemas, OF_REQUESTS) for name in asked),
            "## Response bodies\n",
            *(_render(name, schemas, OF_ANSWERS) for name in answered if name not in asked),
        ]
    )


def find_models(node: Any, schemas: Mapping[str, Any]) -> Iterator[str]:
    """Names of the models with fields as a reader meets them."""
    if isinstance(node, dict):
        name = node.get("$ref", "").rpartition("/")[2]
        if "properties" in schemas.get(name, {}):
            yield name
            yield from find_models(schemas[name], schemas)
        for value in node.values():
            yield from find_models(value, schemas)
    elif isinstance(node, list):
        for item in node:
            yield from find_models(item, schemas)


def _render(name: str, schemas: Mapping[str, Any], head: Sequence[str]) -> str:
    model = schemas[name]
    rows = [
        _render_row(field, schema, schemas, head, field in model.get("required", []))
        for field, schema in model["properties"].items()
    ]
    return f"### {name}\n\n{one_line(model['description'])}\n\n{table(head, rows)}\n"


def _render_row(
    field: str,
    schema: Mapping[str, Any],
    schemas: Mapping[str, Any],
    head: Sequence[str],
    is_required: bool,
) -> tuple[str, ...]:
    kind, meaning, example = (
        name_type(schema, schemas),
        schema["description"],
        name_example(schema),
    )
    if head is OF_ANSWERS:
        return f"`{field}`", kind, "always" if is_required else "", meaning, example
    default = "**required**" if is_required else name_default(schema)
    return f"`{field}`", kind, default, meaning, name_limits(schema), example
