"""PodDisruptionBudgets: their status, and the evictions that they forbid."""

import asyncio
import json
from typing import Any

import pytest

from emulators.azure.clock import Clock
from emulators.azure.kubernetes import disruptions
from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.kubernetes.errors import ApiError
from emulators.azure.kubernetes.faults import ImageFault, ImageOutcome
from emulators.azure.kubernetes.kinds import POD_DISRUPTION_BUDGET, Object
from emulators.tests.contract.kubernetes.clients import Answer, Api, Kubectl
from emulators.tests.contract.kubernetes.workloads import (
    NAME,
    NAMESPACE,
    POD_URL,
    eventually,
    namespace,
    node_names,
    pods_of,
    small_deployment,
)

HERE = ("-n", NAMESPACE)
BUDGETS = f"/apis/policy/v1/namespaces/{NAMESPACE}/poddisruptionbudgets"
DEPLOYMENTS = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments"


def budget(name: str = NAME, **spec: Any) -> Object:
    selector = {"selector": {"matchLabels": {"app": NAME}}}
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": name},
        "spec": {**selector, **spec},
    }


@pytest.fixture(autouse=True)
async def place(api: Api) -> None:
    await api.apply(f"/api/v1/namespaces/{NAMESPACE}", namespace())


def status(cluster: Cluster) -> Object:
    found = cluster.store.get(POD_DISRUPTION_BUDGET, NAMESPACE, NAME)
    return found["status"] if found else {}


async def counted(cluster: Cluster, **wanted: int) -> Object:
    return await eventually(
        lambda: status(cluster) if wanted.items() <= status(cluster).items() else None
    )


async def evict(api: Api, pod: str, query: str = "") -> Answer:
    body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod}}
    return await api.call("POST", f"{POD_URL}/{pod}/eviction{query}", body)


def names(cluster: Cluster) -> list[str]:
    return [each["metadata"]["name"] for each in pods_of(cluster)]


@pytest.mark.parametrize(
    ("spec", "desired", "allowed", "expected"),
    [
        pytest.param({"minAvailable": 1}, 1, 2, 3, id="minimum"),
        pytest.param({"minAvailable": 5}, 5, 0, 3, id="more than there are"),
        pytest.param({"minAvailable": "50%"}, 2, 1, 3, id="share, rounded up"),
        pytest.param({"maxUnavailable": 1}, 2, 1, 3, id="maximum"),
        pytest.param({"maxUnavailable": "34%"}, 1, 2, 3, id="share of those that may miss"),
        pytest.param({"maxUnavailable": 0}, 3, 0, 3, id="none"),
    ],
)
async def test_the_status_follows_the_pods_and_their_workload(
    api: Api, cluster: Cluster, spec: dict[str, Any], desired: int, allowed: int, expected: int
):
    await api.call("POST", DEPLOYMENTS, small_deployment(replicas=3))
    created = (await api.call("POST", BUDGETS, budget(**spec))).body
    assert created["status"]["expectedPods"] == 0

    found = await counted(cluster, currentHealthy=3)

    assert (found["desiredHealthy"], found["disruptionsAllowed"]) == (desired, allowed)
    assert (found["expectedPods"], found["observedGeneration"]) == (expected, 1)
    (condition,) = found["conditions"]
    reason = "SufficientPods" if allowed else "InsufficientPods"
    assert (condition["type"], condition["reason"]) == ("DisruptionAllowed", reason)


async def test_a_changed_budget_and_a_changed_workload_are_counted_anew(
    api: Api, cluster: Cluster
):
    await api.call("POST", DEPLOYMENTS, small_deployment(replicas=2))
    assert (await api.apply(f"{BUDGETS}/{NAME}", budget(maxUnavailable=1))).status == 201
    await counted(cluster, disruptionsAllowed=1)
    await api.call(
        "PATCH",
        f"{BUDGETS}/{NAME}",
        {"spec": {"maxUnavailable": 2}},
        content_type="application/merge-patch+json",
    )
    await counted(cluster, disruptionsAllowed=2, observedGeneration=2)
    assert (await api.call("DELETE", f"{DEPLOYMENTS}/{NAME}")).status == 200
    await counted(cluster, expectedPods=0, disruptionsAllowed=0)


async def test_a_budget_forbids_the_eviction_that_would_break_it(
    api: Api, cluster: Cluster, clock: Clock
):
    await api.call("POST", DEPLOYMENTS, small_deployment(replicas=2))
    await api.call("POST", BUDGETS, budget(minAvailable=1))
    await counted(cluster, disruptionsAllowed=1)
    first, second = names(cluster)
    clock.set_scale(0)  # else the first one's successor may be ready

    assert (await evict(api, first, "?dryRun=All")).status == 201
    assert (await evict(api, first)).status == 201
    refused = await evict(api, second)

    assert (refused.status, refused.body["reason"]) == (429, "TooManyRequests")
    assert refused.message == ("Cannot evict pod as it would violate the pod's disruption budget.")
    assert refused.body["details"]["causes"] == [
        {
            "reason": "DisruptionBudget",
            "message": f"The disruption budget {NAME} needs 1 healthy pods and has 1 currently",
        }
    ]
    assert second in names(cluster)


async def test_a_budget_that_was_not_counted_yet_asks_to_come_back(api: Api, cluster: Cluster):
    await api.call("POST", DEPLOYMENTS, small_deployment())
    await api.call("POST", BUDGETS, budget(minAvailable=0))
    await counted(cluster, disruptionsAllowed=1)
    cluster.store.change(
        POD_DISRUPTION_BUDGET, NAMESPACE, NAME, lambda each: each["metadata"].update(generation=9)
    )
    with pytest.raises(ApiError) as refused:
        disruptions.allow_eviction(cluster.store, pods_of(cluster)[0])

    status = refused.value.status
    assert (status["code"], status["details"]["retryAfterSeconds"]) == (429, 10)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [pytest.param({}, 429, id="by default"), pytest.param("AlwaysAllow", 201, id="always")],
)
async def test_an_unready_pod_goes_where_the_budget_says_so(
    api: Api, cluster: Cluster, policy: Any, expected: int
):
    cluster.faults.set_image("nginx:1.29", ImageFault(ImageOutcome.CRASHES))
    await api.call("POST", DEPLOYMENTS, small_deployment())
    more = {"unhealthyPodEvictionPolicy": policy} if policy else {}
    await api.call("POST", BUDGETS, budget(minAvailable=1, **more))
    await counted(cluster, expectedPods=1)
    await eventually(lambda: pods_of(cluster)[0]["status"].get("phase") == "Running")

    assert (await evict(api, names(cluster)[0])).status == expected


async def test_two_budgets_of_one_pod_are_an_error(api: Api, cluster: Cluster):
    await api.call("POST", DEPLOYMENTS, small_deployment())
    await api.call("POST", BUDGETS, budget(minAvailable=0))
    await api.call("POST", BUDGETS, budget("another", minAvailable=0, selector={}))
    await counted(cluster, disruptionsAllowed=1)

    refused = await evict(api, names(cluster)[0])

    assert refused.status == 500
    assert refused.message.startswith("This pod has more than one PodDisruptionBudget")


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"minAvailable": 1, "maxUnavailable": 1}, "cannot be both set"),
        ({"minAvailable": -1}, "must be greater than or equal to 0"),
        ({"minAvailable": "1"}, "a valid percent string must be a numeric string"),
        ({"maxUnavailable": "101%"}, "must not be greater than 100%"),
        (
            {"unhealthyPodEvictionPolicy": "Never"},
            'Unsupported value: "Never": supported values: "AlwaysAllow", "IfHealthyBudget"',
        ),
        (
            {"selector": {"matchExpressions": [{"key": "a", "operator": "Is"}]}},
            "not a valid selector operator",
        ),
    ],
)
async def test_a_budget_that_makes_no_sense_is_refused(
    either_api: Api, spec: dict[str, Any], said: str
):
    await either_api.apply(f"/api/v1/namespaces/{NAMESPACE}", namespace())
    refused = await either_api.call("POST", BUDGETS, budget(**spec))

    assert refused.status == 422
    assert f'PodDisruptionBudget.policy "{NAME}" is invalid' in refused.message
    assert said in refused.message


async def test_kubectl_creates_shows_explains_watches_and_deletes_a_budget(
    api: Api, cluster: Cluster, kubectl: Kubectl
):
    await api.call("POST", DEPLOYMENTS, small_deployment(replicas=2))
    made = await kubectl.run(
        *("create", "pdb", NAME, f"--selector=app={NAME}", "--min-available=50%", *HERE)
    )
    assert made == f"poddisruptionbudget.policy/{NAME} created\n"
    await counted(cluster, disruptionsAllowed=1)
    head, row = (await kubectl.run("get", "pdb", *HERE)).splitlines()
    assert head.split("  ")[0] == "NAME"
    assert "MIN AVAILABLE   MAX UNAVAILABLE   ALLOWED DISRUPTIONS   AGE" in head
    assert row.split()[:4] == [NAME, "50%", "N/A", "1"]
    assert "desiredHealthy" in await kubectl.run("explain", "pdb.status")
    assert "Allowed disruptions:  1" in await kubectl.run("describe", "pdb", NAME, *HERE)
    async with kubectl.follow("get", "pdb", NAME, *HERE, "-w", "--no-headers") as lines:
        assert (await lines.readline()).split()[3] == b"1"
        await kubectl.run("scale", f"deployment/{NAME}", "--replicas=0", *HERE)
        async with asyncio.timeout(60):
            while (await lines.readline()).split()[3] != b"0":
                pass
    assert "deleted" in await kubectl.run("delete", "pdb", NAME, *HERE)


async def test_kubectl_drain_waits_for_the_budget(api: Api, cluster: Cluster, kubectl: Kubectl):
    await api.call("POST", DEPLOYMENTS, small_deployment())
    await kubectl.run(
        "apply", "-f", "-", *HERE, stdin=json.dumps(budget(maxUnavailable=0)), expected=0
    )
    await counted(cluster, currentHealthy=1)
    node = node_names(cluster, "system")[0]

    told = await kubectl.run("drain", node, "--timeout=1s", expected=1)

    assert "Cannot evict pod as it would violate the pod's disruption budget." in told
    assert len(names(cluster)) == 1
