"""Private Link: services that clusters make, and connections that Front Door asks for."""

import asyncio
from typing import Any

import pytest

from emulators.azure.azure import SimulatedAzure
from emulators.azure.front_door.edge_view import EdgeOrigin
from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.kubernetes.kinds import EVENT, SERVICE
from emulators.azure.process import RunningSimulator
from emulators.tests.contract.arm.conftest import Arm, RawAnswer
from emulators.tests.contract.arm.recorded_rows import World
from emulators.tests.contract.arm.test_clusters import CLUSTER
from emulators.tests.contract.arm.test_front_door import (
    ENDPOINT,
    ENDPOINT_BODY,
    GROUP_BODY,
    ORIGIN,
    ORIGIN_BODY,
    ORIGINS,
    PROFILE,
    PROFILE_BODY,
    ROUTE,
    put,
    route_body,
)
from emulators.tests.support.simulator import Control, eventually

VERSION = "2024-05-01"
MESSAGE = "Private link service from AFD"
PREMIUM = {**PROFILE_BODY, "sku": {"name": "Premium_AzureFrontDoor"}}
ANNOTATION = "service.beta.kubernetes.io/azure-"
PRIVATE = {
    "load-balancer-internal": "true",
    "pls-create": "true",
    "pls-name": "gp-fraud",
    "pls-visibility": "*",
}


@pytest.fixture
def world(arm: Arm, group: str, control: Control, simulator: RunningSimulator) -> World:
    return World(arm, control, simulator)


def azure_of(world: World) -> SimulatedAzure:
    return world.simulator.simulator.azure


def apply_service(world: World, annotations: dict[str, str]) -> Cluster:
    (cluster,) = (each.kubernetes for each in azure_of(world).clusters.all())
    assert isinstance(cluster, Cluster)
    named = {f"{ANNOTATION}{name}": value for name, value in annotations.items()}
    cluster.registry.create(
        SERVICE,
        "default",
        {
            "metadata": {"name": "fraud", "annotations": named},
            "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]},
        },
    )
    return cluster


def address_of(cluster: Cluster) -> str | None:
    found = cluster.service("default", "fraud") or {}
    ingress = (found.get("status") or {}).get("loadBalancer", {}).get("ingress")
    return ingress[0]["ip"] if ingress else None


def node_group(world: World) -> str:
    (cluster,) = azure_of(world).clusters.all()
    return f"resourceGroups/{cluster.resource.properties['nodeResourceGroup']}"


def service_path(world: World) -> str:
    return f"{node_group(world)}/providers/Microsoft.Network/privateLinkServices/gp-fraud"


async def network(world: World, method: str, path: str, body: Any = None) -> RawAnswer:
    return await world.arm.call(method, path, body, api_version=VERSION)


async def connected_cluster(world: World) -> Cluster:
    """A cluster with a service of Private Link."""
    await world.ready_cluster()
    cluster = apply_service(world, PRIVATE)
    await eventually(lambda: address_of(cluster))
    return cluster


def origin_body(world: World, **changes: Any) -> Any:
    link = {
        "privateLink": {"id": f"{world.arm.subscription}/{service_path(world)}"},
        "privateLinkLocation": "westeurope",
        "requestMessage": MESSAGE,
    }
    shared = {"sharedPrivateLinkResource": link, **changes}
    return {"properties": {**ORIGIN_BODY["properties"], **shared}}


async def private_edge(world: World) -> str:
    """The path of the connection that it has asked for."""
    await world.ready(
        (PROFILE, PREMIUM),
        (ENDPOINT, ENDPOINT_BODY),
        (ORIGINS, GROUP_BODY),
        (ORIGIN, origin_body(world)),
        (ROUTE, route_body(world.arm)),
    )
    world.pass_time()
    await asyncio.sleep(0)
    answer = await network(world, "GET", f"{service_path(world)}/privateEndpointConnections")
    (connection,) = answer.body["value"]
    return f"{service_path(world)}/privateEndpointConnections/{connection['name']}"


def edge_origin(world: World) -> EdgeOrigin:
    azure = azure_of(world)
    (endpoint,) = azure.platform.resources.of_type("Microsoft.Cdn/profiles/afdendpoints")
    served = azure.front_door.endpoint(endpoint.properties["hostName"])
    assert served is not None
    (origin,) = served.routes[0].origin_group.origins
    return origin


async def approve(world: World, path: str, status: str = "Approved") -> RawAnswer:
    found = await network(world, "GET", path)
    properties = found.body["properties"]
    state = {**properties["privateLinkServiceConnectionState"], "status": status}
    body = {
        "properties": {
            "privateEndpoint": properties["privateEndpoint"],
            "privateLinkServiceConnectionState": state,
        }
    }
    answer = await network(world, "PUT", path, body)
    assert answer.status == 200, answer.body
    return answer


async def test_a_service_of_a_cluster_gets_an_internal_address_and_a_private_link(
    world: World,
) -> None:
    cluster = await connected_cluster(world)
    assert str(address_of(cluster)).startswith("10.224.")
    assert azure_of(world).addresses.frontends() == []
    answer = await network(world, "GET", service_path(world))
    shown = answer.body["properties"]
    assert answer.headers["ETag"] == answer.body["etag"]
    assert shown["provisioningState"] == "Succeeded"
    assert shown["visibility"] == {"subscriptions": ["*"]}
    assert "autoApproval" not in shown
    assert shown["privateEndpointConnections"] == []
    assert shown["alias"].startswith("gp-fraud.")
    assert answer.body["tags"]["k8s-azure-owner-service"] == "default/fraud"


async def test_the_address_is_shown_once_the_private_link_is_complete(world: World) -> None:
    await world.ready_cluster()
    cluster = apply_service(world, PRIVATE)
    await eventually(
        lambda: azure_of(world).platform.resources.of_type("Microsoft.Network/privateLinkServices")
    )
    answer = await network(world, "GET", service_path(world))
    assert answer.body["properties"]["provisioningState"] == "Updating"
    assert address_of(cluster) is None
    await eventually(lambda: address_of(cluster))


async def test_a_public_address_gets_no_private_link(world: World) -> None:
    await world.ready_cluster()
    cluster = apply_service(world, {"pls-create": "true"})
    await eventually(lambda: [each for each in cluster.store.list(EVENT) if _failed(each)])
    (event, *_) = [each for each in cluster.store.list(EVENT) if _failed(each)]
    assert event["message"] == (
        "Error syncing load balancer: failed to ensure load balancer: reconcilePrivateLinkService "
        "for service(default/fraud): service requiring private link service must be internal or "
        "disable floating ip"
    )


def _failed(event: dict[str, Any]) -> bool:
    return event["reason"] == "SyncLoadBalancerFailed"


async def test_a_service_that_goes_takes_private_link_and_connections_along(world: World) -> None:
    cluster = await connected_cluster(world)
    await private_edge(world)
    cluster.registry.delete(SERVICE, "default", "fraud")
    await eventually(lambda: cluster.service("default", "fraud") is None)
    assert (await network(world, "GET", service_path(world))).status == 404


async def test_a_connection_waits_for_its_approval_and_traffic_for_more(world: World) -> None:
    await connected_cluster(world)
    path = await private_edge(world)
    shown = (await network(world, "GET", path)).body["properties"]
    assert shown["privateLinkServiceConnectionState"] == {
        "status": "Pending",
        "description": MESSAGE,
        "actionsRequired": "None",
    }
    assert "/resourceGroups/eafd-Prod-westeurope/" in shown["privateEndpoint"]["id"]
    assert edge_origin(world).private_frontend is None

    answer = await approve(world, path)
    assert answer.body["properties"]["provisioningState"] == "Updating"
    state = answer.body["properties"]["privateLinkServiceConnectionState"]
    assert state["status"] == "Approved"
    assert edge_origin(world).private_frontend is None
    await world.ended(answer)
    world.pass_time()
    await eventually(lambda: edge_origin(world).private_frontend)

    await approve(world, path, "Rejected")
    assert edge_origin(world).private_frontend is None
    assert edge_origin(world).is_private


async def test_an_origin_does_not_tell_the_state_of_its_private_link(world: World) -> None:
    await connected_cluster(world)
    path = await private_edge(world)
    await world.ended(await approve(world, path))
    origin = await world.cdn("GET", ORIGIN)
    link = origin.body["properties"]["sharedPrivateLinkResource"]
    assert (link["status"], link["groupId"]) == (None, None)


async def test_a_connection_outlives_its_profile_and_keeps_service_and_cluster(
    world: World,
) -> None:
    await connected_cluster(world)
    path = await private_edge(world)
    deleted = await world.cdn("DELETE", PROFILE)
    assert deleted.status == 202
    world.pass_time()
    await eventually(lambda: _is_gone(world, PROFILE))

    kept = await network(world, "DELETE", service_path(world))
    code = "PrivateLinkServiceWithPrivateEndpointConnectionsCannotBeDeleted"
    assert kept.error == (400, code)
    assert "since it has 1 private endpoint connection." in kept.message
    failed = await world.aks("DELETE", CLUSTER)
    world.pass_time()
    poll = await world.arm.poll(failed.headers["Azure-AsyncOperation"])
    assert (poll.body["status"], poll.body["error"]["code"]) == ("Failed", code)
    group = await world.arm.call("DELETE", "resourceGroups/gp-fraud")
    world.pass_time()
    refused = await world.arm.poll(group.headers["Location"])
    assert refused.error == (409, code)

    removed = await network(world, "DELETE", path)
    assert (removed.status, removed.headers["Retry-After"]) == (202, "10")
    await world.ended(removed)
    gone = await world.aks("DELETE", CLUSTER)
    world.pass_time()
    poll = await world.arm.poll(gone.headers["Azure-AsyncOperation"])
    assert poll.body["status"] == "Succeeded"


def _is_gone(world: World, path: str) -> bool:
    return azure_of(world).platform.resources.get(f"{world.arm.subscription}/{path}") is None


async def test_a_service_without_connections_can_be_deleted(world: World) -> None:
    await connected_cluster(world)
    deleted = await network(world, "DELETE", service_path(world))
    assert deleted.status == 202
    world.pass_time()
    assert (await world.arm.poll(deleted.headers["Location"])).status == 204
    assert (await network(world, "GET", service_path(world))).status == 404


@pytest.mark.parametrize(
    ("profile", "changes", "text"),
    [
        pytest.param(PROFILE_BODY, {}, "Premium_AzureFrontDoor", id="Standard"),
        pytest.param(
            PREMIUM,
            {"enforceCertificateNameCheck": False},
            "EnforceCertificateNameCheck must be enabled for Private Link",
            id="no name check",
        ),
        pytest.param(
            PREMIUM,
            {
                "sharedPrivateLinkResource": {
                    "privateLink": {"id": "/subscriptions/x/y"},
                    "privateLinkLocation": "westus",
                }
            },
            'The location of the Private Link "westus" is invalid or not supported',
            id="a region without it",
        ),
    ],
)
async def test_front_door_refuses_a_private_origin(
    world: World, profile: Any, changes: dict[str, Any], text: str
) -> None:
    await world.ready_cluster()
    await world.ready((PROFILE, profile), (ORIGINS, GROUP_BODY))
    refused = await put(world.arm, ORIGIN, origin_body(world, **changes))
    assert refused.error == (400, "BadRequest")
    assert text in refused.message


async def test_a_group_has_private_origins_or_public_ones(world: World) -> None:
    await connected_cluster(world)
    await world.ready((PROFILE, PREMIUM), (ORIGINS, GROUP_BODY), (ORIGIN, origin_body(world)))
    other = {"properties": {**ORIGIN_BODY["properties"], "hostName": "other.example.com"}}
    refused = await put(world.arm, f"{ORIGINS}/origins/other", other)
    assert refused.error == (400, "BadRequest")
    assert "They cannot have a mix of both" in refused.message


async def test_an_origin_of_a_service_that_is_missing_fails_later(world: World) -> None:
    await world.ready_cluster()
    await world.ready((PROFILE, PREMIUM), (ORIGINS, GROUP_BODY))
    accepted = await put(world.arm, ORIGIN, origin_body(world))
    assert accepted.status == 201
    world.pass_time()
    poll = await world.arm.poll(accepted.headers["Azure-AsyncOperation"])
    assert poll.body["status"] == "Failed"
    assert poll.body["error"]["message"].startswith("PrivateEndpointProvisioning Failed.")
