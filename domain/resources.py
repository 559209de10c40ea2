"""The ARM resources of an environment: api-version, id, body and limit of each kind, in one table.

Another Azure resource is another row here; beginning, waiting and deleting need no new code.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from domain import arm_bodies, deadlines, front_door_bodies, naming
from domain.polling import PollKind
from domain.spec import EnvironmentSpec

type Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """One resource of one environment. `region` is empty for the parts of the edge."""

    kind: str
    environment: str
    region: str
    subscription_id: str


@dataclass(frozen=True, slots=True)
class ResourceKind:
    api_version: str
    pace: PollKind
    create_timeout: float
    delete_timeout: float
    build_id: Callable[[Target], str]
    build_body: Callable[[EnvironmentSpec, Target], Body]
    read_result: Callable[[Body], Body] = lambda body: {}
    is_current: Callable[[Body, Body], bool] | None = None
    """None: PUT it again; Front Door answers an unchanged PUT with 200 and starts nothing."""


def _resource_group_id(target: Target) -> str:
    name = target.environment
    group = (
        naming.cell_resource_group(name, target.region)
        if target.region
        else naming.edge_resource_group(name)
    )
    return naming.resource_group_id(target.subscription_id, group)


def _front_door(
    build_id: Callable[[str, str], str],
    build_body: Callable[[EnvironmentSpec, Target], Body],
    read_result: Callable[[Body], Body] = lambda body: {},
) -> ResourceKind:
    return ResourceKind(
        api_version="2026-10-01",
        pace=PollKind.FRONT_DOOR,
        create_timeout=deadlines.FRONT_DOOR,
        delete_timeout=deadlines.FRONT_DOOR,
        build_id=lambda t: build_id(t.subscription_id, t.environment),
        build_body=build_body,
        read_result=read_result,
    )


KINDS: Mapping[str, ResourceKind] = {
    "resourceGroup": ResourceKind(
        api_version="2025-04-01",
        pace=PollKind.RESOURCE_GROUP,
        create_timeout=deadlines.RESOURCE_GROUP,
        delete_timeout=deadlines.RESOURCE_GROUP_DELETE,
        build_id=_resource_group_id,
        build_body=lambda spec, t: arm_bodies.build_resource_group(
            spec, t.region or spec.regions[0]
        ),
    ),
    "managedCluster": ResourceKind(
        api_version="2026-08-01",
        pace=PollKind.AKS,
        create_timeout=deadlines.MANAGED_CLUSTER,
        delete_timeout=deadlines.MANAGED_CLUSTER_DELETE,
        build_id=lambda t: naming.cluster_id(t.subscription_id, t.environment, t.region),
        build_body=lambda spec, t: arm_bodies.build_managed_cluster(
            spec, t.region, t.subscription_id
        ),
        read_result=lambda body: {"fqdn": body["properties"].get("fqdn", "")},
        is_current=arm_bodies.is_cluster_current,
    ),
    "profile": _front_door(
        naming.profile_id,
        lambda spec, t: front_door_bodies.build_profile(spec),
        lambda body: {"frontDoorId": body["properties"].get("frontDoorId", "")},
    ),
    "endpoint": _front_door(
        naming.endpoint_id,
        lambda spec, t: front_door_bodies.build_endpoint(spec),
        lambda body: {"hostName": body["properties"]["hostName"]},
    ),
    "originGroup": _front_door(
        naming.origin_group_id, lambda spec, t: front_door_bodies.build_origin_group(spec)
    ),
    "origin": ResourceKind(
        api_version="2026-10-01",
        pace=PollKind.FRONT_DOOR,
        create_timeout=deadlines.ORIGIN,
        delete_timeout=deadlines.FRONT_DOOR,
        build_id=lambda t: naming.origin_id(t.subscription_id, t.environment, t.region),
        build_body=lambda spec, t: front_door_bodies.build_origin(
            spec, t.region, t.subscription_id
        ),
    ),
    "route": _front_door(
        naming.route_id,
        lambda spec, t: front_door_bodies.build_route(spec, t.subscription_id),
    ),
    "securityPolicy": _front_door(
        naming.security_policy_id,
        lambda spec, t: front_door_bodies.build_security_policy(spec, t.subscription_id),
    ),
    "wafPolicy": ResourceKind(
        api_version="2025-10-01",
        pace=PollKind.FRONT_DOOR,
        create_timeout=deadlines.FRONT_DOOR,
        delete_timeout=deadlines.FRONT_DOOR,
        build_id=lambda t: naming.waf_policy_id(t.subscription_id, t.environment),
        build_body=lambda spec, t: front_door_bodies.build_waf_policy(spec),
    ),
}


def is_foreign(existing: Mapping[str, Any], environment: str) -> bool:
    """Whether a resource that can carry tags carries others than ours: never touch those."""
    if "tags" not in existing:
        return False
    tags: Mapping[str, str] = existing["tags"] or {}
    ours = (tags.get("managed-by"), tags.get("environment"))
    return ours != (naming.MANAGED_BY, environment)


def is_in_motion(existing: Mapping[str, Any]) -> bool:
    """Whether an operation on it still runs: a second PUT would be refused or supersede it."""
    state = str(existing.get("properties", {}).get("provisioningState", "Succeeded"))
    return state.lower() not in {"succeeded", "failed", "canceled"}
