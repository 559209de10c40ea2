"""An environment that Front Door reaches over Private Link, from its creation to its deletion."""

from typing import Any

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import Stack
from tests.e2e.looks import Look
from tests.e2e.stories import delete, finish, leftovers, provision, wait_until
from tests.e2e.sweeps import sweep

NAME = "secluded"
NETWORK = "2024-05-01"
SERVICE = "Microsoft.Network/privateLinkServices"

PREMIUM = {"sku": "Premium_AzureFrontDoor"}


def ask(azure: SimulatedAzure, environment: dict[str, Any]) -> int:
    body = {"model": "fraud-llm", "messages": [{"role": "user", "content": "Who pays?"}]}
    sent = azure.send_through_edge(environment, "POST", "/v1/chat/completions", json=body)
    return sent.status_code


def connections(look: Look, environment: dict[str, Any]) -> list[dict[str, Any]]:
    cluster = environment["cells"][0]["clusterId"]
    group = cluster.partition("/providers/")[0]
    service = f"{group}-nodes/providers/{SERVICE}/gp-{NAME}"
    return look.at_arm(service, NETWORK)["properties"]["privateEndpointConnections"]


def reject(look: Look, environment: dict[str, Any]) -> None:
    """As the owner of the network can at any time: the connection must have been approved."""
    (connection,) = connections(look, environment)
    state = connection["properties"]["privateLinkServiceConnectionState"]
    assert state["status"] == "Approved"
    rejected = {
        "properties": {
            "privateEndpoint": connection["properties"]["privateEndpoint"],
            "privateLinkServiceConnectionState": {**state, "status": "Rejected"},
        }
    }
    look.send_to_arm("PUT", connection["id"], NETWORK, rejected)


def test_a_premium_environment_lives_behind_private_link(
    api: Api, azure: SimulatedAzure, stack: Stack
):
    """The steps build on each other, so they are one story."""
    look = Look(azure, stack)
    environment = provision(api, NAME, edge=PREMIUM)
    assert environment["originTransport"] == "privateLink"
    assert environment["spec"]["edge"]["origin"] == "privateLink"
    assert environment["cells"][0]["externalIp"] == ""
    addresses = azure.get_state()["publicAddresses"]
    assert not [each for each in addresses if NAME in each["cluster"]]
    assert ask(azure, environment) == 200

    reject(look, environment)
    wait_until(lambda: ask(azure, environment) == 503)
    sweep(api)
    wait_until(lambda: "ModelNotAnswering" in findings(api))

    repair = finish(api, api.act(NAME, "repair"))
    assert repair["status"] == "Succeeded", repair
    assert ask(azure, environment) == 200

    slept = finish(api, api.act(NAME, "scale-down"))
    assert slept["status"] == "Succeeded", slept
    woken = finish(api, api.act(NAME, "wake"))
    assert woken["status"] == "Succeeded", woken
    assert ask(azure, environment) == 200

    slept = finish(api, api.act(NAME, "scale-down"))
    assert slept["status"] == "Succeeded", slept
    reject(look, environment)
    sweep(api)
    wait_until(lambda: "PrivateLinkNotConnected" in findings(api))
    repair = finish(api, api.act(NAME, "repair"))
    assert repair["status"] == "Succeeded", repair
    assert ask(azure, environment) == 200

    deletion = delete(api, NAME)
    assert deletion["status"] == "Succeeded", deletion
    assert leftovers(azure, NAME) == []


def findings(api: Api) -> list[str]:
    return [each["code"] for each in api.get_environment(NAME)["health"]["findings"]]
