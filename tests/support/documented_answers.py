"""Holds every answer that a test gets from the app against the app's own OpenAPI document."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from openapi_schema_validator import OAS31Validator, oas31_format_checker

from triggers.openapi import build_openapi

JSON = "application/json"
ERROR_CODE = "x-ms-error-code"
OWN_HEADERS = frozenset(
    {
        "allow",
        "etag",
        "location",
        "operation-location",
        "repeatability-result",
        "retry-after",
        ERROR_CODE,
    }
)
"""Headers with a meaning of ours, in lower case: none may come unannounced."""


class UndocumentedAnswer(AssertionError):
    """The app answered what its OpenAPI document does not say."""


@cache
def product_document() -> "ApiDocument":
    return ApiDocument(build_openapi())


class ApiDocument:
    """An OpenAPI document to hold answers against."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._components = close(document["components"])
        self._paths = {
            re.compile(re.sub(r"{\w+}", "[^/]+", path)): operations
            for path, operations in sorted(document["paths"].items())
        }

    def check(
        self, method: str, path: str, status: int, headers: Mapping[str, str], body: str
    ) -> None:
        """Raises UndocumentedAnswer. What is not a path of the document is left alone."""
        operation = self._find_operation(method, path)
        if operation is None:
            return
        about = f"{method} {path} answered {status}"
        response = operation["responses"].get(str(status))
        if response is None:
            raise UndocumentedAnswer(f"{about}, which {operation['operationId']} never says")
        received = {name.lower(): value for name, value in headers.items()}
        problems = [
            *self._header_problems(response, received),
            *self._body_problems(response, received, body),
        ]
        if problems:
            raise UndocumentedAnswer("\n  ".join([about, *problems, f"in: {body[:2000]}"]))

    def _find_operation(self, method: str, path: str) -> dict[str, Any] | None:
        for pattern, operations in self._paths.items():
            if pattern.fullmatch(path) and method.lower() in operations:
                return operations[method.lower()]
        return None

    def _header_problems(
        self, response: dict[str, Any], received: Mapping[str, str]
    ) -> Iterator[str]:
        declared = {name.lower(): each for name, each in response.get("headers", {}).items()}
        for name in sorted(OWN_HEADERS & set(received) - set(declared)):
            yield f"header {name} is not declared"
        for name, header in declared.items():
            if name in received:
                yield from self._value_problems(name, header["schema"], received[name])
            elif header["required"]:
                yield f"header {name} is missing"

    def _value_problems(self, name: str, schema: dict[str, Any], text: str) -> Iterator[str]:
        value = int(text) if schema["type"] == "integer" and text.isdigit() else text
        for error in self._errors(schema, value):
            yield f"header {name}: {error}"

    def _body_problems(
        self, response: dict[str, Any], received: Mapping[str, str], body: str
    ) -> Iterator[str]:
        if "content" not in response:
            yield from ["there is a body"] if body else []
            return
        if not received.get("content-type", "").startswith(JSON):
            yield f"the body is {received.get('content-type')}"
            return
        value = json.loads(body)
        for error in self._errors(response["content"][JSON]["schema"], value):
            yield f"body{error}"
        if "error" in value and ERROR_CODE in response.get("headers", {}):
            yield from self._code_problems(response, received, value["error"])

    def _code_problems(
        self, response: dict[str, Any], received: Mapping[str, str], error: dict[str, Any]
    ) -> Iterator[str]:
        if error["code"] != received.get(ERROR_CODE):
            yield f"body and header {ERROR_CODE} differ"
        declared = response["headers"][ERROR_CODE]["schema"]["enum"]
        for detail in error.get("details", []):
            if detail["code"] not in declared:
                yield f"code {detail['code']} is not declared"

    def _errors(self, schema: dict[str, Any], value: Any) -> Iterator[str]:
        whole = {**schema, "components": self._components}
        validator = OAS31Validator(whole, format_checker=oas31_format_checker)
        for error in validator.iter_errors(value):
            yield f"{error.json_path.removeprefix('$')}: {error.message}"


def close(node: Any) -> Any:
    """The document says that answers may get more fields; what is sent now has to be in it."""
    if isinstance(node, list):
        return [close(item) for item in node]
    if not isinstance(node, dict):
        return node
    closed = {key: close(value) for key, value in node.items()}
    if isinstance(node.get("properties"), dict) and node.get("type") == "object":
        closed.setdefault("additionalProperties", False)
    return closed
