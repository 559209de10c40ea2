"""The variables that a pod finds for the Services of its namespace."""

from typing import Any

import pytest

from emulators.azure.kubernetes.expansion import build_environment
from emulators.azure.kubernetes.service_links import of_pod


def service(service_name: str, address: str = "10.0.0.7", **port: Any) -> dict[str, Any]:
    ports = [{"port": 80, "protocol": "TCP", **port}]
    return {"metadata": {"name": service_name}, "spec": {"clusterIP": address, "ports": ports}}


def test_a_service_gives_its_address_in_all_the_ways_of_docker_links():
    assert of_pod({}, [service("fraud-llm", name="http-api")]) == {
        "FRAUD_LLM_SERVICE_HOST": "10.0.0.7",
        "FRAUD_LLM_SERVICE_PORT": "80",
        "FRAUD_LLM_SERVICE_PORT_HTTP_API": "80",
        "FRAUD_LLM_PORT": "tcp://10.0.0.7:80",
        "FRAUD_LLM_PORT_80_TCP": "tcp://10.0.0.7:80",
        "FRAUD_LLM_PORT_80_TCP_PROTO": "tcp",
        "FRAUD_LLM_PORT_80_TCP_PORT": "80",
        "FRAUD_LLM_PORT_80_TCP_ADDR": "10.0.0.7",
    }


@pytest.mark.parametrize(
    ("spec", "services"),
    [
        ({"enableServiceLinks": False}, [service("vllm")]),
        ({}, [service("vllm", "None")]),
        ({}, [{"metadata": {"name": "x"}, "spec": {"type": "ExternalName"}}]),
        ({}, []),
    ],
)
def test_there_are_none(spec: dict[str, Any], services: list[dict[str, Any]]):
    assert of_pod(spec, services) == {}


def test_a_containers_own_variables_come_after_the_links_and_may_refer_to_them():
    env = [
        {"name": "URL", "value": "$(VLLM_PORT)/v1"},
        {"name": "VLLM_PORT", "value": "8000"},
        {"name": "LITERAL", "value": "$$(VLLM_PORT)"},
    ]
    built = build_environment({"env": env}, of_pod({}, [service("vllm")]))
    assert built["URL"] == "tcp://10.0.0.7:80/v1"
    assert built["VLLM_PORT"] == "8000"
    assert built["LITERAL"] == "$(VLLM_PORT)"
