"""Some environments are idle and some only look like it; the sweep tells them apart.

All stand side by side in one subscription. `idler` and `drowsy` go to zero in the end, so whoever
is still there was not spared by a sweep that does nothing.
"""

import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import pytest

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.kubeconfig import API_VERSION, ARM_RESOURCE, fetch_kubeconfig, fetch_token
from emulators.stack.stack import Stack
from emulators.tests.support.arm_bodies import cluster_body
from tests.e2e.published_events import await_events
from tests.e2e.stories import finish, gpu_nodes
from tests.e2e.sweeps import (
    IDLE_AFTER_10_MINUTES,
    Reasons,
    idle_events,
    sweep,
    sweep_until,
    timeline,
)
from tests.support.documented_api import DocumentedApi
from tests.support.specs import spec_body

IDLE = ("idler", "drowsy")
IN_USE_OR_PINNED = ("blind", "batcher", "unseen")
ENGINE = "registry.example.com/vllm-openai:0.11.0"
"""An image whose metrics are known."""
FOREIGN_TAGS = {"owner": "vision-team"}
COPIED_TAGS = {"environment": "idler", "managed-by": "gridplane"}


@dataclass(frozen=True, slots=True)
class Night:
    """What the sweeps decided until everybody slept who was idle."""

    reasons: Reasons
    foreign: tuple[str, ...]
    """Ids of clusters that somebody else built."""
    last: dict[str, Any]
    """The report of the sweep that took the idle ones to zero."""
    dry: dict[str, Any]
    """The report of a dry run after the idle ones had been seen in use."""
    told_by_dry: list[str]
    """What it told the timeline of one of them."""


@pytest.fixture(scope="module")
def night(stack: Stack) -> Iterator[Night]:
    with ExitStack() as exits:
        api = exits.enter_context(DocumentedApi(stack.app_url))
        azure = exits.enter_context(SimulatedAzure(stack.simulator_url, stack.ca_bundle))
        for trouble, name in (("missing", "blind"), ("zero", "unseen")):
            azure.add_fault({"metrics": trouble, "profile": f"/gp-{name}$"})
        foreign = (
            build_foreign_cluster(stack, "vision", FOREIGN_TAGS),
            build_foreign_cluster(stack, "copy", COPIED_TAGS),
        )
        workload = spec_body()["workload"] | {"image": ENGINE}
        body = {"idle": IDLE_AFTER_10_MINUTES, "workload": workload}
        idlers, *others = [
            api.create_environment(spec_body(name=name, **body))
            for name in (
                "idler",
                *(each for each in (*IDLE, *IN_USE_OR_PINNED) if each != "idler"),
            )
        ]
        assert finish(api, idlers)["status"] == "Succeeded"
        # The grace after its creation may be over once all others are built.
        first = sweep_until(api, lambda seen: bool(seen.get("idler")))["idler"]
        for operation in others:
            ended = finish(api, operation)
            assert ended["status"] == "Succeeded", ended.get("error")
        start_batch_job(stack, api.get_environment("batcher"))

        idler, unseen = (api.get_environment(name) for name in ("idler", "unseen"))

        def use_one() -> None:
            azure.ask_model(unseen, "Does anybody count this?")

        def use_both() -> None:
            use_one()
            azure.ask_model(idler, "Anybody there?")

        reasons = sweep_until(
            api, lambda seen: "InvocationsSeen" in seen.get("idler", []), between=use_both
        )
        before = idle_events(api, "idler")
        dry = sweep(api, dry_run=True)
        told_by_dry = idle_events(api, "idler")[len(before) :]
        later = sweep_until(
            api,
            lambda _: all("IdleScaledToZero" in idle_events(api, name) for name in IDLE),
            between=use_one,
        )
        for name, words in later.items():
            reasons[name] = [*dict.fromkeys([*reasons.get(name, []), *words])]
        reasons["idler"] = [*dict.fromkeys([*first, *reasons["idler"]])]
        warned = next(e for e in timeline(api, "idler") if e["type"] == "IdleWarned")
        await_events(stack, "idler", f"idler.idle-warned.{warned['at']}")
        yield Night(reasons, foreign, api.get("/sweeps/latest").json(), dry, told_by_dry)
        azure.clear_faults()
        for name in (*IDLE, *IN_USE_OR_PINNED):
            api.delete_environment(name)


def build_foreign_cluster(stack: Stack, name: str, tags: dict[str, str]) -> str:
    """By plain ARM requests, as any other tool makes them; the id of the cluster."""
    context = ssl.create_default_context(cafile=stack.ca_bundle)
    group = f"/subscriptions/{stack.simulator['subscriptionId']}/resourceGroups/{name}"
    cluster = f"{group}/providers/Microsoft.ContainerService/managedClusters/{name}"
    body = {**cluster_body(gpu_minimum=1, nodeResourceGroup=f"{name}-nodes"), "tags": tags}
    with httpx.Client(base_url=stack.simulator_url, verify=context, trust_env=False) as arm:
        token = fetch_token(arm, stack.describe(), ARM_RESOURCE)
        for path, version, wanted in (
            (group, "2021-04-01", {"location": "westeurope"}),
            (cluster, API_VERSION, body),
        ):
            answer = arm.put(
                path,
                params={"api-version": version},
                json=wanted,
                headers={"Authorization": f"Bearer {token}"},
            )
            assert answer.status_code == 201, answer.text
    return cluster


def start_batch_job(stack: Stack, environment: dict[str, Any]) -> None:
    """A pod that computes on a GPU of its own, and that no request ever reaches."""
    cluster_id = environment["cells"][0]["clusterId"]
    config = fetch_kubeconfig(stack.describe(), cluster_id)
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "training", "namespace": "default"},
        "spec": {
            "nodeSelector": {"gridplane.io/gpu-pool": "true"},
            "tolerations": [{"key": "sku", "operator": "Equal", "value": "gpu"}],
            "containers": [
                {
                    "name": "training",
                    "image": "registry.example.com/training:3",
                    "resources": {"limits": {"nvidia.com/gpu": "1"}},
                }
            ],
        },
    }
    url = f"{config['clusters'][0]['cluster']['server']}/api/v1/namespaces/default/pods"
    headers = {"Authorization": f"Bearer {config['users'][0]['user']['token']}"}
    with SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure:
        azure.post(url, json=pod, headers=headers).raise_for_status()


def ask(azure: SimulatedAzure, environment: dict[str, Any]) -> httpx.Response:
    return azure.send_through_edge(environment, "GET", "/v1/models")


def wake(api: Api, name: str) -> None:
    waking = api.post(f"/environments/{name}/wake").json()["id"]
    assert finish(api, waking)["status"] == "Succeeded"


def test_who_is_not_used_any_more_is_warned_goes_to_zero_and_wakes(
    night: Night, api: Api, azure: SimulatedAzure
):
    """Traffic; none; warned; nodes gone; 503 waking; Ready; traffic."""
    words = ["GraceAfterCreate", "InvocationsSeen", "Idle", "WarningRunning", "IdleAfterWarning"]
    assert [word for word in night.reasons["idler"] if word in words] == words
    told = timeline(api, "idler")
    assert idle_events(api, "idler") == ["IdleWarned", "IdleScaledToZero"], told
    slept = next(e for e in told if e["type"] == "IdleScaledToZero")
    assert slept["operationId"] == "idler.2"
    evidence = slept["evidence"]["westeurope"]
    assert evidence["requests"]["highest"] == 0
    check_counters(evidence["counters"])
    assert night.last["summary"]["results"]["succeeded"] >= 1
    assert night.last["summary"]["savedPerHourUsd"] > 0

    asleep = api.get_environment("idler")
    assert asleep["phase"] == "ScaledDown"
    assert gpu_nodes(azure, "idler") == []
    answer = ask(azure, asleep)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert answer.json()["error"]["code"] == "EnvironmentAsleep"

    wake(api, "idler")
    assert api.get_environment("idler")["phase"] == "Ready"
    assert len(gpu_nodes(azure, "idler")) == 1
    azure.ask_model(api.get_environment("idler"), "Good morning?")


def check_counters(counters: dict[str, Any]) -> None:
    """Two gateways and an engine that have worked, and have nothing to do now."""
    gateways, engines = counters["gateways"].values(), counters["engines"].values()
    assert (len(gateways), len(engines)) == (2, 1)
    assert sum(each["requests"] for each in gateways) > 0
    assert sum(each["tokens"] for each in engines) > 0
    assert {each["active"] for each in gateways} == {each["running"] for each in engines} == {0}


def test_use_that_only_a_gateway_counts_is_use(night: Night, api: Api, azure: SimulatedAzure):
    """Front Door's metric says for hours that nobody has asked."""
    assert night.reasons["unseen"][-1] == "InvocationsSeen"
    assert idle_events(api, "unseen") == []
    assert len(gpu_nodes(azure, "unseen")) == 1


def test_use_that_sweeps_have_seen_tells_what_another_setting_costs(night: Night, api: Api):
    advice = api.get("/environments/unseen/idle-advice").json()
    assert (advice["requests"] > 0, advice["hoursInUse"] > 0) == (True, True)
    (current,) = [each for each in advice["value"] if each["isCurrent"]]
    assert current["idle"]["afterMinutes"] == IDLE_AFTER_10_MINUTES["afterMinutes"]
    assert current["gpuHours"] > 0


def test_what_sweeps_have_seen_is_told_over_time(night: Night, api: Api):
    found = api.get("/environments/unseen/metrics").json()
    totals, last = found["totals"], found["value"][-1]
    assert totals["requests"] > 0
    assert totals["errors"] == 0
    assert totals["tokensIn"] == 4 * totals["requests"], "words of the question"
    assert totals["tokensOut"] > totals["tokensIn"]
    assert (last["gpuNodes"], last["usdPerHour"] > last["gpuUsdPerHour"] > 0) == (1, True)
    first, *later = api.get("/environments/batcher/metrics").json()["value"]
    assert first["gpuNodes"] < 2, "it was built in this interval, or later"
    assert 2 in {each["gpuNodes"] for each in later}, "with its model and the job"


def test_missing_metrics_count_as_use(night: Night, api: Api, azure: SimulatedAzure):
    assert night.reasons["blind"][-1] == "RequestsMissing"
    assert idle_events(api, "blind") == []
    assert len(gpu_nodes(azure, "blind")) == 1


def test_a_batch_job_without_traffic_counts_as_use(night: Night, api: Api, azure: SimulatedAzure):
    assert night.reasons["batcher"][-1] == "GpuPodRunning"
    assert idle_events(api, "batcher") == []
    assert len(gpu_nodes(azure, "batcher")) == 2


def test_a_sweep_counts_the_nodes_that_the_autoscaler_has_added(night: Night, api: Api):
    """The API's own clock is behind simulated time: hours are shown up to the latest count."""
    built = api.get_operation("batcher.1")["lastActionDateTime"]
    counted = api.get_environment("batcher")["gpuUsage"]
    assert datetime.fromisoformat(counted["untilDateTime"]) > datetime.fromisoformat(built)
    assert counted["nodeHours"] > 0


def test_a_wake_a_minute_ago_counts_as_use(night: Night, api: Api, azure: SimulatedAzure):
    """Nobody has asked it anything for an hour, and nothing else speaks for it."""
    wake(api, "drowsy")
    (decision,) = [d for d in sweep(api)["decisions"] if d["environment"] == "drowsy"]
    assert (decision["action"], decision["reason"]) == ("none", "GraceAfterWake")
    assert idle_events(api, "drowsy") == ["IdleWarned", "IdleScaledToZero"], "and no second time"


def test_pools_of_somebody_else_are_never_touched(night: Night, api: Api, azure: SimulatedAzure):
    """Not even those that bear our tags, which travel with every copied template."""
    clusters = [cluster.lower() for cluster in night.foreign]
    decisions = sweep(api)["decisions"]
    foreign = [d for d in decisions if d["pool"]["clusterId"].lower() in clusters]
    assert [(d["action"], d["reason"]) for d in foreign] == [("none", "NotOurs")] * 2
    assert [d["pool"]["nodeCount"] for d in foreign] == [1, 1]
    asked = [(r["method"], r["path"]) for r in azure.get_requests()["requests"]]
    for cluster in clusters:
        methods = [method for method, path in asked if path.lower().startswith(cluster)]
        assert methods == ["PUT"], "that of its owner"


def test_a_dry_run_decides_and_does_nothing(night: Night):
    assert night.dry["summary"]["dryRun"] is True
    assert "idler" in {d["environment"] for d in night.dry["decisions"]}
    assert night.told_by_dry == []
