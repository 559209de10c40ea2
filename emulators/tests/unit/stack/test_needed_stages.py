import re
from collections.abc import Mapping
from itertools import accumulate

import pytest

from emulators.stack.longest_chain import Delay, find_longest_chain
from emulators.stack.needed_stages import list_stages
from tests.support.specs import NOON, minutes

CLUSTER = "gp-fraud-llm-westeurope"
STAGES = list_stages("fraud-llm", {"westeurope": CLUSTER})

GROUP, PROFILE = "ARM PUT resource group gp-fraud-llm-edge", "Front Door create profiles gp-fraud"
ENDPOINT = "Front Door create afdendpoints gp-fraud-llm"
ORIGIN_GROUP = "ARM PUT origingroups inference accepted"
ORIGIN = "Front Door create origins westeurope"
ROUTE, ROUTE_TRAVELS = (
    "Front Door create routes inference",
    "Front Door propagate routes inference",
)
WAF, POLICY = "ARM PUT WAF policy gpfraudllm", "Front Door create securitypolicies waf"
AKS = f"AKS create {CLUSTER}"
INSIDE = f"{CLUSTER}: Kubernetes"
PLUGIN, MODEL = "kube-system/nvidia-device-plugin-x2k4p", "inference/fraud-llm-7d9f-abcde"
GATEWAY = "inference/fraud-llm-gateway-5b6c-qwert"
REGISTERS = f"{INSIDE} device plugin registers on aks-gpu-1-vmss000000"
ADDRESS = f"{INSIDE} load balancer address inference/fraud-llm"


def one_after_the_other(minutes_of: Mapping[str, float]) -> list[Delay]:
    """As a client sees them that asks for one thing at a time."""
    ends = list(accumulate(minutes_of.values()))
    return [
        Delay(name, NOON + minutes(end - each), NOON + minutes(end))
        for (name, each), end in zip(minutes_of.items(), ends, strict=True)
    ]


def chain(delays: list[Delay]) -> list[str]:
    found = find_longest_chain(STAGES, delays, NOON, NOON + minutes(600))
    return [delay.name for delay in found.delays]


def test_an_endpoint_and_an_origin_do_not_wait_for_each_other():
    delays = one_after_the_other(
        {GROUP: 1, PROFILE: 2, ENDPOINT: 3, ORIGIN_GROUP: 1, ORIGIN: 1, ROUTE: 2, ROUTE_TRAVELS: 9}
    )
    assert chain(delays) == [GROUP, PROFILE, ENDPOINT, ROUTE, ROUTE_TRAVELS]
    slower = one_after_the_other(
        {GROUP: 1, PROFILE: 2, ENDPOINT: 3, ORIGIN_GROUP: 1, ORIGIN: 4, ROUTE: 2, ROUTE_TRAVELS: 9}
    )
    assert chain(slower) == [GROUP, PROFILE, ORIGIN_GROUP, ORIGIN, ROUTE, ROUTE_TRAVELS]


def test_a_security_policy_needs_its_endpoint_and_its_waf_policy_and_not_the_route():
    delays = one_after_the_other({GROUP: 1, PROFILE: 2, ENDPOINT: 1, WAF: 1, POLICY: 9, ROUTE: 2})
    assert chain(delays) == [GROUP, PROFILE, ENDPOINT, POLICY]


@pytest.mark.parametrize(
    "name",
    [
        "Front Door propagate securitypolicies waf",
        "Front Door propagate profiles gp-fraud-llm",
        f"{INSIDE} autoscaler notices a change",
        f"{INSIDE} sync ConfigMaps of a pod",
        "AKS create gp-fraud-llm-westeurope2",
        "ARM PUT resource group gp-other-edge",
    ],
)
def test_what_nothing_waits_for_is_in_no_chain(name: str):
    assert not [stage for stage in STAGES if re.fullmatch(stage.delays, name)]


def test_a_model_starts_once_the_device_plugin_has_registered_and_beside_gateway_and_address():
    delays = one_after_the_other(
        {
            AKS: 7,
            f"{INSIDE} start pod {PLUGIN}": 0.1,
            f"{INSIDE} pull image nvcr.io/plugin:1 in {PLUGIN}": 0.1,
            f"{INSIDE} start container nvidia in {PLUGIN}": 0.1,
            REGISTERS: 0.2,
            f"{INSIDE} start pod {GATEWAY}": 0.3,
            ADDRESS: 1,
            f"{INSIDE} start pod {MODEL}": 0.1,
            f"{INSIDE} pull image registry.example.com/llm:1 in {MODEL}": 2,
            f"{INSIDE} start container fraud-llm in {MODEL}": 0.1,
            f"{INSIDE} startup probe of fraud-llm in {MODEL} succeeds": 1,
            f"{INSIDE} readiness probe of fraud-llm in {MODEL} succeeds": 0.1,
        }
    )
    others = {ADDRESS, f"{INSIDE} start pod {GATEWAY}"}
    assert chain(delays) == [d.name for d in delays if d.name not in others]
