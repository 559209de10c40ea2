"""Clusters, pools and operations as AKS writes them."""

from datetime import datetime
from typing import Any

from emulators.azure.aks import pool_bodies
from emulators.azure.aks.state import ManagedCluster
from emulators.azure.arm.operations import FAILED, Operation
from emulators.azure.arm.resources import Resource

GRANULAR_OPERATION_VERSION = "2025-03-01"
PLAIN_OPERATION_VERSION = "2016-03-30"

LAST_WITHOUT_ETAGS = "2025-08-01"
"""Recorded with it: no etags, and none of what is younger."""
_YOUNGER = ("enableFIPS", "hostedSystemProfile")


def cluster_wire(
    cluster: ManagedCluster, pools: list[Resource], api_version: str
) -> dict[str, Any]:
    """What is just being accepted has no etag yet."""
    resource = cluster.resource
    body = resource.body
    is_new = cluster.busy is not None and cluster.busy.operation is None
    has_etags = _knows_etags(api_version) and not (is_new and resource.state == "Creating")
    profiles = [
        {"name": pool.name, **_pool_properties(cluster, pool, has_etags)} for pool in pools
    ]
    shown = {
        "id": resource.id.replace("/resourceGroups/", "/resourcegroups/"),
        "location": body["location"],
        "name": resource.name,
        "type": "Microsoft.ContainerService/ManagedClusters",
        "kind": body["kind"],
        "properties": {
            "provisioningState": resource.state,
            **_known(resource.properties, api_version),
            "agentPoolProfiles": profiles,
        },
        "sku": body["sku"],
        **({"eTag": resource.etag} if has_etags else {}),
    }
    optional = {name: body[name] for name in ("tags", "identity") if body.get(name) is not None}
    return shown | optional


def pool_wire(cluster: ManagedCluster, pool: Resource, api_version: str) -> dict[str, Any]:
    return {
        "id": pool.id.replace("/resourceGroups/", "/resourcegroups/"),
        "name": pool.name,
        "type": pool.type,
        "properties": _pool_properties(cluster, pool, _knows_etags(api_version)),
    }


def operation_wire(operation: Operation, api_version: str, now: datetime) -> dict[str, Any]:
    """A poll's body. An `error` beside a status other than Failed means nothing."""
    granular = api_version >= GRANULAR_OPERATION_VERSION
    body: dict[str, Any] = {
        "name": operation.id,
        "status": operation.detailed_status(now) if granular else operation.status,
        "startTime": _seven_digits(operation.started_at),
    }
    if operation.ended_at is not None:
        body["endTime"] = _seven_digits(operation.ended_at)
    error = operation.error if operation.status == FAILED else operation.work.stray_error
    if error is not None:
        body["error"] = error
    return body


def _knows_etags(api_version: str) -> bool:
    return api_version > LAST_WITHOUT_ETAGS


def _known(properties: dict[str, Any], api_version: str) -> dict[str, Any]:
    unknown = () if _knows_etags(api_version) else _YOUNGER
    return {name: value for name, value in properties.items() if name not in unknown}


def _pool_properties(cluster: ManagedCluster, pool: Resource, has_etag: bool) -> dict[str, Any]:
    shown = pool_bodies.shown_properties(pool.properties, pool.state, cluster.node_count(pool))
    if has_etag:
        shown["eTag"] = pool.etag
    # The pools of a stopped cluster show its power state: assumed.
    return {**shown, "powerState": {"code": "Stopped"}} if cluster.is_stopped else shown


def _seven_digits(moment: datetime) -> str:
    """Azure's times have seven digits after the point, one more than most parsers expect."""
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}0Z"
