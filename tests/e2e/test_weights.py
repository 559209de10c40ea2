"""Weights of a model: from a storage account into its pods, by a role that goes with them."""

from dataclasses import dataclass
from typing import Any

import pytest

from domain.catalog.roles import STORAGE_BLOB_DATA_READER
from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.kubeconfig import ARM_RESOURCE, fetch_token
from emulators.stack.stack import Stack
from tests.e2e.looks import AKS, Look
from tests.e2e.stories import delete, finish, provision
from tests.support.specs import spec_body

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
        return f"az://{self.name}/weights/fraud-llm/7"

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
    return Account(azure, stack, "acmemodels").create()


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
