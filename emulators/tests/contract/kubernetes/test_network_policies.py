"""NetworkPolicies are kept, completed and checked; nothing enforces them."""

from typing import Any

import pytest

from emulators.azure.kubernetes.kinds import Object
from emulators.tests.contract.kubernetes.clients import Api, Kubectl
from emulators.tests.contract.kubernetes.workloads import NAME, NAMESPACE, namespace

HERE = ("-n", NAMESPACE)
POLICIES = f"/apis/networking.k8s.io/v1/namespaces/{NAMESPACE}/networkpolicies"


def policy(**spec: Any) -> Object:
    selected = {"podSelector": {"matchLabels": {"app": NAME}}}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": NAME},
        "spec": {**selected, **spec},
    }


FROM_GATEWAY = {
    "from": [{"podSelector": {"matchLabels": {"role": "gateway"}}}],
    "ports": [{"port": 8000}],
}
TO_ENTRA = {"to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}}]}


@pytest.fixture
async def api(either_api: Api) -> Api:
    await either_api.apply(f"/api/v1/namespaces/{NAMESPACE}", namespace())
    return either_api


async def test_a_policy_is_completed_and_kept(api: Api):
    made = await api.call("POST", POLICIES, policy(ingress=[FROM_GATEWAY]))
    assert made.status == 201
    spec = (await api.get(f"{POLICIES}/{NAME}"))["spec"]
    assert spec["policyTypes"] == ["Ingress"]
    assert spec["ingress"][0]["ports"] == [{"port": 8000, "protocol": "TCP"}]

    both = policy(ingress=[FROM_GATEWAY], egress=[TO_ENTRA], policyTypes=["Ingress", "Egress"])
    applied = await api.apply(f"{POLICIES}/{NAME}", both, force=True)
    assert (applied.status, applied.body["metadata"]["generation"]) == (200, 2)
    assert (await api.call("DELETE", f"{POLICIES}/{NAME}")).status == 200


async def test_egress_rules_make_it_a_policy_of_both_directions(api: Api):
    made = await api.call("POST", POLICIES, policy(egress=[TO_ENTRA]))

    assert made.body["spec"]["policyTypes"] == ["Ingress", "Egress"]


def peer(**fields: Any) -> dict[str, Any]:
    return {"ingress": [{"from": [fields]}]}


def port(**fields: Any) -> dict[str, Any]:
    return {"ingress": [{"ports": [fields]}]}


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (peer(), "spec.ingress[0].from[0]: Required value: must specify a peer"),
        (
            peer(ipBlock={"cidr": "10.0.0.0/8"}, podSelector={}),
            "spec.ingress[0].from[0]: Forbidden: may not specify both ipBlock and another peer",
        ),
        (
            peer(ipBlock={"cidr": "10.0.0.0"}),
            'from[0].ipBlock.cidr: Invalid value: "10.0.0.0": must be a valid CIDR value',
        ),
        (
            peer(ipBlock={"cidr": "10.0.0.0/8", "except": ["11.0.0.0/16"]}),
            'ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`',
        ),
        (
            port(protocol="ICMP"),
            'Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
        ),
        (port(port=0), "must be between 1 and 65535, inclusive"),
        (port(port=9000, endPort=8000), "must be greater than or equal to `port`"),
        ({"policyTypes": ["Sideways"]}, 'supported values: "Egress", "Ingress"'),
        (
            {"podSelector": {"matchLabels": {"a b": "c"}}},
            'spec.podSelector.matchLabels: Invalid value: "a b"',
        ),
    ],
)
async def test_a_policy_that_makes_no_sense_is_refused(api: Api, spec: dict[str, Any], said: str):
    refused = await api.call("POST", POLICIES, policy(**spec))

    assert refused.status == 422
    assert said in refused.message


async def test_kubectl_shows_and_explains_a_policy(api: Api, either_kubectl: Kubectl):
    expressions = [{"key": "tier", "operator": "In", "values": ["a", "b"]}]
    selector = {"matchLabels": {"app": NAME}, "matchExpressions": expressions}
    await api.call("POST", POLICIES, policy(podSelector=selector))
    everyone = policy(podSelector={})
    everyone["metadata"]["name"] = "z-all"
    await api.call("POST", POLICIES, everyone)

    lines = (await either_kubectl.run("get", "netpol", *HERE)).splitlines()

    assert lines[0].split() == ["NAME", "POD-SELECTOR", "AGE"]
    assert f"app={NAME},tier in (a,b)" in lines[1]
    assert "<none>" in lines[2]
    assert "policyTypes" in await either_kubectl.run("explain", "netpol.spec")
    described = await either_kubectl.run("describe", "netpol", NAME, *HERE)
    assert "Policy Types: Ingress" in described
