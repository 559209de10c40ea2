import json
from typing import Any

import pytest

from tests.support.fake_hub import FakeHub
from tests.support.http_api import Api
from triggers.openapi import build_openapi


async def test_healthy_is_what_can_take_requests_in(api: Api):
    answer = await api.get("healthz")
    assert (answer.status, answer.json) == (200, {"status": "Healthy"})


async def test_without_its_task_hub_it_says_so_and_when_to_ask_again(api: Api, hub: FakeHub):
    hub.unreachable = True
    answer = await api.get("healthz")
    assert (answer.status, answer.error["code"]) == (503, "TaskHubUnreachable")
    assert answer.headers["Retry-After"] == "5"


async def test_the_document_is_served(api: Api):
    answer = await api.get("openapi.json")
    assert (answer.status, answer.json["openapi"]) == (200, "3.1.0")


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if "$ref" in node else []
        return own + [ref for value in node.values() for ref in references(value)]
    return [ref for item in node for ref in references(item)] if isinstance(node, list) else []


def resolve(document: Any, reference: str) -> Any:
    for part in reference.removeprefix("#/").split("/"):
        document = document[part]
    return document


def operations() -> list[Any]:
    paths = build_openapi()["paths"]
    return [
        pytest.param(path, operation, id=operation["operationId"])
        for path, methods in paths.items()
        for operation in methods.values()
    ]


def test_every_reference_leads_somewhere():
    document = build_openapi()
    found = references(document)
    assert len(found) > 20
    assert all(resolve(document, reference) for reference in found)


def test_every_schema_is_used():
    document = build_openapi()
    used = {reference.rpartition("/")[2] for reference in references(document)}
    assert set(document["components"]["schemas"]) == used


def test_it_is_plain_json():
    assert json.loads(json.dumps(build_openapi())) == build_openapi()


def test_operation_ids_are_unique():
    ids = [each.values[1]["operationId"] for each in operations()]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(("path", "operation"), operations())
def test_every_operation_declares_its_path_parameters_and_what_it_answers(
    path: str, operation: dict[str, Any]
):
    declared = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
    assert declared == {part[1:-1] for part in path.split("/") if part.startswith("{")}
    assert any(status.startswith("2") for status in operation["responses"])
    assert all(response["description"] for response in operation["responses"].values())


def test_the_spec_is_documented_as_it_is_validated():
    spec = build_openapi()["components"]["schemas"]["EnvironmentSpec"]
    assert set(spec["required"]) >= {"name", "costCenter", "owner", "regions", "gpu", "workload"}
    assert spec["additionalProperties"] is False
