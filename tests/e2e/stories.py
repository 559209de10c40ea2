"""What several stories have in common."""

import time
from collections.abc import Callable
from typing import Any

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.kubeconfig import fetch_kubeconfig
from emulators.stack.stack import Stack
from tests.support.specs import spec_body

TIMEOUT_SECONDS = 90.0
SETTLED_SECONDS = 60.0
POLL_SECONDS = 0.5
"""Each poll takes 20 ms of a processor, counted over all processes."""


def wait_until(condition: Callable[[], bool]) -> None:
    """What is changed by hand takes Azure and Kubernetes a while."""
    end = time.monotonic() + SETTLED_SECONDS
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.2)


def finish(api: Api, operation_id: str) -> dict[str, Any]:
    """The operation when it has ended."""
    return list(api.follow(operation_id, TIMEOUT_SECONDS, POLL_SECONDS))[-1]


def provision(api: Api, name: str, **changes: Any) -> dict[str, Any]:
    operation = finish(api, api.create_environment(spec_body(name=name, **changes)))
    assert operation["status"] == "Succeeded", operation
    return api.get_environment(name)


def delete(api: Api, name: str) -> dict[str, Any]:
    return finish(api, api.delete_environment(name))


def leftovers(azure: SimulatedAzure, name: str) -> list[str]:
    """What simulated Azure still shows of an environment."""
    state = azure.get_state()
    ids = [
        *(group["id"] for group in state["resourceGroups"]),
        *state["resources"],
        *(address["hostName"] or address["ip"] for address in state["publicAddresses"]),
    ]
    return [each for each in ids if name in each]


def gpu_nodes(azure: SimulatedAzure, name: str) -> list[str]:
    clusters = [c for c in azure.get_state()["clusters"] if f"gp-{name}-" in c["id"]]
    return [node["name"] for c in clusters for node in c["nodes"] if "-gpu-" in node["name"]]


def model_pods(stack: Stack, environment: dict[str, Any], cluster_id: str) -> list[dict[str, Any]]:
    """Replicas in a cell, of all versions."""
    config = fetch_kubeconfig(stack.describe(), cluster_id)
    url = f"{config['clusters'][0]['cluster']['server']}/api/v1/namespaces/inference/pods"
    headers = {"Authorization": f"Bearer {config['users'][0]['user']['token']}"}
    wanted = {"labelSelector": f"app.kubernetes.io/instance={environment['spec']['name']}"}
    with SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure:
        listed = azure.get(url, params=wanted, headers=headers).raise_for_status().json()
    return [p for p in listed["items"] if "gridplane.io/template" in p["metadata"]["labels"]]


def creations(azure: SimulatedAzure, name: str) -> dict[str, int]:
    """How often each resource of an environment was created: ARM answers 201 to a creation."""
    counts: dict[str, int] = {}
    for request in azure.get_requests()["requests"]:
        if request["method"] == "PUT" and request["status"] == 201 and name in request["path"]:
            counts[request["path"]] = counts.get(request["path"], 0) + 1
    return counts
