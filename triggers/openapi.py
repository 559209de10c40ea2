"""The OpenAPI document, generated from the routes and the models that serve them."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, cast

from openapi_pydantic import (
    Components,
    Header,
    Info,
    MediaType,
    OpenAPI,
    Operation,
    Parameter,
    PathItem,
    Reference,
    RequestBody,
    Response,
    Schema,
    SecurityScheme,
)
from pydantic import BaseModel

from domain.wire import WireModel
from triggers.declarations import AnswerHeader, DeclaredAnswer, Route
from triggers.error_codes import ERROR_CODES
from triggers.errors import ERROR_CODE
from triggers.json_schemas import build_schemas, describe_properties, reference
from triggers.parameters import HEADER, QUERY
from triggers.routes import ROUTES

TITLE, VERSION = "Gridplane", "0.1.0"
DESCRIPTION = """\
Provides GPU inference environments on Azure: AKS clusters with a GPU pool behind an Azure Front \
Door edge.

Work that outlasts a request is an operation: the response is 202, and `Operation-Location` is \
the URL to poll. Unknown fields and query parameters are refused. HEAD is served wherever GET is; \
any other method of a path is 405 `MethodNotAllowed` with `Allow`. Times are RFC 3339 in UTC. \
Fields without a value are omitted from responses, never null. Responses may gain fields, and \
errors may gain codes."""
JSON = "application/json"
AUTHENTICATION = "entraId"
PATH_PARAMETERS = {
    "name": ("Name of the environment.", "fraud-llm"),
    "id": ("Id of the operation.", "fraud-llm.1"),
    "model": ("Name of the model.", "fraud-llm"),
    "version": ("Number of the version.", "7"),
}


@cache
def build_openapi_json() -> str:
    return json.dumps(build_openapi())


def build_openapi() -> dict[str, Any]:
    document = OpenAPI(
        openapi="3.1.0",
        info=Info(title=TITLE, version=VERSION, description=DESCRIPTION),
        paths=_build_paths(),
        components=Components(
            schemas=_build_components(),
            securitySchemes={AUTHENTICATION: _build_authentication()},
        ),
    )
    # Unset fields of a Header have defaults that OpenAPI does not allow in headers.
    dumped = document.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude_none=True)
    return _with_whole_limits(dumped)


def _with_whole_limits(node: Any) -> Any:
    """openapi-pydantic stores every limit as a float and would write 500 as 500.0."""
    match node:
        case dict():
            items = cast("dict[str, Any]", node).items()
            return {key: _with_whole_limits(value) for key, value in items}
        case list():
            return [_with_whole_limits(item) for item in cast("list[Any]", node)]
        case float() if node.is_integer():
            return int(node)
        case _:
            return node


def _build_paths() -> dict[str, PathItem]:
    paths: dict[str, dict[str, Operation]] = {}
    for route in ROUTES:
        operations = paths.setdefault(f"/{route.path}", {})
        operations[route.method.lower()] = _build_operation(route)
    return {path: PathItem.model_validate(operations) for path, operations in paths.items()}


def _build_components() -> dict[str, Schema]:
    requests = {
        model
        for route in ROUTES
        if route.body
        for model in (route.body.model, route.body.alternative)
        if model
    }
    answers = {model for route in ROUTES for answer in route.answers for model in answer.bodies}
    parameters = {model for route in ROUTES for model in (route.query, route.headers)}
    schemas = build_schemas(_by_name(requests), _by_name(answers), _by_name(parameters))
    return {name: Schema.model_validate(schema) for name, schema in schemas.items()}


def _by_name(models: Iterable[type[BaseModel]]) -> list[type[BaseModel]]:
    return sorted(models, key=lambda model: model.__name__)


def _build_authentication() -> SecurityScheme:
    return SecurityScheme(
        type="http",
        scheme="bearer",
        bearerFormat="JWT",
        description="In Azure: a Microsoft Entra ID access token for the API's application, with "
        "the app role that the request requires (Environments.Write and Environments.Approve "
        "include Environments.Read, Environments.Admin includes all three, nothing includes "
        "Audit.Read). Where the policy gives groups to cost centers, environments of other cost "
        "centers do not exist for the caller. Local use needs no token.",
    )


def _build_operation(route: Route[Any, Any]) -> Operation:
    return Operation(
        operationId=route.operation_id,
        summary=route.summary,
        description=route.description or None,
        parameters=[
            *_build_path_parameters(route.path),
            *_build_parameters(route.query, QUERY),
            *_build_parameters(route.headers, HEADER),
        ],
        requestBody=_build_request_body(route),
        responses={str(answer.status): _build_response(answer) for answer in route.answers},
        security=[{AUTHENTICATION: [route.role]}] if route.role else [],
    )


def _build_path_parameters(path: str) -> Iterator[Parameter]:
    for name in re.findall(r"{(\w+)}", path):
        description, example = PATH_PARAMETERS[name]
        yield _build_parameter(
            name, "path", {"type": "string", "description": description, "examples": [example]}
        )


def _build_parameters(model: type[WireModel], place: str) -> Iterator[Parameter]:
    for name, schema in describe_properties(model).items():
        yield _build_parameter(name, place, schema)


def _build_parameter(name: str, place: str, schema: Mapping[str, Any]) -> Parameter:
    return Parameter.model_validate(
        {
            "name": name,
            "in": place,
            "required": place == "path",
            "description": schema["description"],
            "schema": {key: value for key, value in schema.items() if key != "description"},
        }
    )


def _build_request_body(route: Route[Any, Any]) -> RequestBody | None:
    if route.body is None:
        return None
    models = (route.body.model, route.body.alternative)
    content = _build_content(*(model for model in models if model))
    content[JSON].example = dict(route.body.example)
    return RequestBody(content=content, required=route.body.is_required)


def _build_response(answer: DeclaredAnswer) -> Response:
    headers: dict[str, Header | Reference] = {
        header.name: _build_header(header) for header in answer.headers
    }
    if answer.codes:
        headers[ERROR_CODE] = _build_code_header(answer.codes)
    return Response(
        description=answer.description,
        headers=headers or None,
        content=_build_content(*answer.bodies) if answer.bodies else None,
    )


def _build_content(*models: type[BaseModel]) -> dict[str, MediaType]:
    schemas = [reference(model) for model in models]
    schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
    return {JSON: MediaType.model_validate({"schema": schema})}


def _build_header(header: AnswerHeader) -> Header:
    return Header.model_validate(
        {
            "description": header.description,
            "required": header.is_required,
            "schema": header.schema,
        }
    )


def _build_code_header(codes: Iterable[str]) -> Header:
    """`x-ms-enum`, as in Azure's own APIs: described values, to which more may be added."""
    values = [{"value": code, "description": ERROR_CODES[code]} for code in codes]
    schema = {
        "type": "string",
        "enum": list(codes),
        "x-ms-enum": {"name": "ErrorCode", "modelAsString": True, "values": values},
    }
    return _build_header(AnswerHeader(ERROR_CODE, "The error's code.", schema))
