"""A version beside the one that serves: applied, sent its share, probed, counted, ended."""

import json
import re
from typing import Any

import pytest

from activities.apply_gateway import apply_gateway
from activities.apply_workload import apply_workload
from activities.end_next_version import end_next_version
from activities.read_traffic import get_traffic, probe_version
from activities.shift_traffic import shift_traffic
from clients.answers import KubernetesRefused, NoAnswer
from domain.arm import naming
from domain.durable.inputs import DeployedVersion, GatewayInput, TrafficInput, WorkloadInput
from domain.environment.former_version import FormerDemand
from domain.environment.operation import OperationKind
from domain.environment.starts import start_operation
from domain.kubernetes.manifests import build_next_version, build_workload
from domain.placement.offers import list_offers
from domain.serving.gateway.settings import GatewayState
from domain.serving.network_policies import build_model_policy
from domain.serving.traffic import TRAFFIC_PATH, TrafficLook
from domain.spec.model import EnvironmentSpec
from tests.support.fake_clients import SUBSCRIPTION, FakeClients, FakeKubernetes
from tests.support.fake_hub import FakeHub
from tests.support.specs import NOON, a_record, a_request, a_spec, spec_body
from tests.unit.domain.serving.test_traffic import COUNTED

ID, GATEWAY_MAP = "fraud-llm.2", "inference/fraud-llm-gateway"


def spec_of(version: str, **changes: Any) -> EnvironmentSpec:
    workload = {**spec_body()["workload"], "model": {"name": "fraud-llm", "version": version}}
    return a_spec(update={"strategy": "blueGreen"}, workload={**workload, **changes})


OLD, NEW = spec_of("7"), spec_of("8", egress={"mode": "restricted"})


@pytest.fixture
def hub() -> FakeHub:
    return updating(OLD, NEW)


def updating(old: EnvironmentSpec, new: EnvironmentSpec) -> FakeHub:
    """With an update under way that brings another version."""
    former = FormerDemand.of(old.workload)
    request = a_request(OperationKind.UPDATE, 2, spec=new, former=former)
    before = a_record(a_request(spec=old)).model_copy(update={"phase": "Ready"})
    record = start_operation(before, request, NOON)
    assert record
    hub = FakeHub()
    hub.add(record)
    return hub


def workload(version: DeployedVersion | None) -> dict[str, Any]:
    return WorkloadInput(
        operation_id=ID,
        environment="fraud-llm",
        offer=list_offers(NEW, "westeurope")[0],
        replicas=1,
        state=GatewayState.SERVING,
        version=version,
    ).to_wire()


def traffic(weight: int | None = None, *, is_promoted: bool | None = None) -> dict[str, Any]:
    return TrafficInput(
        operation_id=ID,
        environment="fraud-llm",
        regions=("westeurope",),
        weight=weight,
        is_promoted=is_promoted,
    ).to_wire()


def with_routes() -> FakeClients:
    files = {GATEWAY_MAP: {"envoy.json": "{}", "routes.json": "{}"}}
    return FakeClients(cluster=FakeKubernetes(config_maps=files))


def routes_of(clients: FakeClients) -> dict[str, Any]:
    return json.loads(clients.cluster.config_maps[GATEWAY_MAP]["routes.json"])


async def test_the_new_version_has_objects_of_its_own(hub: FakeHub):
    clients = with_routes()
    outcome = await apply_workload(workload(DeployedVersion.NEXT), clients.as_factory(), hub)
    assert outcome.is_success
    policy, *others = clients.cluster.applied
    assert others == build_next_version(NEW, 1)
    assert policy["spec"]["podSelector"]["matchLabels"] == {
        "app.kubernetes.io/name": "fraud-llm-next"
    }
    names = {each["metadata"]["name"] for each in clients.cluster.applied}
    assert names == {"fraud-llm-next", "fraud-llm-next-model"}
    assert routes_of(clients) == {}


def test_what_serves_is_selected_by_other_labels_and_runs_the_same_pod():
    (old,) = [each for each in build_workload(NEW, 1) if each["kind"] == "Deployment"]
    (new,) = [each for each in build_next_version(NEW, 1) if each["kind"] == "Deployment"]
    assert old["spec"]["template"]["spec"] == new["spec"]["template"]["spec"]
    assert old["spec"]["selector"] != new["spec"]["selector"]
    for each in (old, new):
        labels = each["spec"]["template"]["metadata"]["labels"]
        assert labels.items() >= each["spec"]["selector"]["matchLabels"].items()


@pytest.mark.parametrize(
    ("version", "spec"), [(DeployedVersion.PROMOTED, NEW), (DeployedVersion.RESTORED, OLD)]
)
async def test_what_takes_the_place_leaves_the_routes_and_what_runs_beside(
    hub: FakeHub, version: DeployedVersion, spec: EnvironmentSpec
):
    clients = with_routes()
    outcome = await apply_workload(workload(version), clients.as_factory(), hub)
    assert outcome.is_success
    policy, *others = clients.cluster.applied
    assert (policy, others) == (build_model_policy(spec, "fraud-llm"), build_workload(spec, 1))
    assert routes_of(clients) == {}
    assert "scale inference fraud-llm-next 0" not in clients.cluster.asked


SCALED = {"autoscale": {"min": 1, "max": 4}}


def scaled_hub(old: dict[str, Any], new: dict[str, Any]) -> FakeHub:
    return updating(spec_of("7", **old), spec_of("8", **new))


def least_of(clients: FakeClients) -> dict[str, int]:
    """Of replicas, by the Deployment that KEDA scales; the object that was applied last counts."""
    return {
        each["spec"]["scaleTargetRef"]["name"]: each["spec"]["minReplicaCount"]
        for each in clients.cluster.applied
        if each["kind"] == "ScaledObject"
    }


def replicas_of(clients: FakeClients) -> int:
    (found,) = [each for each in clients.cluster.applied if each["kind"] == "Deployment"]
    return found["spec"]["replicas"]


@pytest.mark.parametrize(
    ("old", "new", "replicas", "least"),
    [
        (SCALED, SCALED, 3, {"fraud-llm": 3, "fraud-llm-next": 3}),
        (SCALED, {"replicas": 1}, 1, {"fraud-llm": 3}),
        (SCALED, {"autoscale": {"max": 2}}, 2, {"fraud-llm": 3, "fraud-llm-next": 2}),
        ({"replicas": 3}, SCALED, 3, {"fraud-llm-next": 3}),
        ({"replicas": 3}, {"replicas": 1}, 1, {}),
    ],
)
async def test_the_new_version_has_as_many_replicas_as_the_one_that_keeps_them(
    old: dict[str, Any], new: dict[str, Any], replicas: int, least: dict[str, int]
):
    clients = with_routes()
    clients.cluster.replicas_of = {"fraud-llm": 3}
    hub = scaled_hub(old, new)
    value = workload(DeployedVersion.NEXT)
    assert (await apply_workload(value, clients.as_factory(), hub)).is_success
    assert (replicas_of(clients), least_of(clients)) == (replicas, least)


@pytest.mark.parametrize("version", [DeployedVersion.PROMOTED, DeployedVersion.RESTORED])
async def test_what_takes_the_place_has_as_many_replicas_as_what_answers(version: DeployedVersion):
    clients = with_routes()
    clients.cluster.replicas_of = {"fraud-llm": 1, "fraud-llm-next": 4}
    hub = scaled_hub(SCALED, SCALED)
    assert (await apply_workload(workload(version), clients.as_factory(), hub)).is_success
    assert (replicas_of(clients), least_of(clients)) == (4, {"fraud-llm": 4})


@pytest.mark.parametrize(
    ("value", "least"),
    [
        (traffic(10), {}),
        (traffic(), {"fraud-llm": 2}),
        (traffic(is_promoted=True), {"fraud-llm": 1}),
    ],
)
async def test_replicas_follow_the_requests_again_once_one_version_has_them_all(
    value: dict[str, Any], least: dict[str, int]
):
    hub = scaled_hub({"autoscale": {"min": 2, "max": 4}}, SCALED)
    clients = with_routes()
    assert (await shift_traffic(value, clients.as_factory(), hub)).is_success
    assert least_of(clients) == least


async def test_any_other_update_ends_what_was_left_beside(hub: FakeHub):
    clients = with_routes()
    await apply_workload(workload(None), clients.as_factory(), hub)
    pause, scale = (f"{each} inference fraud-llm-next" for each in ("pause", "scale"))
    asked = [each for each in clients.cluster.asked if each.startswith((pause, scale))]
    assert asked == [pause, f"{scale} 0"], "KEDA would bring them back"
    assert routes_of(clients)["version_info"] == "serving"


async def test_the_gateway_is_that_of_the_version_that_serves(hub: FakeHub):
    clients = FakeClients()
    profile = naming.profile_id(SUBSCRIPTION, "fraud-llm")
    clients.arm.add(profile, properties={"frontDoorId": "an-id"})
    value = GatewayInput(
        operation_id=ID,
        environment="fraud-llm",
        offer=list_offers(NEW, "westeurope")[0],
        state=GatewayState.SERVING,
    )
    assert (await apply_gateway(value.to_wire(), clients.as_factory(), hub)).is_success
    (files,) = [each["data"] for each in clients.cluster.applied if each["kind"] == "ConfigMap"]
    assert '"modelVersion":"7"' in files["routes.json"]
    assert "fraud-llm-next-model" in files["envoy.json"]


def versions_of(document: dict[str, Any]) -> dict[str, str]:
    """The model's version by the name of the route."""
    (host,) = document["resources"][0]["virtual_hosts"]
    return {
        each["name"]: each["metadata"]["filter_metadata"]["gridplane.version"]["modelVersion"]
        for each in host["routes"]
    }


@pytest.mark.parametrize(
    ("value", "called", "versions"),
    [
        (
            traffic(10),
            "serving/10",
            {"health": "7", "next-invocation": "8", "invocation": "7"},
        ),
        (traffic(), "serving", {"health": "7", "invocation": "7"}),
        (traffic(is_promoted=True), "serving", {"health": "8", "invocation": "8"}),
    ],
)
async def test_gateways_are_told_who_answers(
    hub: FakeHub, value: dict[str, Any], called: str, versions: dict[str, str]
):
    clients = with_routes()
    assert (await shift_traffic(value, clients.as_factory(), hub)).is_success
    document = routes_of(clients)
    assert document["version_info"] == called
    assert versions_of(document) == versions


@pytest.mark.parametrize("activity", [shift_traffic, end_next_version])
async def test_a_cell_that_cannot_be_reached_keeps_no_other_as_it_is(hub: FakeHub, activity: Any):
    clients = FakeClients(cluster=FakeKubernetes(error=NoAnswer("no route")))
    value = {**traffic(), "regions": ["westeurope", "northeurope"]}
    more = (hub,) if activity is shift_traffic else ()
    outcome = await activity(value, clients.as_factory(), *more)
    assert outcome.failure
    assert [each.rpartition("-")[2] for each in clients.opened] == ["westeurope", "northeurope"]


async def test_a_cluster_that_cannot_be_told_fails_the_shift(hub: FakeHub):
    clients = FakeClients(cluster=FakeKubernetes(error=NoAnswer("no route")))
    outcome = await shift_traffic(traffic(10), clients.as_factory(), hub)
    assert outcome.failure
    assert outcome.failure.retryable


def a_gateway(name: str) -> dict[str, Any]:
    status = {"phase": "Running", "containerStatuses": [{"restartCount": 2}]}
    return {"metadata": {"namespace": "inference", "name": name}, "status": status}


def gateways(**answers: str | Exception) -> FakeClients:
    pods = [a_gateway(name) for name in answers]
    paths = (TRAFFIC_PATH, "next-health", "model-health")
    given = {f"{name}:8082/{path}": answers[name] for name in answers for path in paths}
    return FakeClients(cluster=FakeKubernetes(pods=pods, pod_answers=given))


async def test_each_gateway_tells_what_it_has_counted():
    clients = gateways(a=COUNTED, b=NoAnswer("gone"), c="not metrics")
    outcome = await get_traffic(traffic(10), clients.as_factory())
    look = TrafficLook.from_wire(outcome.to_wire()["result"]["look"])
    assert look.unread == ("westeurope/b", "westeurope/c")
    assert look.gateways["westeurope/a"].restarts == 2
    assert look.gateways["westeurope/a"].new


async def test_a_cluster_that_does_not_answer_is_unread():
    clients = FakeClients(cluster=FakeKubernetes(error=NoAnswer("no route")))
    outcome = await get_traffic(traffic(10), clients.as_factory())
    assert TrafficLook.from_wire(outcome.result["look"]).unread == ("westeurope",)


@pytest.mark.parametrize(
    ("value", "path"),
    [(traffic(), "next-health"), (traffic(is_promoted=True), "model-health")],
)
async def test_a_version_has_to_answer_through_every_gateway(value: dict[str, Any], path: str):
    clients = gateways(a=COUNTED, b=COUNTED)
    assert (await probe_version(value, clients.as_factory())).is_success
    assert f"pod inference a 8082 {path}" in clients.cluster.asked
    clients.cluster.pod_answers[f"b:8082/{path}"] = KubernetesRefused(404, "Not Found", "")
    outcome = await probe_version(value, clients.as_factory())
    assert outcome.failure
    assert outcome.failure.retryable
    assert "westeurope/b" in outcome.failure.message
    assert "westeurope/a" not in outcome.failure.message


@pytest.mark.parametrize(("cluster", "is_promoted"), [("next", None), ("model", True)])
async def test_a_version_whose_name_leads_nowhere_yet_is_not_reached(
    cluster: str, is_promoted: bool | None
):
    counted = f'envoy_cluster_membership_total{{envoy_cluster_name="{cluster}"}}'
    text = re.sub(rf"{re.escape(counted)} \d", f"{counted} 0", COUNTED)
    clients = gateways(a=text).as_factory()
    assert (await probe_version(traffic(is_promoted=is_promoted), clients)).failure
    other = traffic(is_promoted=None if is_promoted else True)
    assert (await probe_version(other, clients)).is_success


async def test_no_gateway_is_no_answer():
    outcome = await probe_version(traffic(), FakeClients().as_factory())
    assert outcome.failure


async def test_a_version_has_ended_once_its_pods_are_gone():
    clients = FakeClients(cluster=FakeKubernetes(pods=[a_gateway("fraud-llm-next-0")]))
    outcome = await end_next_version(traffic(), clients.as_factory())
    assert "scale inference fraud-llm-next 0" in clients.cluster.asked
    assert outcome.failure
    assert outcome.failure.retryable
    assert "fraud-llm-next-0" in outcome.failure.message
    clients.cluster.pods = []
    assert (await end_next_version(traffic(), clients.as_factory())).is_success


async def test_a_cluster_that_does_not_answer_has_ended_nothing():
    clients = FakeClients(cluster=FakeKubernetes(error=NoAnswer("no route")))
    outcome = await end_next_version(traffic(), clients.as_factory())
    assert outcome.failure
