"""Files of specifications and plans, and the specification that `init` writes."""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from gridplane.errors import invalid

SCHEMA_FILE = "environment.schema.json"
_MARK = re.compile(r"^( *)# ")
STDIN = "-"


def read_document(path: str) -> dict[str, Any]:
    """A specification or a saved plan, in YAML or JSON. Raises CliError."""
    try:
        text = sys.stdin.read() if path == STDIN else Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise invalid(
            f"{path} cannot be read: {reason}.", "`gridplane init` writes a specification."
        ) from error
    try:
        found = yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise invalid(f"{path} is neither YAML nor JSON: {error}") from error
    if not isinstance(found, dict):
        raise invalid(f"{path} is no specification: it has no fields.")
    return found


def is_plan(document: Mapping[str, Any]) -> bool:
    return {"id", "digest", "verdict", "basedOn"} <= document.keys()


class _Loader(yaml.SafeLoader):
    """Times stay texts, as the API wants them, and a key may be written once."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key} is written twice", node.start_mark
                )
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_schema() -> str:
    """JSON schema of a specification."""
    return files("gridplane").joinpath(SCHEMA_FILE).read_text(encoding="utf-8")


def check_values(given: Mapping[str, Any]) -> None:
    """Texts by path. Raises CliError for one that the schema does not allow."""
    schema = json.loads(read_schema())
    for path, value in given.items():
        field = _field_at(path, schema)
        if isinstance(value, str) and not _is_allowed(value, field):
            raise invalid(f"'{value}' is no {path}: {field['description']}")


def _field_at(path: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    found = schema
    for name in path.split("."):
        found = _resolve(found, schema["$defs"])["properties"][name]
    return found


def _is_allowed(value: str, field: Mapping[str, Any]) -> bool:
    longest = field.get("maxLength", len(value))
    return (
        field.get("minLength", 0) <= len(value) <= longest
        and re.search(field.get("pattern", ""), value) is not None
    )


def render_template(given: Mapping[str, Any]) -> str:
    """A specification with what is required, and the rest in comments. `given`: values by path."""
    schema = json.loads(read_schema())
    lines = [
        f"# yaml-language-server: $schema={SCHEMA_FILE}",
        "# Remove the # before what you want to set. `gridplane plan -f FILE` tells the price.",
        *_object(schema, schema["$defs"], given, "", 0),
    ]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _object(
    schema: Mapping[str, Any],
    parts: Mapping[str, Any],
    given: Mapping[str, Any],
    path: str,
    depth: int,
) -> Iterator[str]:
    required = schema.get("required", ())
    ordered = sorted(schema["properties"].items(), key=lambda each: each[0] not in required)
    for name, field in ordered:
        where = f"{path}.{name}" if path else name
        is_set = name in required or any(
            each == where or each.startswith(f"{where}.") for each in given
        )
        yield from _field(name, field, parts, given, where, depth, is_set=is_set)


def _field(
    name: str,
    field: Mapping[str, Any],
    parts: Mapping[str, Any],
    given: Mapping[str, Any],
    where: str,
    depth: int,
    *,
    is_set: bool,
) -> Iterator[str]:
    indent = "  " * depth
    mark = "" if is_set else "# "
    inner = _resolve(field, parts)
    meaning = str(field.get("description", "")).split(". ")[0].rstrip(".")
    if "properties" in inner and depth < 1:
        yield f"{indent}{mark}{name}:  # {meaning}"
        for line in _object(inner, parts, given, where, depth + 1):
            yield line if is_set else f"{indent}# {_without_mark(line)}"
        return
    value = json.dumps(given.get(where, _example(field, parts)), ensure_ascii=False)
    yield f"{indent}{mark}{name}: {_plain(value)}  # {meaning}"


def _without_mark(line: str) -> str:
    """A field that is commented out already: its object's mark is enough."""
    return _MARK.sub(r"\1", line)


def _resolve(field: Mapping[str, Any], parts: Mapping[str, Any]) -> Mapping[str, Any]:
    for each in (field, *field.get("anyOf", ())):
        if "$ref" in each:
            return parts[each["$ref"].rpartition("/")[2]]
    return field


def _example(field: Mapping[str, Any], parts: Mapping[str, Any]) -> Any:
    """A default, an example, or for an object those of what it requires."""
    inner = _resolve(field, parts)
    for each in (field, inner):
        if "default" in each and each["default"] is not None:
            return each["default"]
        if each.get("examples"):
            return each["examples"][0]
        if each.get("enum"):
            return each["enum"][0]
    properties: Mapping[str, Any] = inner.get("properties") or {}
    needed = inner.get("required") or list(properties)[:1]
    return {name: _example(properties[name], parts) for name in needed}


def _plain(value: str) -> str:
    """Without quotation marks where YAML needs none."""
    bare = value[1:-1]
    is_text = value.startswith('"') and bare and yaml.safe_load(bare) == bare
    return bare if is_text and ": " not in bare and " #" not in bare else value
