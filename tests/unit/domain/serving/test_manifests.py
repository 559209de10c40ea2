"""The gateway's Kubernetes objects are valid, stand in the system pool and open to Front Door."""

import json
from dataclasses import replace
from typing import Any

import pytest
from lightkube.models import apps_v1, core_v1, networking_v1, policy_v1

from domain.arm import naming
from domain.kubernetes.manifests import build_workload
from domain.serving.gateway.bootstrap import render_routes
from domain.serving.gateway.settings import (
    GatewayState,
    Installation,
    NextVersion,
    TokenIssuer,
)
from domain.serving.manifests import (
    build_gateway,
    build_next_settings,
    build_route_settings,
    build_settings,
)
from domain.serving.network_policies import build_model_policy
from tests.support.specs import a_spec

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
SERVING = GatewayState.SERVING
FRONT_DOOR_ID = "0a1b2c3d-4e5f-6789-abcd-ef0123456789"
INSTALLATION = Installation(
    "registry.example.com/envoy@sha256:1",
    TokenIssuer.of_tenant("tenant", "audience"),
    "https://gridplane.example.com",
)
KINDS = {
    "ConfigMap": core_v1.ConfigMap,
    "Deployment": apps_v1.Deployment,
    "NetworkPolicy": networking_v1.NetworkPolicy,
    "PodDisruptionBudget": policy_v1.PodDisruptionBudget,
    "Service": core_v1.Service,
}


def build(
    front_door_id: str = FRONT_DOOR_ID, state: GatewayState = GatewayState.SERVING, **changes: Any
) -> dict[str, dict[str, Any]]:
    manifests = build_gateway(
        a_spec(**changes), "westeurope", SUBSCRIPTION, INSTALLATION, front_door_id, state
    )
    return {manifest["kind"]: manifest for manifest in manifests}


def policies(**changes: Any) -> dict[str, dict[str, Any]]:
    manifests = build_gateway(
        a_spec(**changes), "westeurope", SUBSCRIPTION, INSTALLATION, FRONT_DOOR_ID, SERVING
    )
    return {m["metadata"]["name"]: m["spec"] for m in manifests if m["kind"] == "NetworkPolicy"}


def workload(**changes: Any) -> dict[str, Any]:
    return {"workload": {"image": "llm", "port": 9000, **changes}}


def pod_of(deployment: dict[str, Any]) -> dict[str, Any]:
    return deployment["spec"]["template"]["spec"]


def container_of(deployment: dict[str, Any]) -> dict[str, Any]:
    (container,) = pod_of(deployment)["containers"]
    return container


def test_the_files_come_before_the_pods_that_read_them():
    kinds = list(build())
    assert set(kinds) == set(KINDS)
    assert kinds.index("ConfigMap") < kinds.index("Deployment")


@pytest.mark.parametrize("kind", KINDS)
def test_kubernetes_knows_every_field(kind: str):
    manifest = build()[kind]
    assert KINDS[kind].from_dict(manifest).to_dict() == manifest


def test_service_budget_and_spreading_are_of_its_pods():
    objects = build()
    labels = objects["Deployment"]["spec"]["template"]["metadata"]["labels"]
    affinity = pod_of(objects["Deployment"])["affinity"]["podAntiAffinity"]
    (apart,) = affinity["preferredDuringSchedulingIgnoredDuringExecution"]
    for selector in (
        objects["Deployment"]["spec"]["selector"]["matchLabels"],
        objects["Service"]["spec"]["selector"],
        objects["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
        apart["podAffinityTerm"]["labelSelector"]["matchLabels"],
    ):
        assert selector.items() <= labels.items()
        assert selector, "nothing selects everything"


def test_no_selector_finds_the_pods_of_the_model():
    workload = {each["kind"]: each for each in build_workload(a_spec(), 1)}
    model = workload["Deployment"]["spec"]["template"]["metadata"]["labels"]
    gateway = build()["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert not build()["Service"]["spec"]["selector"].items() <= model.items()
    assert not workload["Service"]["spec"]["selector"].items() <= gateway.items()


def test_the_public_service_leads_to_the_gateways_port():
    objects = build()
    (port,) = objects["Service"]["spec"]["ports"]
    ports = {
        each["name"]: each["containerPort"]
        for each in container_of(objects["Deployment"])["ports"]
    }
    assert port["port"] == 80
    assert ports[port["targetPort"]] == 8080
    assert ports["probe"] == 8081


def test_the_public_ip_has_our_dns_label_and_answers_front_door_only():
    service = build()["Service"]
    label = naming.dns_label("fraud-llm", "westeurope", SUBSCRIPTION)
    assert service["metadata"]["name"] == "fraud-llm"
    assert service["metadata"]["annotations"] == {
        "service.beta.kubernetes.io/azure-dns-label-name": label,
        "service.beta.kubernetes.io/azure-allowed-service-tags": "AzureFrontDoor.Backend",
    }
    assert service["spec"]["type"] == "LoadBalancer"
    assert service["spec"]["externalTrafficPolicy"] == "Local"


def test_a_private_service_has_an_internal_address_and_asks_for_private_link():
    private = {"sku": "Premium_AzureFrontDoor", "origin": "privateLink"}
    public, service = build()["Service"], build(edge=private)["Service"]
    assert service["metadata"]["annotations"] == {
        "service.beta.kubernetes.io/azure-load-balancer-internal": "true",
        "service.beta.kubernetes.io/azure-pls-create": "true",
        "service.beta.kubernetes.io/azure-pls-name": "gp-fraud-llm",
        "service.beta.kubernetes.io/azure-pls-visibility": "*",
    }
    assert service["spec"] == public["spec"]


def test_two_stand_in_the_system_pool_and_one_always_serves():
    objects = build()
    spec, pod = objects["Deployment"]["spec"], pod_of(objects["Deployment"])
    assert spec["replicas"] == 2
    assert spec["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    assert objects["PodDisruptionBudget"]["spec"]["minAvailable"] == 1
    assert pod["nodeSelector"] == {"kubernetes.azure.com/mode": "system"}
    assert pod["tolerations"] == [{"key": "CriticalAddonsOnly", "operator": "Exists"}]


def test_a_drain_ends_before_the_kubelet_kills():
    pod = pod_of(build()["Deployment"])
    (container,) = pod["containers"]
    script = container["lifecycle"]["preStop"]["exec"]["command"][-1]
    assert script.endswith("sleep 240")
    assert pod["terminationGracePeriodSeconds"] > 240


def test_containers_cannot_gain_privileges():
    pod = pod_of(build()["Deployment"])
    (container,) = pod["containers"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert set(container["resources"]["requests"]) == {"cpu", "memory"}
    assert set(container["resources"]["limits"]) == {"memory"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_the_files_are_mounted_where_envoy_reads_them():
    objects = build()
    (volume,) = pod_of(objects["Deployment"])["volumes"]
    (mount,) = container_of(objects["Deployment"])["volumeMounts"]
    assert volume["configMap"]["name"] == objects["ConfigMap"]["metadata"]["name"]
    assert mount == {"name": volume["name"], "mountPath": "/etc/envoy"}, "no subPath"
    assert container_of(objects["Deployment"])["image"] == INSTALLATION.gateway_image
    assert set(objects["ConfigMap"]["data"]) == {"envoy.json", "routes.json"}


@pytest.mark.parametrize(
    ("changes", "rolls"),
    [
        ({}, False),
        ({"state": GatewayState.ASLEEP}, False),
        ({"costCenter": "ML-9"}, False),
        ({"front_door_id": "another"}, True),
        ({"audit": {"content": "full"}}, True),
        ({"access": {"invokers": {"appRoles": ["Other"]}}}, True),
    ],
)
def test_only_another_configuration_rolls_the_pods(changes: dict[str, Any], rolls: bool):
    before, after = build()["Deployment"], build(**changes)["Deployment"]
    assert (before["spec"]["template"] != after["spec"]["template"]) is rolls


@pytest.mark.parametrize("state", GatewayState)
def test_what_tells_the_state_is_the_same_without_front_door_and_tenant(state: GatewayState):
    routes = render_routes(
        build_route_settings(a_spec(), replace(INSTALLATION, issuer=None)), state
    )
    assert routes == build(state=state)["ConfigMap"]["data"]["routes.json"]


def test_the_configuration_is_the_environments():
    config = json.loads(build()["ConfigMap"]["data"]["envoy.json"])
    text = json.dumps(config)
    for known in (
        FRONT_DOOR_ID,
        "fraud-llm-model.inference.svc.cluster.local",
        "https://login.microsoftonline.com/tenant/v2.0",
        "Model.Invoke",
    ):
        assert known in text
    assert (
        "https://gridplane.example.com/environments/fraud-llm"
        in (build()["ConfigMap"]["data"]["routes.json"])
    )


def test_an_open_model_needs_no_issuer():
    spec = a_spec(access={"mode": "none"})
    installation = replace(INSTALLATION, issuer=None)
    manifests = build_gateway(
        spec, "westeurope", SUBSCRIPTION, installation, FRONT_DOOR_ID, GatewayState.SERVING
    )
    assert "remote_jwks" not in manifests[0]["data"]["envoy.json"]
    assert build_settings(spec, INSTALLATION, FRONT_DOOR_ID).issuer is None


SYSTEM = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}


def test_the_model_is_reached_through_its_gateway_and_by_the_pod_proxy():
    model = policies(**workload())["fraud-llm-model"]
    deployment = {each["kind"]: each for each in build_workload(a_spec(), 1)}["Deployment"]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert model["podSelector"]["matchLabels"].items() <= labels.items()
    (rule,) = model["ingress"]
    gateway = build()["Deployment"]["spec"]["template"]["metadata"]["labels"]
    first, second = rule["from"]
    assert first["podSelector"]["matchLabels"].items() <= gateway.items()
    assert second == SYSTEM
    assert rule["ports"] == [{"protocol": "TCP", "port": 9000}]


def test_the_gateway_is_open_at_its_public_port_alone():
    gateway = policies()["fraud-llm-gateway"]
    labels = build()["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert gateway["podSelector"]["matchLabels"].items() <= labels.items()
    assert gateway["policyTypes"] == ["Ingress"]
    assert gateway["ingress"] == [
        {"ports": [{"protocol": "TCP", "port": 8080}]},
        {"from": [SYSTEM], "ports": [{"protocol": "TCP", "port": 8082}]},
    ]


@pytest.mark.parametrize(
    ("egress", "blocks"),
    [
        ({}, [{"cidr": "0.0.0.0/0", "except": ["169.254.169.254/32"]}]),
        ({"mode": "restricted"}, []),
        (
            {"mode": "restricted", "cidrs": ["203.0.113.0/24", "10.1.0.0/16"]},
            [{"cidr": "203.0.113.0/24"}, {"cidr": "10.1.0.0/16"}],
        ),
    ],
    ids=["anywhere but the node's tokens", "nowhere", "to some ranges"],
)
def test_the_model_connects_to_where_it_may(egress: dict[str, Any], blocks: list[dict[str, Any]]):
    model = policies(**workload(egress=egress))["fraud-llm-model"]
    assert model["policyTypes"] == ["Ingress", "Egress"]
    dns, *outside = model["egress"]
    assert dns["to"] == [{**SYSTEM, "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}]
    assert dns["ports"] == [
        {"protocol": "UDP", "port": 53},
        {"protocol": "TCP", "port": 53},
    ]
    # To Kubernetes a rule with an empty list of destinations allows all of them.
    assert outside == ([{"to": [{"ipBlock": block} for block in blocks]}] if blocks else [])


def test_each_of_two_versions_has_a_policy_of_its_own():
    policy = build_model_policy(a_spec(**workload()), "fraud-llm-next")
    assert policy["metadata"]["name"] == naming.model_service("fraud-llm-next")
    selected = policy["spec"]["podSelector"]["matchLabels"]
    assert selected == {"app.kubernetes.io/name": "fraud-llm-next"}
    own = policies(**workload())["fraud-llm-model"]
    assert policy["spec"] == {**own, "podSelector": {"matchLabels": selected}}


@pytest.mark.parametrize(
    ("model", "named"),
    [({"name": "fraud-llm", "version": "7"}, ("fraud-llm", "7")), (None, (None, None))],
)
def test_routes_tell_the_model_and_its_version(
    model: dict[str, str] | None, named: tuple[str | None, str | None]
):
    spec = a_spec(**workload(**({"model": model} if model else {})))
    settings, new = build_route_settings(spec, INSTALLATION), build_next_settings(spec, 10)
    assert (settings.model_name, settings.model_version) == named
    assert new == NextVersion(weight=10, model_name=named[0], model_version=named[1])
    assert settings.next_host is None
    assert settings.model.port == 9000


def test_updates_beside_each_other_have_a_host_of_their_own():
    spec = a_spec(**workload(), update={"strategy": "blueGreen"})
    host = build_route_settings(spec, INSTALLATION).next_host
    assert host == naming.model_host(naming.next_version("fraud-llm"))


def test_headers_of_health_requests_are_added_to_no_others():
    changes = workload(healthHeaders={"X-Probe": "100%"})
    routes = json.loads(build(**changes)["ConfigMap"]["data"]["routes.json"])
    health, invocation = routes["resources"][0]["virtual_hosts"][0]["routes"]
    (added,) = health["request_headers_to_add"]
    assert added["header"] == {"key": "X-Probe", "value": "100%%"}
    assert "request_headers_to_add" not in invocation
