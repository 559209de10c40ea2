"""What happens at a cluster's API: applying the workload and looking whether it is ready."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from activities.apply_workload import apply_workload
from activities.get_observation import get_observation
from clients.answers import CredentialRefused, KubernetesRefused, NoAnswer
from clients.factory import ClientFactory
from domain.arm import naming
from domain.durable.inputs import ObservationInput, WorkloadInput
from domain.kubernetes.manifests import build_workload
from domain.kubernetes.observation import Observation
from domain.outcomes import Outcome
from domain.placement.offers import list_offers
from domain.serving.gateway.settings import GatewayState
from tests.support.fake_clients import SUBSCRIPTION, FakeClients, FakeKubernetes, error_of
from tests.support.fake_hub import FakeHub, a_hub
from tests.support.payloads import SECRETS
from tests.support.specs import a_spec, spec_body

type Activity = Callable[[dict[str, Any], ClientFactory], Awaitable[Outcome]]

CELL = ObservationInput(
    operation_id="fraud-llm.1", environment="fraud-llm", region="westeurope"
).to_wire()
WORKLOAD = WorkloadInput(
    operation_id="fraud-llm.1",
    environment="fraud-llm",
    offer=list_offers(a_spec(), "westeurope")[0],
    replicas=1,
    state=GatewayState.SERVING,
).to_wire()


async def apply(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    return await apply_workload(value, clients, a_hub())


INPUTS: dict[Any, dict[str, Any]] = {apply: WORKLOAD, get_observation: CELL}
GATEWAY_MAP = "inference/fraud-llm-gateway"
IDENTITY = naming.identity_id(SUBSCRIPTION, "fraud-llm", "westeurope")
CLUSTER = naming.cluster_id(SUBSCRIPTION, "fraud-llm", "westeurope")
BOTH = pytest.mark.parametrize("activity", [apply, get_observation])


async def test_the_manifests_of_the_spec_are_applied_in_their_order():
    clients = FakeClients()
    outcome = await apply(WORKLOAD, clients.as_factory())
    assert outcome.is_success
    assert clients.opened == [CLUSTER]
    assert clients.cluster.applied == build_workload(a_spec(), 1)


@pytest.mark.parametrize("state", GatewayState)
async def test_the_gateway_learns_the_state_of_the_model_and_nothing_else(state: GatewayState):
    files = {"envoy.json": "{}", "routes.json": "{}"}
    clients = FakeClients(cluster=FakeKubernetes(config_maps={GATEWAY_MAP: files}))
    assert (await apply({**WORKLOAD, "state": state}, clients.as_factory())).is_success
    assert files["envoy.json"] == "{}"
    assert json.loads(files["routes.json"])["version_info"] == state


async def test_replicas_that_keda_has_added_stay():
    workload = {**spec_body()["workload"], "autoscale": {"max": 4}}
    hub = a_hub(a_spec(workload=workload))
    clients = FakeClients(cluster=FakeKubernetes(replicas=3))
    assert (await apply_workload(WORKLOAD, clients.as_factory(), hub)).is_success
    *_, deployment, scaled = clients.cluster.applied
    assert (deployment["spec"]["replicas"], scaled["kind"]) == (3, "ScaledObject")


async def test_without_scaling_keda_lets_go():
    clients = FakeClients(cluster=FakeKubernetes(replicas=3))
    assert (await apply(WORKLOAD, clients.as_factory())).is_success
    assert "pause inference fraud-llm" in clients.cluster.asked
    (deployment,) = [each for each in clients.cluster.applied if each["kind"] == "Deployment"]
    assert deployment["spec"]["replicas"] == 1


def hub_with_secrets() -> FakeHub:
    spec = a_spec(workload={"image": "llm:1", "secrets": SECRETS})
    return a_hub(spec)


async def test_secrets_are_read_as_the_identity_that_azure_shows():
    clients = FakeClients()
    clients.arm.add(IDENTITY, properties={"clientId": "a", "tenantId": "b", "principalId": "c"})
    outcome = await apply_workload(WORKLOAD, clients.as_factory(), hub_with_secrets())
    assert outcome.is_success
    applied = {each["kind"]: each for each in clients.cluster.applied}
    parameters = applied["SecretProviderClass"]["spec"]["parameters"]
    assert (parameters["clientID"], parameters["tenantId"]) == ("a", "b")
    assert applied["ServiceAccount"]["metadata"]["name"] == "fraud-llm"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [(None, "ResourceMissing"), (error_of(403, "AuthorizationFailed"), "Forbidden")],
)
async def test_without_the_identity_no_workload_is_applied(answer: Any, reason: str):
    clients = FakeClients()
    if answer:
        clients.arm.answers["GET", IDENTITY] = answer
    outcome = await apply_workload(WORKLOAD, clients.as_factory(), hub_with_secrets())
    assert outcome.failure
    assert outcome.failure.reason == reason
    assert outcome.resource_id == IDENTITY
    assert clients.cluster.applied == []


MOUNTING = {
    "image": "llm:1",
    "model": {
        "name": "m",
        "version": "1",
        "source": f"oci://registry.example.com/m@sha256:{'0123456789abcdef' * 4}",
    },
}


@pytest.mark.parametrize(
    ("version", "reason"),
    [("1.35.7", None), ("1.34.9", "KubernetesTooOld"), (None, "ClusterMissing")],
)
async def test_a_model_does_not_start_without_weights_that_its_cluster_cannot_mount(
    version: str | None, reason: str | None
):
    clients = FakeClients()
    if version:
        clients.arm.add(CLUSTER, properties={"currentKubernetesVersion": version})
    outcome = await apply_workload(
        WORKLOAD, clients.as_factory(), a_hub(a_spec(workload=MOUNTING))
    )
    assert (outcome.failure and outcome.failure.reason) == reason
    assert bool(clients.cluster.applied) is (reason is None)


HOLDER_STOPS = "scale inference fraud-llm-pull-secret 0"


@pytest.mark.parametrize(
    ("workload", "stops"),
    [({"imagePullSecret": SECRETS["HF_TOKEN"]}, False), ({"secrets": SECRETS}, True), ({}, True)],
)
async def test_the_holder_of_credentials_stays_only_as_long_as_they_are_named(
    workload: dict[str, Any], stops: bool
):
    clients = FakeClients()
    clients.arm.add(IDENTITY, properties={"clientId": "a", "tenantId": "b", "principalId": "c"})
    hub = a_hub(a_spec(workload={"image": "llm:1", **workload}))
    assert (await apply_workload(WORKLOAD, clients.as_factory(), hub)).is_success
    assert (HOLDER_STOPS in clients.cluster.asked) is stops
    names = {each["metadata"]["name"] for each in clients.cluster.applied}
    assert ("fraud-llm-pull-secret" in names) is not stops


async def test_a_cell_without_a_gateway_yet_gets_its_workload():
    clients = FakeClients()
    assert (await apply(WORKLOAD, clients.as_factory())).is_success
    assert clients.cluster.config_maps == {}


async def test_one_look_asks_for_everything_that_readiness_depends_on():
    node = {
        "metadata": {"name": "gpu-0"},
        "status": {
            "conditions": [{"type": "Ready", "status": "True"}],
            "allocatable": {"nvidia.com/gpu": "1"},
        },
    }
    service = {"status": {"loadBalancer": {"ingress": [{"ip": "20.61.0.2"}]}}}
    clients = FakeClients(cluster=FakeKubernetes(nodes=[node], service=service))
    outcome = await get_observation(CELL, clients.as_factory())
    seen = Observation.from_wire(outcome.result)
    assert (seen.gpus_allocatable, seen.external_ip, seen.pods) == (1, "20.61.0.2", ())
    assert sorted(clients.cluster.asked) == [
        "configmap kube-system cluster-autoscaler-status status",
        "daemonset kube-system nvidia-device-plugin",
        "deployment inference fraud-llm",
        "events default",
        "events inference",
        "events kube-system",
        "nodes {'gridplane.io/gpu-pool': 'true'}",
        "pods inference {'app.kubernetes.io/name': 'fraud-llm'}",
        "pods inference {'app.kubernetes.io/name': 'fraud-llm-gateway'}",
        "pods kube-system {'app.kubernetes.io/name': 'nvidia-device-plugin'}",
        "service inference fraud-llm",
    ]


@BOTH
@pytest.mark.parametrize(
    ("error", "reason", "retryable"),
    [
        pytest.param(
            NoAnswer("ConnectError: no such name"),
            "ApiServerUnreachable",
            True,
            id="its name does not resolve yet",
        ),
        pytest.param(
            KubernetesRefused(403, "Forbidden", "nodes is forbidden"),
            "KubernetesRequestFailed",
            True,
            id="its role assignment has not arrived yet",
        ),
        pytest.param(
            KubernetesRefused(401, "Unauthorized", "Unauthorized"),
            "KubernetesRequestFailed",
            True,
            id="it does not know us yet",
        ),
        pytest.param(
            KubernetesRefused(409, "Conflict", "the object has been modified"),
            "KubernetesRequestFailed",
            True,
            id="written by another client meanwhile",
        ),
        pytest.param(
            KubernetesRefused(429, "TooManyRequests", "slow down"),
            "KubernetesThrottled",
            True,
            id="throttled",
        ),
        pytest.param(
            KubernetesRefused(503, "ServiceUnavailable", "etcd has no leader"),
            "KubernetesUnavailable",
            True,
            id="unavailable",
        ),
        pytest.param(
            KubernetesRefused(
                403,
                "Forbidden",
                'admission webhook "validation.gatekeeper.sh" denied the request: no host paths',
            ),
            "AdmissionDenied",
            False,
            id="an admission webhook denied it",
        ),
        pytest.param(
            KubernetesRefused(
                422,
                "Invalid",
                'deployments.apps "fraud-llm" is forbidden: ValidatingAdmissionPolicy '
                "'image-allow-list' with binding 'all' denied request: no such registry",
            ),
            "AdmissionDenied",
            False,
            id="an admission policy denied it",
        ),
        pytest.param(
            KubernetesRefused(422, "Invalid", "spec.replicas: Invalid value"),
            "KubernetesRequestFailed",
            False,
            id="invalid: no use in trying again",
        ),
        pytest.param(
            CredentialRefused(error_of(403, "AuthorizationFailed")),
            "Forbidden",
            False,
            id="no kubeconfig for us",
        ),
        pytest.param(
            CredentialRefused(error_of(404, "ResourceNotFound")),
            "NotFound",
            False,
            id="no such cluster",
        ),
    ],
)
async def test_what_the_cluster_refuses_is_a_classified_value(
    activity: Activity, error: Exception, reason: str, retryable: bool
):
    clients = FakeClients(cluster=FakeKubernetes(error=error))
    outcome = await activity(INPUTS[activity], clients.as_factory())
    assert outcome.failure
    assert (outcome.failure.reason, outcome.failure.retryable) == (reason, retryable)


async def test_a_missing_role_is_named():
    error = KubernetesRefused(403, "Forbidden", "nodes is forbidden")
    clients = FakeClients(cluster=FakeKubernetes(error=error))
    failure = (await apply(WORKLOAD, clients.as_factory())).failure
    assert failure
    assert "infra/modules/identity/role_actions.json" in failure.suggested_action
    assert failure.innererror == {"code": "Forbidden", "status": 403}


@BOTH
async def test_a_bug_is_no_outcome(activity: Activity):
    clients = FakeClients(cluster=FakeKubernetes(error=KeyError("bug")))
    with pytest.raises(KeyError):
        await activity(INPUTS[activity], clients.as_factory())
