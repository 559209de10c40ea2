"""Images in a registry that only lets in whom it knows."""

from typing import Any

import pytest

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import Stack
from tests.e2e.looks import Look
from tests.e2e.registries import push, set_up_registry, workload_of
from tests.e2e.stories import delete, finish, leftovers, provision
from tests.support.specs import spec_body

HOST = "acmeml.azurecr.io"
ROLES = "2022-04-01"
BOTH = ("linux/amd64", "linux/arm64")
MAY_NOT_ASSIGN = {
    "match": {"method": "PUT", "path": "/roleAssignments/"},
    "status": 403,
    "code": "AuthorizationFailed",
    "message": "The client does not have authorization to perform action "
    "'Microsoft.Authorization/roleAssignments/write' over scope.",
}


@pytest.fixture
def registry(azure: SimulatedAzure, stack: Stack) -> str:
    return set_up_registry(azure, stack, "acmeml")


def running_image(look: Look, environment: dict[str, Any]) -> str:
    name = environment["name"]
    path = f"/apis/apps/v1/namespaces/inference/deployments/{name}"
    deployment = look.into_cluster(environment["cells"][0]["clusterId"], path)
    return deployment["spec"]["template"]["spec"]["containers"][0]["image"]


def assignments(look: Look, registry: str) -> list[dict[str, Any]]:
    path = f"{registry}/providers/Microsoft.Authorization/roleAssignments"
    found = look.at_arm(path, ROLES)["value"]
    return [each for each in found if each["properties"]["description"]]


def test_a_private_image_is_pulled_and_what_runs_is_its_digest_until_another_is_asked_for(
    api: Api, azure: SimulatedAzure, stack: Stack, registry: str
):
    look, image = Look(azure, stack), f"{HOST}/llm:1"
    digest = push(azure, image, platforms=BOTH)
    environment = provision(api, "private", workload=workload_of(image, registry, "private"))
    assert environment["image"]["reference"] == image
    assert environment["image"]["digest"] == digest
    assert running_image(look, environment) == f"{HOST}/llm@{digest}"
    assert "warnings" not in api.get_operation("private.1")
    assert azure.ask_model(environment, "Is this fraud?")
    (assignment,) = assignments(look, registry)
    assert assignment["properties"]["description"] == "gridplane-environment: private"

    push(azure, image, content="another build under the same tag")
    assert finish(api, api.act("private", "repair"))["status"] == "Succeeded"
    assert running_image(look, environment) == f"{HOST}/llm@{digest}"

    assert delete(api, "private")["status"] == "Succeeded"
    assert assignments(look, registry) == [], "none is left at the registry"


def test_an_app_that_may_not_assign_the_role_says_what_to_run_and_goes_on_when_it_is_done(
    api: Api, azure: SimulatedAzure, stack: Stack, registry: str
):
    look, image = Look(azure, stack), f"{HOST}/llm:2"
    push(azure, image)
    azure.add_fault(MAY_NOT_ASSIGN)
    body = spec_body(name="barred", workload=workload_of(image, registry, "barred"))
    failed = finish(api, api.create_environment(body))
    assert (failed["status"], failed["error"]["code"]) == ("Failed", "RoleNotAssigned")
    action = failed["error"]["suggestedAction"]
    assert action.startswith("Run: az role assignment create --assignee-object-id ")
    assert f'--role "AcrPull" --scope {registry}, then retry the operation' in action
    (step,) = [each for each in failed["steps"] if each["status"] == "Failed"]
    assert step["name"] == "cell/westeurope/registryAccess"

    cluster_id = next(each for each in leftovers(azure, "barred") if "managedClusters" in each)
    properties = look.at_arm("/".join(cluster_id.split("/")[:9]), "2026-08-01")["properties"]
    kubelet = properties["identityProfile"]["kubeletidentity"]["objectId"]
    assert f"--assignee-object-id {kubelet} " in action
    granted = {"name": "acmeml", "group": "shared", "pullers": [kubelet]}
    azure.put("/_simulator/registries", json=granted).raise_for_status()
    assert finish(api, api.act("barred", "retry"))["status"] == "Succeeded"
    azure.clear_faults()
    assert delete(api, "barred")["status"] == "Succeeded"


def test_an_image_that_is_not_there_is_refused_before_anything_is_built(
    api: Api, azure: SimulatedAzure, registry: str
):
    push(azure, f"{HOST}/llm:3")
    wrong = workload_of(f"{HOST}/llm:wrong-tag", registry, "typo")
    body = spec_body(name="typo", workload=wrong)
    plan = api.post("/plans", json=body).raise_for_status().json()
    (failed,) = [each for each in plan["checks"] if each["verdict"] == "fail"]
    assert (failed["code"], failed["target"]) == ("ImageNotFound", "workload.image")
    assert failed["message"].startswith(f"workload.image {HOST}/llm:wrong-tag ")
    refused = api.post("/environments", json=body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "ImageNotFound")
    assert refused.json()["error"]["message"] == failed["message"]
    assert api.get("/environments/typo").status_code == 404
    assert leftovers(azure, "typo") == []

    push(azure, f"{HOST}/llm:wrong-tag")
    assert api.post("/plans", json=body).json()["verdict"] == "ok", "it is looked up again"
