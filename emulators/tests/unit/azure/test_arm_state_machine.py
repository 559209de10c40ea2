"""Random requests and jumps of time against ARM: whatever comes, its promises hold."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.strategies import booleans, sampled_from

from emulators.azure.aks.validation import CLUSTER_TYPE
from emulators.azure.arm.resources import Resource
from emulators.azure.front_door.kinds import NAMESPACE, PROFILE
from emulators.azure.resource_groups.models import GROUP_TYPE
from emulators.azure.server import SUBSCRIPTION_ID
from emulators.tests.support.arm_bodies import gpu_pool, system_pool
from emulators.tests.support.stepped_arm import Given, SteppedArm

GROUP = "resourceGroups/gp-fraud"
CLUSTERS = f"{GROUP}/providers/Microsoft.ContainerService/managedClusters"
POOLS = f"{CLUSTERS}/one/agentPools"
PROFILES = f"{GROUP}/providers/Microsoft.Cdn/profiles"
ENDPOINTS = f"{PROFILES}/edge/afdEndpoints"
ORIGIN_GROUPS = f"{PROFILES}/edge/originGroups"
ORIGINS = f"{ORIGIN_GROUPS}/inference/origins"
ROUTES = f"{ENDPOINTS}/edge/routes"

AKS, CDN, ARM = "2026-08-01", "2026-10-01", "2025-04-01"

MANUAL = {"enableAutoScaling": False, "minCount": None, "maxCount": None}
MOVING = ("Creating", "Updating", "Scaling", "Upgrading", "Starting", "Stopping", "Canceling")
RESTING = ("Succeeded", "Failed", "Canceled")
FIRST = ("Creating", "Succeeded")
"""An origin group, a WAF policy and a resource group are there at once."""


def is_allowed(resource: Resource, before: str, after: str) -> bool:
    """What is resting begins to move or to go; what moves comes to rest or begins to go."""
    if resource.type == PROFILE.type and {before, after} == {"Succeeded", "Failed"}:
        # Recorded: a profile shows no other state while it is being changed.
        return True
    if resource.type.startswith(NAMESPACE) and (before, after) == ("Creating", "Updating"):
        # Front Door takes a change while another one is on its way.
        return True
    if before in MOVING:
        return after in (*RESTING, "Deleting", "Canceling")
    return before in RESTING and after in (*MOVING[1:], "Deleting")


@dataclass(frozen=True, slots=True)
class Target:
    """A resource that requests are about, in two versions of its body."""

    path: str
    version: str
    bodies: tuple[Any, Any]

    @property
    def id(self) -> str:
        return f"/subscriptions/{SUBSCRIPTION_ID}/{self.path}"

    @property
    def cluster_id(self) -> str | None:
        parts = self.id.lower().split("/")
        return "/".join(parts[:9]) if "managedclusters" in parts else None


def cluster(name: str) -> Target:
    def body(tags: dict[str, str]) -> Any:
        properties = {"dnsPrefix": name, "agentPoolProfiles": [system_pool()]}
        identity = {"type": "SystemAssigned"}
        return {
            "location": "westeurope",
            "identity": identity,
            "tags": tags,
            "properties": properties,
        }

    return Target(f"{CLUSTERS}/{name}", AKS, (body({}), body({"owner": "fraud"})))


def pool(name: str) -> Target:
    bodies = [{"properties": gpu_pool(count, **MANUAL)} for count in (1, 2)]
    return Target(f"{POOLS}/{name}", AKS, (bodies[0], bodies[1]))


def origin(name: str) -> Target:
    bodies = [
        {"properties": {"hostName": f"{name}.example.com", "weight": weight}} for weight in (1, 2)
    ]
    return Target(f"{ORIGINS}/{name}", CDN, (bodies[0], bodies[1]))


def edge_part(path: str, properties: Any, changed: Any, **top: Any) -> Target:
    bodies = ({**top, "properties": properties}, {**top, "properties": changed})
    return Target(path, CDN, bodies)


SKU = {"name": "Standard_AzureFrontDoor"}
ROUTE = {
    "originGroup": {"id": f"/subscriptions/{SUBSCRIPTION_ID}/{ORIGIN_GROUPS}/inference"},
    "linkToDefaultDomain": "Enabled",
}
TARGETS = {
    "group": Target(GROUP, ARM, ({"location": "westeurope"}, {"location": "westeurope"})),
    "cluster one": cluster("one"),
    "cluster two": cluster("two"),
    "pool a": pool("a"),
    "pool b": pool("b"),
    "profile": edge_part(
        f"{PROFILES}/edge", {}, {"originResponseTimeoutSeconds": 60}, location="global", sku=SKU
    ),
    "endpoint": edge_part(
        f"{ENDPOINTS}/edge", {}, {"enabledState": "Disabled"}, location="global"
    ),
    "origin group": edge_part(
        f"{ORIGIN_GROUPS}/inference", {}, {"sessionAffinityState": "Enabled"}
    ),
    "origin one": origin("one"),
    "origin two": origin("two"),
    "route": edge_part(f"{ROUTES}/all", ROUTE, {**ROUTE, "forwardingProtocol": "HttpOnly"}),
}
PARTS = tuple(sorted(set(TARGETS) - {"group"}))
ALL = ("group", *PARTS, *PARTS)
"""With the group seldom: its deletion takes all of the rest along."""
WAITS = (0.0, 0.0, 20.0, 500.0)
"""Seconds after a request; most operations end within the longest of them."""

COLLECTIONS = {
    GROUP: (f"{GROUP}/resources", ARM),
    CLUSTERS: (CLUSTERS, AKS),
    POOLS: (POOLS, AKS),
    PROFILES: (PROFILES, CDN),
    ENDPOINTS: (ENDPOINTS, CDN),
    ORIGIN_GROUPS: (ORIGIN_GROUPS, CDN),
    ORIGINS: (ORIGINS, CDN),
    ROUTES: (ROUTES, CDN),
}


@dataclass(frozen=True, slots=True)
class Accepted:
    """A request whose operation has yet to end, and what it deletes."""

    target: Target
    url: str
    doomed: list[Resource] = field(default_factory=list[Resource])


class ArmResources(RuleBasedStateMachine):
    """Requests one after the other; operations run beside each other."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: dict[str, tuple[Resource, str]] = {}
        self.accepted: list[Accepted] = []
        self.arm = SteppedArm(self.watch)

    @property
    def resources(self) -> list[Resource]:
        return list(self.arm.simulator.azure.platform.resources.all())

    def watch(self) -> None:
        """States move along the allowed ways only."""
        now = {each.key: (each, each.state) for each in self.resources}
        for key, (resource, state) in now.items():
            before = self.seen.get(key)
            if before is None or before[0] is not resource:
                assert state in FIRST, f"{key} began as {state}"
            elif before[1] != state:
                assert is_allowed(resource, before[1], state), (
                    f"{key} went from {before[1]} to {state}"
                )
        self.seen = now

    @initialize(ready=booleans())
    def begin(self, ready: bool) -> None:
        """Most of the time something is there to begin with."""
        order = ("group", "cluster one", "profile", "endpoint", "origin group", "origin one")
        for name in order if ready else order[:1]:
            self.put(name, 0, WAITS[-1])
            assert self.find(TARGETS[name]) is not None

    @rule(name=sampled_from(ALL), version=sampled_from((0, 1)), wait=sampled_from(WAITS))
    def put(self, name: str, version: int, wait: float) -> None:
        target = TARGETS[name]
        existed, busy = self.find(target) is not None, self.is_busy(target)
        answer = self.arm.call("PUT", target.path, target.version, target.bodies[version])
        assert answer.status in (200, 201, 202, 400, 404, 409), answer
        if answer.status < 300:
            assert existed == (answer.status != 201), answer
            self.note(target, answer)
        self.check_conflict(target, answer, busy)
        self.arm.pass_time(wait)

    @rule(name=sampled_from(ALL))
    def patch(self, name: str) -> None:
        target = TARGETS[name]
        existed, busy = self.find(target) is not None, self.is_busy(target)
        answer = self.arm.call("PATCH", target.path, target.version, {"tags": {"seen": "1"}})
        assert answer.status in (200, 202, 400, 404, 405, 409), answer
        if answer.status < 300:
            assert existed
            self.note(target, answer)
        self.check_conflict(target, answer, busy)

    @rule(name=sampled_from(ALL), wait=sampled_from(WAITS))
    def delete(self, name: str, wait: float) -> None:
        target = TARGETS[name]
        found = self.find(target)
        doomed = [] if found is None else [found, *self.below(target)]
        answer = self.arm.call("DELETE", target.path, target.version)
        if found is None:
            assert answer.status in (204, 404), answer
        elif answer.status == 202:
            assert found.state == "Deleting" or not self.holds(found)
            self.note(target, answer, doomed)
        else:
            assert answer.status in (400, 409), answer
        self.arm.pass_time(wait)

    @rule(
        name=sampled_from(("cluster one", "cluster two")),
        verb=sampled_from(("stop", "start", "abort")),
        wait=sampled_from(WAITS),
    )
    def power(self, name: str, verb: str, wait: float) -> None:
        target = TARGETS[name]
        existed, busy = self.find(target) is not None, self.is_busy(target)
        answer = self.arm.call("POST", f"{target.path}/{verb}", target.version)
        assert answer.status in (202, 400, 404, 409), answer
        if answer.status == 202:
            assert existed
            assert busy == (verb == "abort")
            self.note(target, answer)
        self.arm.pass_time(wait)

    @rule(name=sampled_from(ALL))
    def get(self, name: str) -> None:
        target = TARGETS[name]
        answer = self.arm.call("GET", target.path, target.version)
        assert answer.status == (404 if self.find(target) is None else 200), answer

    @rule(seconds=sampled_from((1, 12, 60, 300, 1500)))
    def let_time_pass(self, seconds: float) -> None:
        self.arm.pass_time(seconds, steps=3)

    @rule()
    def let_the_next_operation_fail(self) -> None:
        error = {"code": "InternalServerError", "message": "An error has occurred."}
        self.arm.simulator.faults.add({"operation": "PUT .*", "error": error, "count": 1})

    @rule(collection=sampled_from(sorted(COLLECTIONS)))
    def compare_list(self, collection: str) -> None:
        path, version = COLLECTIONS[collection]
        answer = self.arm.call("GET", path, version)
        if answer.status == 404:
            assert not self.children(collection)
            return
        listed = {each["id"].lower() for each in answer.body["value"]}
        assert listed == self.children(collection)

    @invariant()
    def a_cluster_has_one_operation_at_a_time(self) -> None:
        for each in self.of_type(CLUSTER_TYPE):
            assert len(self.running(each)) <= 1

    @invariant()
    def a_node_resource_group_lives_as_long_as_its_cluster(self) -> None:
        clusters = {each.id for each in self.of_type(CLUSTER_TYPE)}
        owners = {each.body.get("managedBy") for each in self.of_type(GROUP_TYPE)} - {None}
        assert owners == clusters

    @invariant()
    def nothing_is_left_without_its_group(self) -> None:
        groups = {each.name.lower() for each in self.of_type(GROUP_TYPE)}
        assert {each.group for each in self.resources} <= groups

    def teardown(self) -> None:
        try:
            self.check_ends()
        finally:
            self.arm.close()

    def check_ends(self) -> None:
        """Every operation that was accepted ends, and what was deleted is gone."""
        self.arm.pass_time(20_000, steps=4)
        for each in self.accepted:
            end = self.end_of(each)
            assert end in RESTING
            assert end != "Succeeded" or not any(map(self.holds, each.doomed))
        assert {each.state for each in self.resources} <= set(RESTING)

    def end_of(self, accepted: Accepted) -> str:
        answer = self.arm.call("GET", accepted.url, "")
        if accepted.target.path == GROUP:
            return "Succeeded" if answer.status == 200 else str(answer.status)
        if answer.code == "ResourceGroupNotFound":
            # Front Door's operations lie in the group and have gone with it.
            return "Canceled"
        return answer.body["status"]

    def note(self, target: Target, answer: Given, doomed: list[Resource] | None = None) -> None:
        url = answer.headers.get("Azure-AsyncOperation") or answer.headers.get("Location")
        if url is not None:
            self.accepted.append(Accepted(target, url, doomed or []))

    def check_conflict(self, target: Target, answer: Given, busy: bool) -> None:
        """A cluster refuses writes while it is busy and no others; pools know no PATCH."""
        group = self.find(TARGETS["group"])
        if target.cluster_id is None or group is None or group.state == "Deleting":
            return
        if answer.status == 405:
            return
        assert (answer.status == 409) == busy, answer

    def is_busy(self, target: Target) -> bool:
        owner = target.cluster_id and self.arm.simulator.azure.platform.resources.get(
            target.cluster_id
        )
        return bool(owner and self.running(owner))

    def running(self, cluster: Resource) -> list[str]:
        """Operations on this cluster; one that began before is of a namesake, gone by now."""
        operations = self.arm.simulator.azure.platform.operations.all()
        return [
            each.work.name
            for each in operations
            if each.is_running
            and each.started_at >= cluster.created_at
            and f"{each.work.request.lower()}/".find(f"{cluster.key}/") > 0
        ]

    def find(self, target: Target) -> Resource | None:
        return self.arm.simulator.azure.platform.resources.get(target.id)

    def holds(self, resource: Resource) -> bool:
        return self.arm.simulator.azure.platform.resources.holds(resource)

    def below(self, target: Target) -> list[Resource]:
        return self.arm.simulator.azure.platform.resources.below(target.id)

    def of_type(self, resource_type: str) -> list[Resource]:
        return self.arm.simulator.azure.platform.resources.of_type(resource_type)

    def children(self, collection: str) -> set[str]:
        """What exists in a collection; a group lists its top and what else has a location."""
        prefix = f"/subscriptions/{SUBSCRIPTION_ID}/{collection}/".lower()
        depth = prefix.count("/") + (3 if collection == GROUP else 0)
        below = [each.key for each in self.resources if each.key.startswith(prefix)]
        return {
            key
            for key in below
            if key.count("/") == depth
            or (collection == GROUP and key.rpartition("/")[0].endswith("/afdendpoints"))
        }


TestArmResources = ArmResources.TestCase
TestArmResources.settings = settings(
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=30,
    stateful_step_count=35,
    # Shrinking takes minutes, and some thirty requests read well enough.
    phases=(Phase.generate,),
    report_multiple_bugs=False,
)
