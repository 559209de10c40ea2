"""The OpenAPI document is whole, valid and says something about everything in it."""

import ast
import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator, oas31_format_checker
from openapi_spec_validator import OpenAPIV31SpecValidator

from domain.spec.model import EnvironmentSpec
from domain.spec.validation import parse_spec
from tests.architecture.source import REPOSITORY
from tests.support.specs import NOON, a_policy
from triggers.declarations import Route
from triggers.declared_answers import SPEC_CODES
from triggers.error_codes import ERROR_CODES
from triggers.json_schemas import build_schemas
from triggers.openapi import build_openapi
from triggers.routes import ROUTES

DOCUMENT = build_openapi()
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
CODE = re.compile(r"([A-Z][a-z]+){2,}")
OF_MODELS = {"ImageWithoutDigest"}


def test_it_is_valid_openapi():
    assert list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors()) == []


def test_it_has_the_version_of_the_product():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    assert DOCUMENT["info"]["version"] == project["version"]


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if "$ref" in node else []
        return own + [ref for value in node.values() for ref in references(value)]
    return [ref for item in node for ref in references(item)] if isinstance(node, list) else []


def test_every_schema_is_used():
    used = {reference.rpartition("/")[2] for reference in references(DOCUMENT)}
    assert set(SCHEMAS) == used


def test_it_is_plain_json():
    assert json.loads(json.dumps(DOCUMENT)) == DOCUMENT


def test_the_types_that_hold_it_keep_every_schema_as_pydantic_writes_it():
    models = {answer.bodies[0] for route in ROUTES for answer in route.answers if answer.bodies}
    written = build_schemas([], list(models), [])
    assert len(written) > 15
    of_answers_only = {name: each for name, each in written.items() if name not in of_requests()}
    assert {name: SCHEMAS[name] for name in of_answers_only} == of_answers_only


def of_requests() -> set[str]:
    return set(build_schemas([route.body.model for route in ROUTES if route.body], [], []))


def test_operation_ids_are_unique():
    ids = [route.operation_id for route in ROUTES]
    assert len(set(ids)) == len(ids)


def described() -> Iterator[Any]:
    """Everything that a reader may ask the meaning of."""
    for name, schema in SCHEMAS.items():
        for field, each in schema.get("properties", {}).items():
            yield pytest.param(each, id=f"{name}.{field}")
    for route in ROUTES:
        operation = DOCUMENT["paths"][f"/{route.path}"][route.method.lower()]
        for parameter in operation["parameters"]:
            yield pytest.param(parameter, id=f"{route.operation_id} {parameter['name']}")
        for status, response in operation["responses"].items():
            yield pytest.param(response, id=f"{route.operation_id} {status}")
            for name, header in response.get("headers", {}).items():
                yield pytest.param(header, id=f"{route.operation_id} {status} {name}")


@pytest.mark.parametrize("each", list(described()))
def test_everything_has_a_description(each: dict[str, Any]):
    assert each["description"].strip().endswith(".")


@pytest.mark.parametrize("name", SCHEMAS)
def test_examples_and_defaults_are_what_they_stand_for(name: str):
    for field, schema in SCHEMAS[name].get("properties", {}).items():
        whole = {**schema, "components": DOCUMENT["components"]}
        validator = OAS31Validator(whole, format_checker=oas31_format_checker)
        for example in [*schema.get("examples", []), *at_most_one(schema.get("default"))]:
            problems = [error.message for error in validator.iter_errors(example)]
            assert problems == [], f"{name}.{field}"


def at_most_one(value: Any) -> list[Any]:
    return [] if value is None else [value]


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.body], ids=lambda route: route.operation_id
)
def test_the_example_of_a_body_can_be_sent(route: Route[Any, Any]):
    assert route.body
    example = route.body.example
    if route.body.model is EnvironmentSpec:
        assert isinstance(parse_spec(example, a_policy(), NOON), EnvironmentSpec)
    assert route.body.model.from_wire(example)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation_id)
def test_every_path_parameter_is_declared(route: Route[Any, Any]):
    operation = DOCUMENT["paths"][f"/{route.path}"][route.method.lower()]
    declared = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
    assert declared == {part[1:-1] for part in route.path.split("/") if part.startswith("{")}


def test_every_code_has_a_meaning_and_is_said_by_some_answer():
    said = {code for route in ROUTES for answer in route.answers for code in answer.codes}
    assert said == set(ERROR_CODES)


def test_every_code_that_a_specification_is_refused_with_is_said():
    assert set(codes_in(REPOSITORY / "domain" / "spec")) - OF_MODELS <= set(SPEC_CODES)


def codes_in(package: Path) -> Iterable[str]:
    """In what the modules of a package raise and yield."""
    for module in package.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                texts = (str(a.value) for a in node.args[:2] if isinstance(a, ast.Constant))
                yield from filter(CODE.fullmatch, texts)


def test_the_spec_is_documented_as_it_is_validated():
    spec = SCHEMAS["EnvironmentSpec"]
    assert set(spec["required"]) == {"name", "costCenter", "owner", "regions", "workload"}
    assert "required" not in SCHEMAS["Workload"]
    assert spec["additionalProperties"] is False


def test_an_answer_may_get_more_fields_and_has_none_without_a_value():
    environment = SCHEMAS["EnvironmentView"]
    assert "additionalProperties" not in environment
    assert environment["properties"]["endpoint"]["type"] == "string"
    assert "endpoint" not in environment["required"]
