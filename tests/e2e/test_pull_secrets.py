"""Images of a registry outside of Azure: its credentials go from the vault to the nodes alone."""

import base64
import json
import secrets as randomness
from typing import Any

import pytest

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import Stack
from tests.e2e.looks import Look
from tests.e2e.published_events import await_events
from tests.e2e.stories import delete, finish, provision, wait_until
from tests.e2e.vaults import Vault, files_with
from tests.support.specs import spec_body

HOST = "private-registry.example.com"
"""Of these tests alone: other tests pull from registry.example.com on the same stack."""
IMAGE = f"{HOST}/team/llm:1"
PODS = "/api/v1/namespaces/inference/pods"


@pytest.fixture
def vault(azure: SimulatedAzure, stack: Stack) -> Vault:
    return Vault(azure, stack, "fraud-registry").create()


@pytest.fixture
def password(azure: SimulatedAzure) -> str:
    chosen = f"pw-{randomness.token_hex(16)}"
    login = {"host": HOST, "username": "puller", "password": chosen}
    azure.put("/_simulator/private-hosts", json=login).raise_for_status()
    return chosen


def docker_config(password: str) -> tuple[str, str]:
    """As it is written into a vault, and what of it nobody may see."""
    login = base64.b64encode(f"puller:{password}".encode()).decode()
    return json.dumps({"auths": {HOST: {"auth": login}}}), login


def pulling(vault: Vault, secret: str, **workload: Any) -> dict[str, Any]:
    reference = {"keyVaultSecretId": vault.secret_id(secret)}
    named = {"image": IMAGE, "imagePullSecret": reference, "keyVaultId": vault.id}
    return {**spec_body()["workload"], **named, **workload}


def test_an_image_is_pulled_with_credentials_that_only_nodes_see(
    api: Api, azure: SimulatedAzure, stack: Stack, vault: Vault, password: str
):
    written, login = docker_config(password)
    vault.write("registry", written)
    environment = provision(api, "puller", workload=pulling(vault, "registry"))
    assert azure.ask_model(environment, "Is this fraud?")
    assert len(vault.readers("puller")) == 1
    inside = azure.send_through_edge(environment, "GET", "/environment").raise_for_status().json()
    assert inside["files"] == {}

    said = [
        api.get("/environments/puller").text,
        api.get("/environments/puller/events").text,
        api.get("/operations/puller.1").text,
        str(await_events(stack, "puller")),
        api.get(
            "/runtime/webhooks/durabletask/instances/puller.1.cell.westeurope",
            params={"showHistory": "true", "showHistoryOutput": "true", "showInput": "true"},
        ).text,
    ]
    for value in (password, login):
        assert not [each for each in said if value in each]
        assert files_with(stack.work_dir, value) == []

    public = {**spec_body()["workload"], "image": "public.example.com/llm:1"}
    without = spec_body(name="puller", workload=public)
    assert finish(api, api.replace_environment(without))["status"] == "Succeeded"
    look, cluster = Look(azure, stack), environment["cells"][0]["clusterId"]

    def holders() -> list[str]:
        found = [each["metadata"]["name"] for each in look.into_cluster(cluster, PODS)["items"]]
        return [each for each in found if "pull-secret" in each]

    wait_until(lambda: not holders())
    assert delete(api, "puller")["status"] == "Succeeded"


def test_a_pull_without_valid_credentials_says_what_to_write_and_a_retry_goes_on(
    api: Api, vault: Vault, password: str
):
    """Each retry meets what was written last: its error takes the place of the one before."""

    def refused(operation_id: str, code: str, fix: str, value: str = "") -> None:
        operation = finish(api, operation_id)
        assert (operation["status"], operation["error"]["code"]) == ("Failed", code), operation
        assert fix in str(operation["error"])
        if value:
            assert value not in str(operation)

    def retry_with(value: str) -> str:
        vault.write("unwritten", value)
        return api.act("pull-retried", "retry")

    body = spec_body(name="pull-retried", workload=pulling(vault, "unwritten"))
    begun = api.create_environment(body)
    refused(begun, "SecretNotFound", "az keyvault secret set --vault-name")
    refused(retry_with("hf_token"), "ImagePullSecretInvalid", "docker login", "hf_token")
    wrong = docker_config("wrong")[0]
    refused(retry_with(wrong), "ImagePullFailed", "refuses the credentials", wrong)

    retried = finish(api, retry_with(docker_config(password)[0]))
    assert retried["status"] == "Succeeded", retried["error"]
    assert delete(api, "pull-retried")["status"] == "Succeeded"


def test_credentials_that_are_corrected_in_time_need_no_other_operation(
    api: Api, vault: Vault, password: str
):
    vault.write("late", docker_config("wrong")[0])
    operation_id = api.create_environment(
        spec_body(name="pull-late", workload=pulling(vault, "late"))
    )
    wait_until(lambda: "refuses the credentials" in api.get(f"/operations/{operation_id}").text)
    vault.write("late", docker_config(password)[0])
    operation = finish(api, operation_id)
    assert operation["status"] == "Succeeded", operation["error"]
    assert delete(api, "pull-late")["status"] == "Succeeded"
