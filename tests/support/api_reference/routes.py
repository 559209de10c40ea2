"""The routes: purpose, parameters and responses."""

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from tests.support.api_reference.tables import (
    name_default,
    name_example,
    name_limits,
    name_type,
    table,
)

ERROR_CODE = "x-ms-error-code"
JSON = "application/json"
IN_THE_INTRODUCTION = "403"
"""Status that every route with a role has, for one reason."""

HEADERS = """\
## Headers

Each route lists the request headers that it supports.

{requests}

Each response lists its headers; those with a `?` are optional.

{answers}
"""
ERRORS = """\
## Errors

Every error response has the body [ErrorAnswer](#erroranswer) and its code in the header \
`{header}`. These are the codes of refused requests; codes of failed operations classify errors \
of Azure or Kubernetes.

{codes}
"""


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def render_overview(document: Mapping[str, Any]) -> str:
    rows = [
        (f"[`{method} {path}`](#{_anchor(operation)})", operation["summary"], _role(operation))
        for method, path, operation in operations(document)
    ]
    return f"## Routes\n\n{table(('', 'purpose', 'app role'), rows)}\n"


def render_routes(document: Mapping[str, Any]) -> str:
    schemas = document["components"]["schemas"]
    return "\n".join(_render_route(*each, schemas) for each in operations(document))


def render_headers(document: Mapping[str, Any]) -> str:
    sent = {
        parameter["name"]: parameter
        for _, _, operation in operations(document)
        for parameter in operation["parameters"]
        if parameter["in"] == "header"
    }
    answered = dict.fromkeys(
        (name, header["description"])
        for _, _, operation in operations(document)
        for response in operation["responses"].values()
        for name, header in response.get("headers", {}).items()
    )
    requests = [
        (f"`{name}`", each["description"], name_example(each["schema"]))
        for name, each in sent.items()
    ]
    return HEADERS.format(
        requests=table(("request header", "meaning", "example"), requests),
        answers=table(
            ("response header", "meaning"),
            [(f"`{name}`", meaning) for name, meaning in sorted(answered)],
        ),
    )


def render_codes(document: Mapping[str, Any]) -> str:
    """Every code with its meaning, and the statuses that come with it."""
    meanings: dict[str, str] = {}
    statuses: dict[str, set[str]] = {}
    for _, _, operation in operations(document):
        for status, response in operation["responses"].items():
            for value in _codes(response):
                meanings[value["value"]] = value["description"]
                statuses.setdefault(value["value"], set()).add(status)
    rows = [
        (f"`{code}`", ", ".join(sorted(statuses[code])), meaning)
        for code, meaning in sorted(meanings.items())
    ]
    return ERRORS.format(header=ERROR_CODE, codes=table(("code", "status", "meaning"), rows))


def _render_route(
    method: str, path: str, operation: Mapping[str, Any], schemas: Mapping[str, Any]
) -> str:
    parts = (
        f"### {operation['summary']}\n\n`{method} {path}`",
        operation.get("description", ""),
        _render_query(operation, schemas),
        _render_header_names(operation),
        _render_body(operation, schemas),
        _render_answers(operation, schemas),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _render_query(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    rows = [
        (
            f"`{parameter['name']}`",
            name_type(parameter["schema"], schemas),
            name_default(parameter["schema"]),
            parameter["description"],
            name_limits(parameter["schema"]),
        )
        for parameter in operation["parameters"]
        if parameter["in"] == "query"
    ]
    head = ("query parameter", "type", "default", "meaning", "limits")
    return table(head, rows) if rows else ""


def _render_header_names(operation: Mapping[str, Any]) -> str:
    names = [f"`{each['name']}`" for each in operation["parameters"] if each["in"] == "header"]
    return f"[Headers](#headers): {', '.join(names)}" if names else ""


def _render_body(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    body = operation.get("requestBody")
    if body is None:
        return ""
    media = body["content"][JSON]
    needed = "" if body["required"] else " (optional)"
    example = f"`{json.dumps(media['example'])}`"
    shown = example if len(example) < 60 else "as in [create](#in-six-requests)"
    return f"Body{needed}: {name_type(media['schema'], schemas)}, {shown}"


def _render_answers(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    rows = [
        (
            f"{status} {HTTPStatus(int(status)).phrase}",
            response["description"],
            _content(response, schemas),
            ", ".join(_headers(response)),
        )
        for status, response in operation["responses"].items()
        if status != IN_THE_INTRODUCTION
    ]
    return table(("status", "when", "body, or error codes", "headers"), rows)


def _content(response: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    if codes := _codes(response):
        return ", ".join(f"`{code['value']}`" for code in codes)
    if "content" not in response:
        return ""
    return name_type(response["content"][JSON]["schema"], schemas)


def _headers(response: Mapping[str, Any]) -> Iterator[str]:
    for name, header in response.get("headers", {}).items():
        if name != ERROR_CODE:
            yield f"`{name}`" if header["required"] else f"`{name}`?"


def _codes(response: Mapping[str, Any]) -> list[dict[str, str]]:
    header = response.get("headers", {}).get(ERROR_CODE)
    return header["schema"]["x-ms-enum"]["values"] if header else []


def _role(operation: Mapping[str, Any]) -> str:
    roles = [role for each in operation["security"] for role in next(iter(each.values()))]
    return f"`{roles[0]}`" if roles else ""


def _anchor(operation: Mapping[str, Any]) -> str:
    """As GitHub makes it of a heading."""
    words = operation["summary"].lower().replace(" ", "-")
    return "".join(letter for letter in words if letter.isalnum() or letter == "-")
