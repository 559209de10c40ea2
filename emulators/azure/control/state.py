"""The whole state of simulated Azure in one JSON document."""

from typing import Any

from emulators.azure.aks.state import ManagedCluster
from emulators.azure.arm.operations import Operation
from emulators.azure.arm.resources import Resource
from emulators.azure.azure import SimulatedAzure
from emulators.azure.kubernetes.addresses import Frontend
from emulators.azure.resource_groups.models import GROUP_TYPE


def state(azure: SimulatedAzure) -> dict[str, Any]:
    platform = azure.platform
    resources = platform.resources.all()
    groups = [each for each in resources if each.type == GROUP_TYPE]
    others = [each for each in resources if each.type != GROUP_TYPE]
    return {
        "now": platform.clock.now().isoformat(),
        "resourceGroups": [_resource(group) for group in groups],
        "resources": {each.id: _resource(each) for each in others},
        "clusters": [_cluster(each) for each in azure.clusters.all()],
        "publicAddresses": [_address(each) for each in azure.addresses.frontends()],
        "operations": [_operation(each) for each in platform.operations.all()],
    }


def _resource(resource: Resource) -> dict[str, Any]:
    return {
        "id": resource.id,
        "name": resource.name,
        "type": resource.type,
        "location": resource.body.get("location"),
        "tags": resource.body.get("tags") or {},
        "createdAt": resource.created_at.isoformat(),
        "provisioningState": resource.state,
    }


def _cluster(cluster: ManagedCluster) -> dict[str, Any]:
    return {
        "id": cluster.resource.id,
        "kubernetesPath": f"/kubernetes/{cluster.api_id}",
        "isServing": cluster.is_serving,
        **cluster.kubernetes.summary(),
    }


def _address(frontend: Frontend) -> dict[str, Any]:
    return {
        "ip": frontend.ip,
        "region": frontend.region,
        "dnsLabel": frontend.dns_label,
        "hostName": frontend.host_name,
        "cluster": frontend.cluster.name,
        "namespace": frontend.namespace,
        "service": frontend.service,
    }


def _operation(operation: Operation) -> dict[str, Any]:
    return {
        "id": operation.id,
        "name": operation.work.name,
        "status": operation.status,
        "startedAt": operation.started_at.isoformat(),
        "endedAt": operation.ended_at and operation.ended_at.isoformat(),
        "error": operation.error,
    }
