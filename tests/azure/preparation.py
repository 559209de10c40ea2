"""What has to hold in the subscription before a run: providers, a feature, quota, a role."""

import base64
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.arm.managed_cluster import SYSTEM_NODE_COUNT
from domain.catalog.gpu_skus import find_gpu_sku
from tests.azure.azure import Azure, describe
from tests.azure.wire import RecordedClients

PROVIDERS = (
    *("Microsoft.ContainerService", "Microsoft.Cdn", "Microsoft.Network", "Microsoft.Compute"),
)
PROVIDERS_VERSION = "2021-04-01"
FEATURE = "EncryptionAtHost"
FEATURES_VERSION = "2021-07-01"
USAGES_VERSION = "2024-07-01"
ROLES_VERSION = "2022-04-01"

CLUSTER_ADMIN = "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b"
"""Azure Kubernetes Service RBAC Cluster Admin: an Owner has no access to Kubernetes."""

VCPUS_OF_A_SYSTEM_NODE = 4
SYSTEM_FAMILY = "standardDDSv5Family"
"""Of the system nodes and of the stand-in of the GPU node."""
VCPUS_OF_THE_STAND_IN = 2


class NotReady(Exception):
    """The subscription lacks something; the message says how to get it."""


@dataclass(frozen=True, slots=True)
class Quota:
    """vCPUs that are left, by family; `cores` is the region."""

    left: Mapping[str, int]

    def lack_for_system(self) -> str:
        needed = SYSTEM_NODE_COUNT * VCPUS_OF_A_SYSTEM_NODE + VCPUS_OF_THE_STAND_IN
        return self._lack({SYSTEM_FAMILY: needed, "cores": needed})

    def lack_for_gpu(self, vm_size: str) -> str:
        sku = find_gpu_sku(vm_size)
        if sku is None:
            return f"{vm_size} is no GPU size that Gridplane knows"
        system = SYSTEM_NODE_COUNT * VCPUS_OF_A_SYSTEM_NODE
        return self._lack({sku.family: sku.vcpus, "cores": system + sku.vcpus})

    def _lack(self, needed: Mapping[str, int]) -> str:
        known = {name.lower(): left for name, left in self.left.items()}
        return ", ".join(
            f"{name}: {count} vCPUs needed, {known.get(name.lower(), 0)} left"
            for name, count in needed.items()
            if known.get(name.lower(), 0) < count
        )


async def check_subscription(clients: RecordedClients) -> None:
    """Raises NotReady."""
    subscription = f"/subscriptions/{clients.settings.subscription_id}"
    for name in PROVIDERS:
        path = f"{subscription}/providers/{name}"
        answer = await clients.arm("GET", path, PROVIDERS_VERSION)
        if not answer.is_success:
            raise NotReady(f"{name}: {describe(answer)}")
        if answer.body["registrationState"] != "Registered":
            raise NotReady(
                f"Register the provider: az provider register --wait --namespace {name}"
            )
    path = f"{subscription}/providers/Microsoft.Features/providers/Microsoft.Compute/features"
    feature = await clients.arm("GET", f"{path}/{FEATURE}", FEATURES_VERSION)
    state = feature.body["properties"]["state"] if feature.is_success else "unknown"
    if state not in {"Registered", "unknown"}:
        raise NotReady(
            f"Register the feature, which takes minutes: az feature register --namespace "
            f"Microsoft.Compute --name {FEATURE}"
        )


async def read_quota(clients: RecordedClients, region: str) -> Quota:
    """Raises NotReady."""
    subscription = clients.settings.subscription_id
    path = f"/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{region}/usages"
    answer = await clients.arm("GET", path, USAGES_VERSION)
    if not answer.is_success:
        raise NotReady(f"The quota of {region} is not known: {describe(answer)}")
    entries: list[Any] = answer.body["value"]
    return Quota({e["name"]["value"]: e["limit"] - e["currentValue"] for e in entries})


async def grant_kubernetes(azure: Azure) -> str:
    """Gives the caller access to the Kubernetes of the group's clusters; empty, or why not.

    The assignment goes with the group.
    """
    subject = azure.subject
    claims = read_claims(await azure.clients.token(azure.clients.settings.arm_scope))
    principal = claims.get("oid")
    if not principal:
        return "the token names no object id"
    roles = f"/subscriptions/{subject.subscription_id}/providers/Microsoft.Authorization"
    properties = {
        "roleDefinitionId": f"{roles}/roleDefinitions/{CLUSTER_ADMIN}",
        "principalId": principal,
        "principalType": "ServicePrincipal" if claims.get("idtyp") == "app" else "User",
    }
    name = uuid.uuid5(uuid.NAMESPACE_URL, f"{subject.group_id}/{principal}")
    path = f"{subject.group_id}/providers/Microsoft.Authorization/roleAssignments/{name}"
    answer = await azure.clients.arm("PUT", path, ROLES_VERSION, {"properties": properties})
    return "" if answer.is_success else describe(answer)


def read_claims(token: str) -> Mapping[str, Any]:
    """Of a JSON web token; nothing of any other."""
    try:
        payload = token.split(".")[1]
        return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        return {}
