"""Weights of a model: blobs, by a role that goes with them, or an image of a registry."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pytest

from domain.catalog.roles import STORAGE_BLOB_DATA_READER
from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.kubeconfig import ARM_RESOURCE, fetch_token
from emulators.stack.stack import Stack
from tests.e2e.looks import AKS, Look
from tests.e2e.registries import push, set_up_registry
from tests.e2e.stories import delete, finish, leftovers, provision
from tests.support.specs import spec_body

CONTAINER, FOLDER = "weights", "fraud-llm/7"
FILES = {"config.json": "{}", "model.safetensors": "seven billion"}
HOST = "acmeweights.azurecr.io"
STORAGE = "2024-01-01"
ROLES = "2022-04-01"


@dataclass(frozen=True, slots=True)
class Account:
    azure: SimulatedAzure
    stack: Stack
    name: str

    @property
    def id(self) -> str:
        return f"{self._group}/providers/Microsoft.Storage/storageAccounts/{self.name}"

    @property
    def source(self) -> str:
        return f"az://{self.name}/{CONTAINER}/{FOLDER}"

    def upload(self, files: Mapping[str, str] = FILES) -> str:
        """All that is in the folder from now on, with a manifest of FILES. Its digest."""
        lines = [f"{sha256(text.encode()).hexdigest()}  {name}\n" for name, text in FILES.items()]
        manifest = "".join(lines)
        blobs = {f"{FOLDER}/{k}": v for k, v in {"SHA256SUMS": manifest, **files}.items()}
        body = {"account": self.name, "container": CONTAINER, "files": blobs}
        self.azure.put("/_simulator/blobs", json=body).raise_for_status()
        return f"sha256:{sha256(manifest.encode()).hexdigest()}"

    def create(self) -> "Account":
        look = Look(self.azure, self.stack)
        look.send_to_arm("PUT", self._group, "2021-04-01", {"location": "westeurope"})
        properties = {"allowSharedKeyAccess": False, "publicNetworkAccess": "Disabled"}
        body = {"location": "westeurope", "kind": "StorageV2", "properties": properties}
        look.send_to_arm("PUT", self.id, STORAGE, body)
        return self

    def readers(self, environment: str) -> list[dict[str, Any]]:
        """The role assignments at the account that are marked for an environment."""
        answer = self.azure.get(
            f"{self.id}/providers/Microsoft.Authorization/roleAssignments",
            params={"api-version": ROLES},
            headers={"Authorization": f"Bearer {self._token()}"},
        )
        found = [each["properties"] for each in answer.raise_for_status().json()["value"]]
        return [each for each in found if f" {environment}" in str(each["description"])]

    def _token(self) -> str:
        return fetch_token(self.azure, self.stack.describe(), ARM_RESOURCE)

    @property
    def _group(self) -> str:
        subscription = self.stack.simulator["subscriptionId"]
        return f"/subscriptions/{subscription}/resourceGroups/team-models"


@pytest.fixture
def account(azure: SimulatedAzure, stack: Stack) -> Account:
    created = Account(azure, stack, "acmemodels").create()
    created.upload()
    return created


def reading(account: Account, **more: Any) -> dict[str, Any]:
    model = {"name": "fraud-llm", "version": "7", "source": account.source, "sizeGiB": 16}
    return {**spec_body()["workload"], "model": {**model, **more}}


def test_weights_are_mounted_by_a_role_that_goes_with_the_environment(
    api: Api, azure: SimulatedAzure, stack: Stack, account: Account
):
    workload = reading(account, storageAccountId=account.id)
    environment = provision(api, "weighty", workload=workload)
    assert environment["spec"]["workload"]["startup"]["timeoutMinutes"] == 20
    (role,) = account.readers("weighty")
    assert role["roleDefinitionId"].endswith(STORAGE_BLOB_DATA_READER)
    cluster = Look(azure, stack).at_arm(environment["cells"][0]["clusterId"], AKS)
    assert cluster["properties"]["storageProfile"]["blobCSIDriver"] == {"enabled": True}
    seen = azure.send_through_edge(environment, "GET", "/environment").raise_for_status().json()
    assert "MODEL_PATH" in seen["variables"]
    read = {name: seen["files"][f"/mnt/weights/{name}"] for name in FILES}
    assert read == {name: sha256(text.encode()).hexdigest() for name, text in FILES.items()}

    assert delete(api, "weighty")["status"] == "Succeeded"
    assert account.readers("weighty") == [], "the role does not outlive the environment"


def test_without_the_role_the_step_says_what_is_missing(api: Api, account: Account):
    body = spec_body(name="weightless", workload=reading(account))
    operation = finish(api, api.create_environment(body))
    assert operation["status"] == "Failed"
    error = operation["error"]
    assert error["code"] == "WeightsForbidden"
    assert "workload.model.storageAccountId" in str(error)
    assert delete(api, "weightless")["status"] == "Succeeded"


def test_weights_of_another_digest_do_not_start_until_the_right_ones_are_there(
    api: Api, account: Account
):
    digest = account.upload({**FILES, "config.json": '{"auto_map": "evil.py"}'})
    workload = reading(account, storageAccountId=account.id, digest=digest)
    failed = finish(api, api.create_environment(spec_body(name="tampered", workload=workload)))
    assert failed["status"] == "Failed"
    assert failed["error"]["code"] == "WeightsDigestMismatch"
    assert "config.json: FAILED" in failed["error"]["message"]
    assert "upload the right files" in failed["error"]["suggestedAction"]

    account.upload()
    retried = finish(api, api.act("tampered", "retry"))
    assert retried["status"] == "Succeeded", retried["error"]
    assert api.get_environment("tampered")["phase"] == "Ready"
    assert delete(api, "tampered")["status"] == "Succeeded"


@pytest.fixture
def registry(azure: SimulatedAzure, stack: Stack) -> str:
    return set_up_registry(azure, stack, "acmeweights")


def of_image(reference: str, **more: Any) -> dict[str, Any]:
    model = {"name": "fraud-llm", "version": "7", "source": f"oci://{reference}"}
    return {**spec_body()["workload"], "model": model, **more}


def pulls(look: Look, environment: dict[str, Any], reference: str) -> list[str]:
    """What the kubelets said of the weights, the oldest first."""
    path = "/api/v1/namespaces/inference/events"
    events = look.into_cluster(environment["cells"][0]["clusterId"], path)["items"]
    said = [each for each in events if each["reason"] == "Pulled" and reference in each["message"]]
    return [each["message"] for each in sorted(said, key=lambda each: each["firstTimestamp"])]


def test_weights_of_a_registry_are_pulled_once_for_each_node(
    api: Api, azure: SimulatedAzure, stack: Stack, registry: str
):
    look, digest = Look(azure, stack), push(azure, f"{HOST}/weights:7")
    reference = f"{HOST}/weights@{digest}"
    environment = provision(api, "layered", workload=of_image(reference, registry=registry))
    assert azure.ask_model(environment, "Is this fraud?")
    seen = azure.send_through_edge(environment, "GET", "/environment").raise_for_status().json()
    assert "MODEL_PATH" in seen["variables"]
    cold = pulls(look, environment, reference)
    assert [each.partition(" image ")[0] for each in cold] == ["Successfully pulled"]

    changed = of_image(reference, registry=registry, env={"MAX_BATCH": "32"})
    updated = finish(api, api.replace_environment(spec_body(name="layered", workload=changed)))
    assert updated["status"] == "Succeeded", updated["error"]
    warm = pulls(look, environment, reference)[len(cold) :]
    assert warm == [f'Container image "{reference}" already present on machine']
    assert delete(api, "layered")["status"] == "Succeeded"


def test_weights_that_the_registry_does_not_have_are_refused_before_anything_is_built(
    api: Api, azure: SimulatedAzure, registry: str
):
    push(azure, f"{HOST}/weights:7")
    workload = of_image(f"{HOST}/weights@sha256:{'0' * 64}", registry=registry)
    refused = api.post("/environments", json=spec_body(name="nowhere", workload=workload))
    error = refused.json()["error"]
    assert (refused.status_code, error["code"]) == (409, "WeightsNotFound")
    assert error["message"].startswith(f"workload.model.source {HOST}/weights@")
    assert leftovers(azure, "nowhere") == []
    assert api.get("/environments/nowhere").status_code == 404


def test_weights_that_nodes_cannot_pull_are_told_from_the_image(
    api: Api, azure: SimulatedAzure, registry: str
):
    reference = f"{HOST}/weights@{push(azure, f'{HOST}/weights:7')}"
    body = spec_body(name="unpulled", workload=of_image(reference))
    failed = finish(api, api.create_environment(body))
    assert (failed["status"], failed["error"]["code"]) == ("Failed", "WeightsForbidden")
    assert "workload.registry" in failed["error"]["suggestedAction"]

    named = spec_body(name="unpulled", workload=of_image(reference, registry=registry))
    updated = finish(api, api.replace_environment(named))
    assert updated["status"] == "Succeeded", updated["error"]
    assert delete(api, "unpulled")["status"] == "Succeeded"
