"""The rows of the table of errors: how each is provoked, and what Azure was seen to say.

Names are those of the test. A message that ends with an ellipsis was recorded only so far.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from emulators.azure.process import RunningSimulator
from emulators.tests.contract.arm.conftest import Arm, RawAnswer
from emulators.tests.contract.arm.test_clusters import CLUSTER, NAME, VERSION
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
    put,
    route_body,
)
from emulators.tests.support.arm_bodies import cluster_body, gpu_pool, system_pool
from emulators.tests.support.simulator import Control

CDN_VERSION = "2026-10-01"
POOL = f"{CLUSTER}/agentPools/gpu"
GROUP = "resourceGroups/gp-fraud"
WEEKLY = {"intervalWeeks": 1, "dayOfWeek": "Saturday"}
LONG = timedelta(hours=3)
"""Longer than any operation takes."""


@dataclass(frozen=True, slots=True)
class World:
    """A resource group in simulated Azure, and time that jumps."""

    arm: Arm
    control: Control
    simulator: RunningSimulator

    def pass_time(self) -> None:
        clock = self.simulator.simulator.clock
        clock.advance_to(clock.now() + LONG)

    async def aks(self, method: str, path: str, body: Any = None, **options: Any) -> RawAnswer:
        return await self.arm.call(method, path, body, **{"api_version": VERSION, **options})

    async def cdn(self, method: str, path: str) -> RawAnswer:
        return await self.arm.call(method, path, api_version=CDN_VERSION)

    async def cluster(self, **changes: Any) -> RawAnswer:
        return await self.aks("PUT", CLUSTER, cluster_body(**changes))

    async def ready_cluster(self, **changes: Any) -> None:
        accepted = await self.cluster(gpu_minimum=1, **changes)
        await self.ended(accepted)

    async def pool(self, name: str, **properties: Any) -> RawAnswer:
        body = {"properties": {**gpu_pool(), **properties}}
        return await self.aks("PUT", f"{CLUSTER}/agentPools/{name}", body)

    async def maintenance(self, name: str, schedule: Any, **changes: Any) -> RawAnswer:
        """A maintenance configuration for a cluster that is new."""
        await self.ready_cluster()
        window = {"schedule": schedule, "durationHours": 4, "startTime": "00:00", **changes}
        body = {"properties": {"maintenanceWindow": window}}
        return await self.aks("PUT", f"{CLUSTER}/maintenanceConfigurations/{name}", body)

    async def ready(self, *parts: tuple[str, Any]) -> None:
        for path, body in parts:
            await self.ended(await put(self.arm, path, body))

    async def ended(self, accepted: RawAnswer) -> None:
        assert accepted.status < 300, accepted.body
        self.pass_time()
        if "Azure-AsyncOperation" in accepted.headers:
            poll = await self.arm.poll(accepted.headers["Azure-AsyncOperation"])
            assert poll.body["status"] == "Succeeded"


@dataclass(frozen=True, slots=True)
class Expected:
    """What was seen. `cause` is `x-ms-failure-cause`; `flat` is the shape of AKS.

    AKS alone names no charset; the activity log is flat as well, and names one. A provider's
    failure names the service, its refusal nobody.
    """

    status: int
    code: str
    message: str
    flat: bool = False
    charset: bool = False
    cause: str | None = None
    more: dict[str, Any] = field(default_factory=dict[str, Any])
    headers: dict[str, str] = field(default_factory=dict[str, str])


Provoke = Callable[[World], Awaitable[RawAnswer]]
ROWS: dict[str, tuple[Provoke, Expected]] = {}


def row(name: str, expected: Expected) -> Callable[[Provoke], Provoke]:
    def register(provoke: Provoke) -> Provoke:
        ROWS[name] = (provoke, expected)
        return provoke

    return register


def aks(status: int, code: str, message: str, **more: Any) -> Expected:
    shape = {"details": None, "subcode": "", **more}
    return Expected(status, code, message, flat=True, more=shape)


def unspecified(text: str) -> list[dict[str, str]]:
    return [{"code": "Unspecified", "message": text}]


def gateway(status: int, code: str, message: str, **headers: str) -> Expected:
    return Expected(status, code, message, cause="gateway", headers=headers)


def cdn(status: int, code: str, message: str) -> Expected:
    return Expected(status, code, message)


@row(
    "AKS another operation",
    aks(
        409,
        "OperationNotAllowed",
        "Operation is not allowed: Another operation (Updating) is in progress, please wait for "
        "it to finish before starting a new operation. See "
        "https://aka.ms/aks-pending-operation for more details",
    ),
)
async def busy(world: World) -> RawAnswer:
    await world.ready_cluster()
    await world.cluster()
    return await world.aks("PUT", CLUSTER, cluster_body(), api_version="2024-09-01")


@row(
    "AKS another operation, newest wording",
    aks(
        409,
        "OperationNotAllowed",
        "Operation is not allowed because there's an in progress update managed cluster operation "
        "(operation ID: <operation>) on the managed cluster started on UTC <time>. Please wait "
        "for it to finish before starting a new operation. You can also use 'az aks "
        "operation-abort…",
    ),
)
async def busy_in_new_words(world: World) -> RawAnswer:
    await world.ready_cluster()
    await world.cluster()
    return await world.cluster()


@row(
    "AKS another pool operation",
    aks(
        409,
        "OperationNotAllowed",
        "Operation is not allowed: Another agentpool operation (gpu2 - Creating) is in progress, "
        "please wait for it to finish before starting a new operation…",
    ),
)
async def pool_busy(world: World) -> RawAnswer:
    await world.ready_cluster()
    await world.pool("gpu2")
    return await world.pool("gpu3")


@row(
    "AKS write races with a deletion",
    aks(
        409,
        "EtagMismatch",
        f"Failed to save managed cluster {NAME}. Operation is not allowed: Another operation is "
        "in progress",
        details=unspecified("rpc error: code = FailedPrecondition desc = Etag mismatched"),
        subcode="PutManagedClusterAndAgentPools_FailedPrecondition",
    ),
)
async def being_deleted(world: World) -> RawAnswer:
    await world.ready_cluster()
    await world.aks("DELETE", CLUSTER)
    return await world.cluster()


@row(
    "AKS regional quota",
    aks(
        400,
        "ErrCode_InsufficientVCPUQuota",
        "Insufficient regional vcpu quota left for location westeurope. left regional vcpu quota "
        "4, requested quota 28. If you want to increase the quota, please follow this "
        "instruction: https://learn.microsoft.com/en-us/azure/quotas/view-quotas. Surge nodes "
        "would also consume vcpu quota, …",
    ),
)
async def regional_quota(world: World) -> RawAnswer:
    await world.control.set_quota("westeurope", "cores", 4)
    return await world.cluster()


@row(
    "AKS family quota",
    aks(
        400,
        "ErrCode_InsufficientVCPUQuota",
        "Insufficient vcpu quota requested 4, remaining 3 for family Standard NCASv3_T4 Family "
        "for region westeurope. …",
    ),
)
async def family_quota(world: World) -> RawAnswer:
    await world.ready_cluster()
    await world.control.set_quota("westeurope", "Standard NCASv3_T4 Family", 3)
    return await world.pool("t4", vmSize="Standard_NC4as_T4_v3")


@row(
    "AKS VM size not allowed",
    aks(
        400,
        "BadRequest",
        "The VM size of Standard_NC6s_v3 is not allowed in your subscription in location "
        "'westeurope'. The available VM sizes are 'standard_b2ms,…",
    ),
)
async def size(world: World) -> RawAnswer:
    return await world.cluster(agentPoolProfiles=[{**system_pool(), "vmSize": "Standard_NC6s_v3"}])


@row(
    "AKS zone not supported",
    aks(
        400,
        "AvailabilityZoneNotSupported",
        "The zone(s) '2' for resource 'system' is not supported. The supported zones for "
        "location 'westeurope' are '1','3'",
        target="agentPoolProfile.availabilityZone",
    ),
)
async def zone(world: World) -> RawAnswer:
    pool = {**system_pool(), "availabilityZones": ["2"]}
    offer = {"region": "westeurope", "vmSize": pool["vmSize"], "zones": ["1", "3"]}
    await world.control.call("PUT", "/sizes", offer)
    return await world.cluster(agentPoolProfiles=[pool])


@row(
    "AKS system pool count 0",
    aks(
        400,
        "InvalidParameter",
        "The value of parameter agentPoolProfile.count is invalid. Error details: "
        "agentPoolProfile.count was 0. It must be greater or equal to minCount:1 and less than or "
        "equal to maxCount:1000. …",
        target="agentPoolProfile.count",
    ),
)
async def empty_system_pool(world: World) -> RawAnswer:
    return await world.cluster(agentPoolProfiles=[{**system_pool(), "count": 0}])


@row(
    "AKS pool without count",
    aks(
        400,
        "InvalidParameter",
        "Required parameter properties.count is missing (null).",
        target="properties.count",
    ),
)
async def no_count(world: World) -> RawAnswer:
    await world.ready_cluster()
    return await world.pool("gpu2", count=None)


@row(
    "AKS no system pool",
    aks(400, "MustDefineAtLeastOneSystemPool", "Must define at least one system pool."),
)
async def no_system_pool(world: World) -> RawAnswer:
    return await world.cluster(agentPoolProfiles=[{**system_pool(), "mode": None}])


@row(
    "AKS bad pool name",
    aks(
        400,
        "InvalidParameter",
        "The value of parameter agentPoolProfile.name is invalid…",
        target="agentPoolProfile.name",
    ),
)
async def pool_name(world: World) -> RawAnswer:
    return await world.cluster(agentPoolProfiles=[{**system_pool(), "name": "system-pool"}])


@row(
    "AKS administrator's credential, local accounts off",
    aks(
        400,
        "BadRequest",
        "Getting static credential is not allowed because this cluster is set to disable local "
        "accounts.",
    ),
)
async def static_credential(world: World) -> RawAnswer:
    await world.ready_cluster()
    return await world.aks("POST", f"{CLUSTER}/listClusterAdminCredential")


@row(
    "AKS cluster quota",
    aks(
        400,
        "ManagedClusterCountExceedsQuotaLimit",
        "Operation results in exceeding quota limits for managed clusters. Maximum allowed: 1, "
        "Current usage: 1, Additional requested: 1. …",
    ),
)
async def cluster_quota(world: World) -> RawAnswer:
    await world.control.call("PUT", "/limits", {"clustersPerRegion": 1})
    await world.cluster()
    return await world.aks("PUT", f"{CLUSTER}-2", cluster_body())


@row(
    "AKS pool missing",
    aks(
        404,
        "NotFound",
        "Could not find the agentpool: ap2 in subscription: <subscription>, resourceGroup: "
        f"gp-fraud, resourceName: {NAME}.",
        details=unspecified("rpc error: code = NotFound desc = Agent Pool not found"),
        subcode="GetAgentPool_NotFound_HCPServerError",
    ),
)
async def pool_missing(world: World) -> RawAnswer:
    await world.ready_cluster()
    return await world.aks("GET", f"{CLUSTER}/agentPools/ap2")


@row(
    "AKS cluster missing",
    gateway(
        404,
        "ResourceNotFound",
        f"The Resource 'Microsoft.ContainerService/managedClusters/{NAME}' under resource group "
        "'gp-fraud' was not found. For more details please go to "
        "https://aka.ms/ARMResourceNotFoundFix",
    ),
)
async def cluster_missing(world: World) -> RawAnswer:
    return await world.aks("GET", CLUSTER)


@row(
    "AKS cluster just deleted",
    aks(
        404,
        "NotFound",
        "Could not find managed cluster resource: …",
        details=unspecified("rpc error: code = NotFound desc = Managed Cluster not found"),
        subcode="GetManagedCluster_NotFound_HCPServerError",
    ),
)
async def cluster_just_deleted(world: World) -> RawAnswer:
    await world.ready_cluster()
    accepted = await world.aks("DELETE", CLUSTER)
    while (poll := await world.aks("GET", CLUSTER)).status == 200:
        await world.arm.poll(accepted.headers["Azure-AsyncOperation"])
    return poll


@row(
    "AKS throttled",
    Expected(
        429,
        "Throttled",
        "…",
        flat=True,
        more={"details": None, "subcode": ""},
        headers={"Retry-After": "60"},
    ),
)
async def aks_throttled(world: World) -> RawAnswer:
    await world.control.call("PUT", "/clock", {"scale": 0.001})
    await world.control.call("PUT", "/throttling", {"enabled": True})
    for _ in range(20):
        await world.aks("PUT", CLUSTER, {"location": None})
    return await world.aks("PUT", CLUSTER, {"location": None})


@row(
    "AFD profile or endpoint missing",
    gateway(
        404,
        "ResourceNotFound",
        "The Resource 'Microsoft.Cdn/profiles/gp-fraud' under resource group 'gp-fraud' was not "
        "found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
    ),
)
async def profile_missing(world: World) -> RawAnswer:
    return await world.cdn("GET", PROFILE)


@row("AFD other resource missing", cdn(404, "NotFound", "The requested resource was not found."))
async def origin_group_missing(world: World) -> RawAnswer:
    await world.ready((PROFILE, PROFILE_BODY))
    return await world.cdn("GET", ORIGINS)


@row(
    "AFD route too early",
    cdn(
        400,
        "BadRequest",
        "Please make sure that the originGroup is created successfully and at least one enabled "
        "origin is created under the origin group.",
    ),
)
async def early_route(world: World) -> RawAnswer:
    await world.ready((PROFILE, PROFILE_BODY), (ENDPOINT, ENDPOINT_BODY), (ORIGINS, GROUP_BODY))
    await put(world.arm, ORIGIN, ORIGIN_BODY)
    return await put(world.arm, ROUTE, route_body(world.arm))


@row(
    "AFD security policy, endpoint not ready",
    cdn(
        400,
        "BadRequest",
        "Endpoint 'gp-fraud' is not associated with the AFDX profile or is in a invalid "
        "provisioning state.",
    ),
)
async def endpoint_not_ready(world: World) -> RawAnswer:
    await world.ready((PROFILE, PROFILE_BODY), (WAF, PROFILE_BODY))
    await put(world.arm, ENDPOINT, ENDPOINT_BODY)
    return await put(world.arm, POLICY, policy_body(world.arm))


@row(
    "AFD security policy, no WAF policy",
    cdn(
        400,
        "BadRequest",
        "Web Application Firewall Policy being attached to AFDX profile does not exist.",
    ),
)
async def no_waf(world: World) -> RawAnswer:
    await world.ready((PROFILE, PROFILE_BODY), (ENDPOINT, ENDPOINT_BODY))
    return await put(world.arm, POLICY, policy_body(world.arm))


@row(
    "AFD last origin",
    cdn(
        400,
        "BadRequest",
        "Cannot disable or delete the last origin when the origin group is still associated with "
        "a route or a rule.…",
    ),
)
async def last_origin(world: World) -> RawAnswer:
    await world.ready((PROFILE, PROFILE_BODY), (ENDPOINT, ENDPOINT_BODY), (ORIGINS, GROUP_BODY))
    await world.ready((ORIGIN, ORIGIN_BODY), (ROUTE, route_body(world.arm)))
    return await world.cdn("DELETE", ORIGIN)


@row(
    "AFD profile quota",
    cdn(
        400,
        "BadRequest",
        "The number of profiles created exceeds quota. Please contact support to increase quota.",
    ),
)
async def profile_quota(world: World) -> RawAnswer:
    await world.control.call("PUT", "/limits", {"frontDoorProfiles": 1})
    await put(world.arm, PROFILE, PROFILE_BODY)
    return await put(world.arm, f"{PROFILE}-2", PROFILE_BODY)


@row("AFD endpoint host name taken", cdn(409, "Conflict", "That resource name isn't available."))
async def host_name_taken(world: World) -> RawAnswer:
    other = ENDPOINT.replace("profiles/gp-fraud", "profiles/gp-fraud-2")
    await world.ready((PROFILE, PROFILE_BODY), (f"{PROFILE}-2", PROFILE_BODY))
    await world.ready((ENDPOINT, ENDPOINT_BODY))
    return await put(world.arm, other, ENDPOINT_BODY)


@row(
    "AFD value not acceptable",
    cdn(
        400,
        "BadRequest",
        "Property 'OriginGroup.HealthProbeSettings.ProbeRequestType' cannot be set to 'HEAD1'. "
        "Acceptable values are: NotSet, GET, HEAD",
    ),
)
async def bad_choice(world: World) -> RawAnswer:
    await world.ready((PROFILE, PROFILE_BODY))
    probe = {"probeRequestType": "HEAD1"}
    return await put(world.arm, ORIGINS, {"properties": {"healthProbeSettings": probe}})


@row(
    "WAF header without selector",
    cdn(
        400,
        "BadRequest",
        'WebApplicationFirewallPolicy validation failed. More information "Selector must be set '
        'when using RequestHeader match variable".',
    ),
)
async def waf_selector(world: World) -> RawAnswer:
    rule = {"matchConditions": [{"matchVariable": "RequestHeader"}]}
    return await put(world.arm, WAF, {"properties": {"customRules": {"rules": [rule]}}})


@row(
    "WAF hyphen in the name",
    cdn(
        400,
        "BadRequest",
        'WebApplicationFirewallPolicy validation failed. More information "Policy ArmResourceId '
        'has incorrect formatting".',
    ),
)
async def waf_name(world: World) -> RawAnswer:
    return await world.arm.call("PUT", f"{WAF}-2", {"location": "global"})


@row(
    "Microsoft.Cdn throttled",
    gateway(
        429,
        "ResourceRequestsThrottled",
        "Number of requests for action 'Microsoft.Cdn/profiles/read' exceeded the limit of '50' "
        "for time interval '00:05:00'. Please try again after '<seconds>' seconds.",
    ),
)
async def cdn_throttled(world: World) -> RawAnswer:
    await world.control.call("PUT", "/throttling", {"enabled": True, "tokens": 1})
    await world.cdn("GET", PROFILE)
    return await world.cdn("GET", PROFILE)


@row(
    "child of a missing parent",
    gateway(
        404,
        "ParentResourceNotFound",
        "Failed to perform 'read' on resource(s) of type 'profiles/securitypolicies', because the "
        f"parent resource '/subscriptions/<subscription>/{PROFILE}' could not be found.",
    ),
)
async def no_parent(world: World) -> RawAnswer:
    return await world.cdn("GET", POLICY)


@row(
    "missing resource group",
    gateway(404, "ResourceGroupNotFound", "Resource group 'gp-none' could not be found."),
)
async def no_group(world: World) -> RawAnswer:
    return await world.arm.call("GET", "resourceGroups/gp-none")


@row(
    "subscription throttled",
    gateway(
        429,
        "SubscriptionRequestsThrottled",
        "Number of 'read' requests for subscription '<subscription>' actor '<principal>' "
        "exceeded. Please try again after '1' seconds after additional tokens are available. "
        "Refer to https://aka.ms/arm-throttling for additional information.",
        **{"Retry-After": "1"},
    ),
)
async def subscription_throttled(world: World) -> RawAnswer:
    await world.control.call("PUT", "/clock", {"scale": 0.001})
    await world.control.call("PUT", "/throttling", {"enabled": True, "tokens": 0})
    return await world.arm.call("GET", GROUP)


@row(
    "AKS stop when stopped",
    aks(
        400,
        "OperationNotAllowed",
        "managed cluster is in Provisioning State(Succeeded) and Power State(Stopped), stopping "
        "cannot be performed",
    ),
)
async def stopped_twice(world: World) -> RawAnswer:
    await world.ready_cluster()
    await world.ended(await world.aks("POST", f"{CLUSTER}/stop"))
    return await world.aks("POST", f"{CLUSTER}/stop")


@row(
    "AKS maintenance configuration name",
    aks(
        400,
        "InvalidParameter",
        "Only 'default', 'aksManagedAutoUpgradeSchedule' and 'aksManagedNodeOSUpgradeSchedule' "
        "are allowed configNames for maintenance configuration.",
    ),
)
async def maintenance_name(world: World) -> RawAnswer:
    return await world.maintenance("nightly", {"weekly": WEEKLY})


@row(
    "AKS default maintenance other than weekly",
    aks(
        400,
        "InvalidParameter",
        "Only weekly schedule is supported for control plane upgrade maintenance configuration: "
        "default.",
    ),
)
async def default_maintenance(world: World) -> RawAnswer:
    return await world.maintenance("default", {"daily": {"intervalDays": 1}})


@row(
    "AKS maintenance begins in the past",
    aks(400, "InvalidParameter", "…", target="maintenanceWindow.startDate"),
)
async def maintenance_in_the_past(world: World) -> RawAnswer:
    return await world.maintenance("default", {"weekly": WEEKLY}, startDate="2020-01-01")


@row(
    "AKS maintenance configuration missing",
    aks(
        404,
        "NotFound",
        "Could not find the maintenance configuration: default in subscription: <subscription>, "
        f"resourceGroup: gp-fraud, resourceName: {NAME}.",
        details=unspecified(
            "rpc error: code = NotFound desc = Maintenance Configuration not found"
        ),
        subcode="GetMaintenanceConfiguration_NotFound",
    ),
)
async def no_maintenance(world: World) -> RawAnswer:
    await world.ready_cluster()
    return await world.aks("GET", f"{CLUSTER}/maintenanceConfigurations/default")


@row(
    "child of a missing cluster",
    gateway(
        404,
        "ResourceNotFound",
        f"The Resource 'Microsoft.ContainerService/managedClusters/{NAME}' under resource group "
        "'gp-fraud' was not found. For more details please go to "
        "https://aka.ms/ARMResourceNotFoundFix",
    ),
)
async def pool_without_cluster(world: World) -> RawAnswer:
    return await world.aks("DELETE", POOL)


@row("AKS abort when nothing runs", aks(409, "OperationNotAllowed", "…"))
async def nothing_to_abort(world: World) -> RawAnswer:
    await world.ready_cluster()
    return await world.aks("POST", f"{CLUSTER}/abort")


@row(
    "resource provider not registered",
    Expected(
        409,
        "MissingSubscriptionRegistration",
        "The subscription is not registered to use namespace 'Microsoft.Cdn'. "
        "See https://aka.ms/rps-not-found …",
        cause="gateway",
        more={"details": "Microsoft.Cdn"},
    ),
)
async def not_registered(world: World) -> RawAnswer:
    await world.arm.call("POST", "providers/Microsoft.Cdn/unregister")
    return await put(world.arm, PROFILE, PROFILE_BODY)


@row(
    "activity log, start too long ago",
    Expected(
        400,
        "BadRequest",
        "The start time cannot be more than 90 days in the past.",
        flat=True,
        charset=True,
    ),
)
async def too_long_ago(world: World) -> RawAnswer:
    events = "providers/Microsoft.Insights/eventtypes/management/values"
    query = {"$filter": "eventTimestamp ge '2020-01-01T00:00:00Z'"}
    return await world.arm.call_with(events, "2015-04-01", query)


@row(
    "body larger than 4 MB",
    gateway(
        413, "RequestContentTooLarge", "The request content size exceeds the maximum size of 4 MB."
    ),
)
async def too_large(world: World) -> RawAnswer:
    return await world.cluster(agentPoolProfiles=[system_pool(), {"name": "x" * 4 * 1024 * 1024}])


@row(
    "denied by Azure Policy",
    Expected(
        403,
        "RequestDisallowedByPolicy",
        "Resource 'gp-fraud' was disallowed by policy. Policy identifiers: '[{"
        '"policyAssignment":{"name":"no-edge","id":"/subscriptions/<subscription>/providers/'
        'Microsoft.Authorization/policyAssignments/no-edge"},'
        '"policyDefinition":{"name":"no-edge","id":"/subscriptions/<subscription>/providers/'
        "Microsoft.Authorization/policyDefinitions/no-edge\"}}]'.",
        cause="gateway",
        more={"target": "gp-fraud"},
    ),
)
async def denied_by_policy(world: World) -> RawAnswer:
    policy = {"name": "no-edge", "effect": "deny", "resourceType": "Microsoft.Cdn/profiles"}
    await world.control.call("POST", "/policies", policy)
    return await put(world.arm, PROFILE, PROFILE_BODY)
