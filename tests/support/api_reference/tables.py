"""Markdown tables, and JSON schemas in words."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

RANGES = (
    ("minimum", "maximum", ""),
    ("minLength", "maxLength", " characters"),
    ("minItems", "maxItems", " items"),
    ("minProperties", "maxProperties", " entries"),
)
FORMATS: Mapping[str, str] = {"date-time": "time", "uuid": "UUID", "uri-reference": "URL"}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (head, ["---"] * len(head), *rows)
    return "\n".join(_row(line) for line in lines)


def name_type(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """`schemas`: by name. Those with fields are linked to, others are named here."""
    match schema:
        case {"$ref": reference}:
            name = reference.rpartition("/")[2]
            target = schemas[name]
            linked = f"[{name}](#{name.lower()})"
            return linked if "properties" in target else name_type(target, schemas)
        case {"anyOf": choices}:
            kinds = [each for each in choices if each.get("type") != "null"]
            return " or ".join(name_type(kind, schemas) for kind in kinds)
        case {"const": value}:
            return f"`{value}`"
        case {"enum": values}:
            return ", ".join(f"`{value}`" for value in values)
        case {"type": "array", "items": items}:
            return f"list of {name_type(items, schemas)}"
        case {"type": "object", "additionalProperties": {"type": str(kind)}}:
            return f"object of {kind}"
        case {"type": "object", "patternProperties": dict(patterns)}:
            kinds = [name_type(each, schemas) for each in patterns.values()]
            return f"object of {' or '.join(kinds)}"
        case _:
            return FORMATS.get(schema.get("format", ""), schema.get("type", "any"))


def name_limits(schema: Mapping[str, Any]) -> str:
    phrases: list[str] = []
    for each in (schema, *schema.get("anyOf", [])):
        phrases += [phrase for keys in RANGES if (phrase := _name_range(each, *keys))]
        phrases += [f"`{each['pattern']}`"] if "pattern" in each else []
    return ", ".join(phrases)


def name_default(schema: Mapping[str, Any]) -> str:
    return as_code(schema["default"]) if schema.get("default") is not None else ""


def name_example(schema: Mapping[str, Any]) -> str:
    return as_code(schema["examples"][0]) if schema.get("examples") else ""


def as_code(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return f"`{text}`" if text else "empty"


def one_line(text: str) -> str:
    return " ".join(text.split())


def _name_range(schema: Mapping[str, Any], least: str, most: str, unit: str) -> str:
    if most not in schema:
        return ""
    return f"{schema.get(least, 0)} to {schema[most]}{unit}"


def _row(cells: Sequence[str]) -> str:
    escaped = (cell.replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(escaped)} |".replace("|  |", "| |").replace("|  |", "| |")
