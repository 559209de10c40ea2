"""An environment's secrets: from a vault into its containers, and nowhere else."""

import secrets as randomness
from hashlib import sha256
from typing import Any

import pytest

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import Stack
from tests.e2e.published_events import await_events
from tests.e2e.stories import delete, finish, provision, wait_until
from tests.e2e.vaults import Vault, files_with
from tests.support.specs import spec_body

FILE = "/mnt/secrets/HF_TOKEN"


@pytest.fixture
def vault(azure: SimulatedAzure, stack: Stack) -> Vault:
    return Vault(azure, stack, "fraud-team").create()


def reading(vault: Vault, secret: str, **workload: Any) -> dict[str, Any]:
    named = {"HF_TOKEN": {"keyVaultSecretId": vault.secret_id(secret)}}
    return {**spec_body()["workload"], "secrets": named, "keyVaultId": vault.id, **workload}


def digest(value: str) -> str:
    return sha256(value.encode()).hexdigest()


def inside(azure: SimulatedAzure, environment: dict[str, Any]) -> tuple[str | None, str | None]:
    """Digests of the variable and of the file, as the model's container sees them."""
    seen = azure.send_through_edge(environment, "GET", "/environment").raise_for_status().json()
    return seen["variables"].get("HF_TOKEN"), seen["files"].get(FILE)


def test_a_secret_reaches_the_container_alone_and_its_rotation_the_file(
    api: Api, azure: SimulatedAzure, stack: Stack, vault: Vault
):
    old, new = (f"hf_{randomness.token_hex(16)}" for _ in range(2))
    vault.write("hf-token", old)
    environment = provision(api, "secretive", workload=reading(vault, "hf-token"))
    assert inside(azure, environment) == (digest(old), digest(old))
    assert len(vault.readers("secretive")) == 1

    vault.write("hf-token", new)
    wait_until(lambda: inside(azure, environment)[1] == digest(new))
    assert inside(azure, environment)[0] == digest(old), "until the container starts again"

    said = [
        api.get("/environments/secretive").text,
        api.get("/environments/secretive/events").text,
        api.get("/operations/secretive.1").text,
        str(await_events(stack, "secretive")),
        api.get(
            "/runtime/webhooks/durabletask/instances/secretive.1.cell.westeurope",
            params={"showHistory": "true", "showHistoryOutput": "true", "showInput": "true"},
        ).text,
    ]
    for value in (old, new):
        assert not [each for each in said if value in each]
        assert files_with(stack.work_dir, value) == []

    assert delete(api, "secretive")["status"] == "Succeeded"
    assert vault.readers("secretive") == [], "the role does not outlive the environment"


def test_a_value_in_place_of_an_id_is_refused_and_written_down_nowhere(
    api: Api, stack: Stack, vault: Vault
):
    value = f"hf_{randomness.token_hex(16)}"
    workload = {**reading(vault, "hf-token"), "secrets": {"HF_TOKEN": value}}
    refused = api.post("/environments", json=spec_body(name="talkative", workload=workload))
    assert refused.status_code == 400
    assert refused.json()["error"]["target"] == "workload.secrets.HF_TOKEN"
    assert value not in refused.text
    assert files_with(stack.work_dir, value) == []


def test_a_secret_that_is_not_there_is_named_with_what_to_do(api: Api, vault: Vault):
    body = spec_body(name="forgetful", workload=reading(vault, "never-written"))
    operation = finish(api, api.create_environment(body))
    assert operation["status"] == "Failed"
    error = operation["error"]
    assert error["code"] == "SecretNotFound"
    assert "'never-written'" in error["message"]
    fix = "az keyvault secret set --vault-name fraud-team --name never-written"
    assert fix in str(error)

    vault.write("never-written", "now it is")
    retried = finish(api, api.act("forgetful", "retry"))
    assert retried["status"] == "Succeeded"
    assert delete(api, "forgetful")["status"] == "Succeeded"
