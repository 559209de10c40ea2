"""Each write as it was recorded: how it is accepted, where it leads to, and what it leaves.

A row is one operation of real Azure with its status, the addresses of its operation, its
`Retry-After`, the state that the first answer shows, and the resource after its end.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from emulators.tests.contract.arm.conftest import Arm, RawAnswer
from emulators.tests.contract.arm.test_clusters import CLUSTER
from emulators.tests.contract.arm.test_clusters import VERSION as AKS
from emulators.tests.contract.arm.test_custom_domains import BODY as DOMAIN_BODY
from emulators.tests.contract.arm.test_custom_domains import DOMAIN
from emulators.tests.contract.arm.test_front_door import (
    ENDPOINT,
    ENDPOINT_BODY,
    GROUP_BODY,
    ORIGIN,
    ORIGIN_BODY,
    ORIGINS,
    POLICY,
    PROFILE,
    PROFILE_BODY,
    ROUTE,
    WAF,
    policy_body,
    put_and_wait,
    route_body,
)
from emulators.tests.contract.arm.test_front_door import VERSION as CDN
from emulators.tests.support.arm_bodies import cluster_body, gpu_pool, system_pool
from emulators.tests.support.simulator import Control

POOL = f"{CLUSTER}/agentPools/gpu"
MANUAL = {"enableAutoScaling": False, "minCount": None, "maxCount": None}
ENDED = ("Succeeded", "Failed", "Canceled")

Body = Callable[[Arm], Any]
Setup = Callable[[Arm], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Row:
    """`seconds` is the least that the accepting call was recorded to take."""

    setup: Setup
    call: str
    path: str
    body: Any
    status: int
    location: bool = False
    operation: bool = True
    state: str | None = None
    after: str | None = "Succeeded"
    seconds: float = 0.0

    @property
    def is_aks(self) -> bool:
        return "ContainerService" in self.path

    @property
    def version(self) -> str:
        return AKS if self.is_aks else "2025-10-01" if self.path == WAF else CDN

    @property
    def resource(self) -> str:
        """An action is called below the resource that it changes."""
        return self.path.rpartition("/")[0] if self.call == "POST" else self.path


async def nothing(arm: Arm) -> None:
    await arm.call("PUT", "resourceGroups/gp-fraud", {"location": "westeurope"})


async def a_cluster(arm: Arm) -> None:
    await nothing(arm)
    await put_and_wait(arm, CLUSTER, cluster_body(gpu_minimum=1), AKS)


async def a_manual_pool(arm: Arm) -> None:
    await a_cluster(arm)
    await put_and_wait(arm, POOL, {"properties": gpu_pool(**MANUAL)}, AKS)


async def a_stopped_pool(arm: Arm) -> None:
    await a_cluster(arm)
    body = {"properties": gpu_pool(minCount=1, powerState={"code": "Stopped"})}
    await put_and_wait(arm, POOL, body, AKS)


async def a_stopped_cluster(arm: Arm) -> None:
    await a_cluster(arm)
    accepted = await arm.call("POST", f"{CLUSTER}/stop", api_version=AKS)
    await ended(arm, accepted)


async def a_cluster_being_updated(arm: Arm) -> None:
    await a_cluster(arm)
    await arm.call("PUT", CLUSTER, cluster_body(gpu_minimum=1), api_version=AKS)


async def a_pool_being_scaled(arm: Arm) -> None:
    await a_manual_pool(arm)
    await arm.call("PUT", POOL, {"properties": gpu_pool(2, **MANUAL)}, api_version=AKS)


async def a_profile(arm: Arm) -> None:
    await nothing(arm)
    await put_and_wait(arm, PROFILE, PROFILE_BODY)


async def an_endpoint(arm: Arm) -> None:
    await a_profile(arm)
    await put_and_wait(arm, ENDPOINT, ENDPOINT_BODY)


async def a_domain(arm: Arm) -> None:
    await a_profile(arm)
    await put_and_wait(arm, DOMAIN, DOMAIN_BODY)


async def origins(arm: Arm) -> None:
    await an_endpoint(arm)
    await put_and_wait(arm, ORIGINS, GROUP_BODY)


async def an_origin(arm: Arm) -> None:
    await origins(arm)
    await put_and_wait(arm, ORIGIN, ORIGIN_BODY)


async def a_route(arm: Arm) -> None:
    await an_origin(arm)
    await put_and_wait(arm, ROUTE, route_body(arm))


async def a_firewall(arm: Arm) -> None:
    await an_endpoint(arm)
    await put_and_wait(arm, WAF, PROFILE_BODY)


async def a_guarded_endpoint(arm: Arm) -> None:
    await a_firewall(arm)
    await put_and_wait(arm, POLICY, policy_body(arm))


def scaled_cluster() -> Any:
    pools = [{**system_pool(), "count": 2}, {"name": "gpu", **gpu_pool(minCount=1)}]
    return cluster_body(agentPoolProfiles=pools)


def pool(**changes: Any) -> Any:
    return {"properties": gpu_pool(**changes)}


def guarded(*patterns: str) -> Body:
    def body(arm: Arm) -> Any:
        wanted = policy_body(arm)
        wanted["properties"]["parameters"]["associations"][0]["patternsToMatch"] = list(patterns)
        return wanted

    return body


UPDATED = cluster_body(gpu_minimum=1)
UPGRADED = cluster_body(gpu_minimum=1, kubernetesVersion="1.36.2")
LONGER = {"location": "global", "sku": PROFILE_BODY["sku"]}
LONGER = {**LONGER, "properties": {"originResponseTimeoutSeconds": 60}}
TAGGED = {"tags": {"a": "b"}}
OFF = {"properties": {"enabledState": "Disabled"}}
LIGHT = {"properties": {**ORIGIN_BODY["properties"], "weight": 1}}

CLUSTERS = {
    "create": Row(nothing, "PUT", CLUSTER, UPDATED, 201, state="Creating", seconds=5),
    "update": Row(a_cluster, "PUT", CLUSTER, UPDATED, 200, state="Updating", seconds=5),
    "scale": Row(a_cluster, "PUT", CLUSTER, scaled_cluster(), 200, state="Scaling"),
    "upgrade": Row(a_cluster, "PUT", CLUSTER, UPGRADED, 200, state="Upgrading"),
    "tags": Row(a_cluster, "PATCH", CLUSTER, TAGGED, 200, state="Updating"),
    "delete": Row(a_cluster, "DELETE", CLUSTER, None, 202, True, after=None, seconds=1.2),
    "stop": Row(a_cluster, "POST", f"{CLUSTER}/stop", None, 202, True),
    "start": Row(a_stopped_cluster, "POST", f"{CLUSTER}/start", None, 202, True),
    "abort": Row(
        a_cluster_being_updated,
        *("POST", f"{CLUSTER}/abort", None, 202, True),
        state="Updating",
        after="Canceled",
    ),
}
POOLS = {
    "pool create": Row(a_cluster, "PUT", f"{POOL}2", pool(), 201, state="Creating", seconds=4.5),
    "pool update": Row(
        a_cluster, "PUT", POOL, pool(maxCount=8), 200, state="Updating", seconds=4.5
    ),
    "pool scale": Row(a_manual_pool, "PUT", POOL, pool(count=2, **MANUAL), 200, state="Scaling"),
    "pool to zero": Row(a_manual_pool, "PUT", POOL, pool(count=0, **MANUAL), 200, state="Scaling"),
    "pool stop": Row(
        a_cluster, "PUT", POOL, pool(powerState={"code": "Stopped"}), 200, state="Stopping"
    ),
    "pool start": Row(
        a_stopped_pool, "PUT", POOL, pool(powerState={"code": "Running"}), 200, state="Starting"
    ),
    "pool delete": Row(a_cluster, "DELETE", POOL, None, 202, True, after=None, seconds=0.5),
    "pool abort": Row(
        a_pool_being_scaled,
        *("POST", f"{POOL}/abort", None, 202, True),
        state="Scaling",
        after="Canceled",
    ),
    "pool image": Row(
        a_cluster,
        *("POST", f"{POOL}/upgradeNodeImageVersion", None, 202, True),
        state="UpgradingNodeImageVersion",
    ),
}
PROFILES = {
    "profile create": Row(
        nothing, "PUT", PROFILE, PROFILE_BODY, 201, state="Creating", seconds=0.9
    ),
    "profile change": Row(a_profile, "PUT", PROFILE, LONGER, 202, True, state="Succeeded"),
    "profile patch": Row(a_profile, "PATCH", PROFILE, TAGGED, 202, True, state="Succeeded"),
    "profile again": Row(a_profile, "PUT", PROFILE, PROFILE_BODY, 200, False, False, "Succeeded"),
    "profile delete": Row(a_route, "DELETE", PROFILE, None, 202, True, after=None),
}
ENDPOINTS = {
    "endpoint create": Row(a_profile, "PUT", ENDPOINT, ENDPOINT_BODY, 201, state="Creating"),
    "endpoint change": Row(
        an_endpoint, "PUT", ENDPOINT, ENDPOINT_BODY | OFF, 202, True, state="Succeeded"
    ),
    "endpoint tags": Row(
        an_endpoint, "PUT", ENDPOINT, ENDPOINT_BODY | TAGGED, 200, False, False, "Succeeded"
    ),
    "endpoint patch": Row(an_endpoint, "PATCH", ENDPOINT, OFF, 202, True, state="Succeeded"),
    "endpoint again": Row(
        an_endpoint, "PUT", ENDPOINT, ENDPOINT_BODY, 200, False, False, "Succeeded"
    ),
    "endpoint delete": Row(an_endpoint, "DELETE", ENDPOINT, None, 202, True, after=None),
}
ORIGIN_ROWS = {
    "origin group create": Row(
        a_profile, "PUT", ORIGINS, GROUP_BODY, 201, False, False, "Succeeded"
    ),
    "origin group change": Row(
        origins, "PUT", ORIGINS, {"properties": {}}, 202, True, state="Updating"
    ),
    "origin group again": Row(origins, "PUT", ORIGINS, GROUP_BODY, 200, False, False, "Succeeded"),
    "origin group delete": Row(origins, "DELETE", ORIGINS, None, 202, True, after=None),
    "origin create": Row(origins, "PUT", ORIGIN, ORIGIN_BODY, 201, state="Creating"),
    "origin change": Row(an_origin, "PUT", ORIGIN, LIGHT, 202, True, state="Updating"),
    "origin patch": Row(
        an_origin, "PATCH", ORIGIN, {"properties": {"weight": 1}}, 202, True, state="Updating"
    ),
    "origin again": Row(an_origin, "PUT", ORIGIN, ORIGIN_BODY, 200, False, False, "Succeeded"),
    "origin delete": Row(an_origin, "DELETE", ORIGIN, None, 202, True, after=None),
}
DOMAINS = {
    "domain create": Row(a_profile, "PUT", DOMAIN, DOMAIN_BODY, 201, state="Creating"),
    "domain again": Row(a_domain, "PUT", DOMAIN, DOMAIN_BODY, 200, False, False, "Succeeded"),
    "domain delete": Row(a_domain, "DELETE", DOMAIN, None, 202, True, after=None),
}
ROUTES = {
    "route create": Row(an_origin, "PUT", ROUTE, route_body, 201, state="Creating"),
    "route change": Row(
        a_route,
        *("PUT", ROUTE, lambda arm: route_body(arm, patternsToMatch=["/v1/*"]), 202, True),
        state="Updating",
    ),
    "route patch": Row(
        a_route,
        *("PATCH", ROUTE, {"properties": {"patternsToMatch": ["/v1/*"]}}, 202, True),
        state="Updating",
    ),
    "route again": Row(a_route, "PUT", ROUTE, route_body, 200, False, False, "Succeeded"),
    "route delete": Row(a_route, "DELETE", ROUTE, None, 202, True, after=None),
}
FIREWALLS = {
    "security policy create": Row(a_firewall, "PUT", POLICY, policy_body, 201, state="Creating"),
    "security policy change": Row(
        a_guarded_endpoint, "PUT", POLICY, guarded("/a"), 202, True, state="Updating"
    ),
    "security policy again": Row(
        a_guarded_endpoint, "PUT", POLICY, policy_body, 200, False, False, "Succeeded"
    ),
    "security policy delete": Row(
        a_guarded_endpoint, "DELETE", POLICY, None, 202, True, after=None
    ),
    "WAF policy create": Row(nothing, "PUT", WAF, PROFILE_BODY, 201, False, False, "Succeeded"),
    "WAF policy change": Row(
        a_firewall, "PUT", WAF, PROFILE_BODY | TAGGED, 200, False, False, "Succeeded"
    ),
    "WAF policy delete": Row(a_firewall, "DELETE", WAF, None, 204, False, False, after=None),
}
ROWS = CLUSTERS | POOLS | PROFILES | ENDPOINTS | ORIGIN_ROWS | DOMAINS | ROUTES | FIREWALLS


async def ended(arm: Arm, accepted: RawAnswer) -> RawAnswer:
    """The last answer of the operation's status."""
    address = accepted.headers["Azure-AsyncOperation"]
    poll = await arm.call("GET", address)
    while poll.body["status"] not in ENDED:
        assert poll.status == 200
        assert "Retry-After" not in poll.headers
        poll = await arm.poll(address)
    return poll


@pytest.mark.parametrize("name", ROWS)
async def test_a_write_is_answered_as_recorded(arm: Arm, control: Control, name: str) -> None:
    row = ROWS[name]
    await row.setup(arm)
    body = row.body(arm) if callable(row.body) else row.body
    answer = await arm.call(row.call, row.path, body, api_version=row.version)
    assert answer.status == row.status, answer.body
    assert ("Azure-AsyncOperation" in answer.headers) == row.operation
    assert ("Location" in answer.headers) == row.location
    retry_after = None if row.is_aks or not row.operation else "10"
    assert answer.headers.get("Retry-After") == retry_after
    if row.state is None:
        assert answer.body is None
    else:
        assert answer.body["properties"]["provisioningState"] == row.state
    if row.operation:
        assert (await ended(arm, answer)).body["status"] == "Succeeded"
    if row.location:
        left = (await arm.call("GET", answer.headers["Location"])).status
        assert left == (204 if row.is_aks or row.after is None else 200)
    shown = await arm.call("GET", row.resource, api_version=row.version)
    if row.after is None:
        assert shown.status == 404
    else:
        assert shown.body["properties"]["provisioningState"] == row.after
    assert await seconds_of_acceptance(control) >= row.seconds


async def seconds_of_acceptance(control: Control) -> float:
    """How long the last accepting call took in simulated time."""
    delays = await control.call("GET", "/latencies")
    taken = [
        datetime.fromisoformat(each["endedAt"]) - datetime.fromisoformat(each["startedAt"])
        for each in delays
        if each["name"].startswith("ARM ")
    ]
    return taken[-1].total_seconds()
