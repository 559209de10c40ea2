"""What a user of a public endpoint sees: the model's answer, or what the edge says instead."""

from typing import Any

import aiohttp
import pytest

from emulators.azure.front_door.edge_view import EdgeWaf
from emulators.azure.kubernetes.addresses import PublicAddresses
from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.kubernetes.kinds import SERVICE
from emulators.tests.contract.edge.public_side import (
    FRONT_DOOR_ID,
    HOST,
    Client,
    Edge,
    apply,
    endpoint,
    group,
    manifests,
    origin,
    origin_host,
    route,
    scale,
    until,
)

QUESTION = {"model": "fraud-westeurope", "messages": [{"role": "user", "content": "Is it fraud?"}]}
RULES = ({"ruleSetType": "Microsoft_DefaultRuleSet", "ruleSetVersion": "2.1"},)


async def test_the_model_answers_a_chat_through_the_edge(client: Client):
    answer = await client.ask("/v1/chat/completions", "POST", QUESTION)

    assert answer.status == 200
    assert answer.body["object"] == "chat.completion"
    assert answer.body["model"] == "fraud-westeurope"
    choice = answer.body["choices"][0]
    assert choice["finish_reason"] == "stop"
    assert choice["message"]["role"] == "assistant"
    assert "fraud-westeurope" in choice["message"]["content"]
    assert answer.body["usage"]["prompt_tokens"] == 3
    assert answer.headers["X-Cache"] == "CONFIG_NOCACHE"
    assert answer.headers["x-azure-ref"]


async def test_the_same_question_gets_the_same_answer(client: Client):
    first = await client.ask("/v1/chat/completions", "POST", QUESTION)
    second = await client.ask("/v1/chat/completions", "POST", QUESTION)

    assert first.body == second.body


async def test_the_model_completes_a_prompt_and_lists_itself(client: Client):
    completed = await client.ask("/v1/completions", "POST", {"prompt": "Once upon"})
    models = await client.ask("/v1/models")

    assert completed.body["object"] == "text_completion"
    assert "Once upon" in completed.body["choices"][0]["text"]
    assert [each["id"] for each in models.body["data"]] == ["fraud-westeurope"]


async def test_a_streamed_answer_ends_with_done(client: Client):
    answer = await client.ask("/v1/chat/completions", "POST", {**QUESTION, "stream": True})

    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert answer.body.rstrip().endswith("data: [DONE]")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        pytest.param("GET", "/ready", None, 200, id="the path that the pod's probe asks"),
        pytest.param("HEAD", "/health", None, 200, id="HEAD on health"),
        pytest.param("GET", "/nope", None, 404, id="unknown path"),
        pytest.param("GET", "/v1/chat/completions", None, 405, id="wrong method"),
        pytest.param("POST", "/v1/chat/completions", {"messages": []}, 400, id="no message"),
        pytest.param("POST", "/v1/completions", {}, 400, id="no prompt"),
        pytest.param(
            "POST", "/v1/completions", {"model": "x", "prompt": "p"}, 404, id="unknown model"
        ),
    ],
)
async def test_the_model_server_keeps_to_its_api(
    client: Client, method: str, path: str, body: Any, status: int
):
    assert (await client.ask(path, method, body)).status == status


async def test_the_pod_sees_what_front_door_adds_to_a_request(client: Client):
    answer = await client.ask("/", **{"X-Forwarded-For": "203.0.113.7"})

    passed_on = answer.body["headers"]
    assert passed_on["X-Azure-FDID"] == FRONT_DOOR_ID
    assert passed_on["X-Azure-Ref"] == answer.headers["x-azure-ref"]
    assert passed_on["X-Forwarded-For"] == "203.0.113.7, 127.0.0.1"
    assert passed_on["X-Forwarded-Host"] == HOST
    assert passed_on["X-Forwarded-Proto"] == "http"


@pytest.mark.parametrize(
    "present",
    [
        pytest.param(None, id="unknown endpoint"),
        pytest.param(endpoint(route(), known=False), id="endpoint that has not propagated"),
        pytest.param(endpoint(route(), enabled=False), id="disabled endpoint"),
        pytest.param(endpoint(), id="no route yet"),
        pytest.param(endpoint(route(patterns=("/other/*",))), id="no matching pattern"),
        pytest.param(endpoint(route(supported_protocols=("Https",))), id="unsupported protocol"),
    ],
)
async def test_the_edge_answers_404_for_what_it_does_not_know(
    client: Client, edge: Edge, present: Any
):
    edge.present = present

    answer = await client.ask("/health")

    assert answer.status == 404
    assert "Our services aren't available right now" in answer.body
    assert answer.headers["X-Cache"] == "CONFIG_NOCACHE"
    assert answer.headers["x-azure-ref"]


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param({"origin_group": group()}, id="no origin"),
        pytest.param(
            {"origin_group": group(origin("westeurope", host_name="nobody.westeurope.x"))},
            id="origin without an address",
        ),
        pytest.param(
            {"origin_group": group(origin("westeurope", http_port=8080))}, id="wrong port"
        ),
        pytest.param({"forwarding_protocol": "HttpsOnly"}, id="TLS to a plain server"),
    ],
)
async def test_an_origin_that_cannot_be_reached_is_a_503(
    client: Client, edge: Edge, broken: dict[str, Any]
):
    edge.present = endpoint(route(**broken))

    answer = await client.ask("/health")

    assert answer.status == 503
    assert "Our services aren't available right now" in answer.body


async def test_a_cell_without_ready_pods_is_a_503(client: Client, clusters: dict[str, Cluster]):
    scale(clusters["westeurope"], 0)
    await until(lambda: not clusters["westeurope"].ready_pods("inference", "fraud"))

    assert (await client.ask("/health")).status == 503


async def test_plain_http_is_sent_to_https_with_its_query(client: Client, edge: Edge):
    edge.present = endpoint(route(https_redirect=True))

    answer = await client.ask("/v1/models?a=b")

    assert answer.status == 307
    assert answer.headers["Location"] == f"https://{HOST}/v1/models?a=b"


async def test_the_most_specific_route_wins_and_adds_its_origin_path(client: Client, edge: Edge):
    models = route(name="models", patterns=("/models/*",), origin_path="/v1")
    edge.present = endpoint(route(), models)

    assert (await client.ask("/models/x")).status == 404
    exact = route(name="exact", patterns=("/models",), origin_path="/v1")
    edge.present = endpoint(route(), exact)
    assert (await client.ask("/models")).body["object"] == "list"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param({"priority": 1}, {"priority": 2}, {"fraud-westeurope"}, id="best priority"),
        pytest.param({"priority": 3}, {"priority": 2}, {"fraud-eastus"}, id="other priority"),
        pytest.param(
            {"weight": 500}, {"weight": 500}, {"fraud-westeurope", "fraud-eastus"}, id="by weight"
        ),
        pytest.param(
            {"host_name": "gone.x"}, {"priority": 5}, {"fraud-eastus"}, id="only the healthy one"
        ),
    ],
)
async def test_origins_are_chosen_by_health_priority_and_weight(
    client: Client, edge: Edge, first: dict, second: dict, expected: set[str]
):
    both = group(origin("westeurope", **first), origin("eastus", **second))
    edge.present = endpoint(route(origin_group=both))

    served = {(await client.ask("/")).body["model"] for _ in range(40)}

    assert served == expected


async def test_when_no_origin_is_healthy_traffic_goes_to_all(client: Client, edge: Edge):
    wrong_probe = group(origin("westeurope"), path="/wrong")
    edge.present = endpoint(route(origin_group=wrong_probe))

    assert (await client.ask("/health")).status == 200


def waf(mode: str = "Prevention", **changes: Any) -> EdgeWaf:
    values: dict[str, Any] = {"policy_name": "gpfraud", "enabled": True, "patterns": ("/*",)}
    return EdgeWaf(**{**values, "mode": mode, "managed_rule_sets": RULES, **changes})


@pytest.mark.parametrize(
    ("policy", "path", "status"),
    [
        pytest.param(waf(), "/?q=<script>alert(1)</script>", 403, id="script"),
        pytest.param(waf(), "/?q=%27%20OR%201=1", 403, id="SQL"),
        pytest.param(waf(), "/health?q=fraud", 200, id="harmless"),
        pytest.param(waf("Detection"), "/?q=<script>", 200, id="detection only"),
        pytest.param(waf(enabled=False), "/?q=<script>", 200, id="policy off"),
        pytest.param(waf(managed_rule_sets=()), "/?q=<script>", 200, id="no managed rules"),
        pytest.param(waf(patterns=("/admin/*",)), "/?q=<script>", 200, id="another path"),
        pytest.param(waf(block_status=406), "/?q=<script>", 406, id="own status"),
        pytest.param(
            waf(
                custom_rules=(
                    {
                        "ruleType": "MatchRule",
                        "priority": 1,
                        "action": "Block",
                        "matchConditions": [
                            {
                                "matchVariable": "RequestUri",
                                "operator": "Contains",
                                "matchValue": ["/v1/models"],
                            }
                        ],
                    },
                )
            ),
            "/v1/models",
            403,
            id="custom rule",
        ),
    ],
)
async def test_the_firewall_blocks_what_its_policy_says(
    client: Client, edge: Edge, policy: EdgeWaf, path: str, status: int
):
    edge.present = endpoint(route(), waf=policy)

    answer = await client.ask(path)

    assert answer.status == status
    if status == 403:
        assert "The request is blocked." in answer.body


async def test_a_dns_label_serves_without_front_door(client: Client):
    answer = await client.ask("/v1/models", host=origin_host("eastus"))

    assert answer.body["data"][0]["id"] == "fraud-eastus"
    assert "x-azure-ref" not in answer.headers


async def test_a_service_that_admits_front_door_only_hangs_up_on_others(
    client: Client, clusters: dict[str, Cluster]
):
    manifest = manifests("eastus")[1][1]
    tags = "service.beta.kubernetes.io/azure-allowed-service-tags"
    manifest["metadata"]["annotations"][tags] = "AzureFrontDoor.Backend"
    apply(clusters["eastus"], SERVICE, manifest)

    with pytest.raises(aiohttp.ClientConnectionError):
        await client.ask("/health", host=origin_host("eastus"))


async def test_a_name_that_nobody_has_does_not_answer(client: Client):
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.ask("/health", host="nobody.eastus.cloudapp.azure.com")


async def test_a_released_address_leads_nowhere(
    client: Client, clusters: dict[str, Cluster], addresses: PublicAddresses
):
    clusters["westeurope"].registry.delete(SERVICE, "inference", "fraud")
    await until(lambda: addresses.resolve(origin_host("westeurope")) is None)

    assert (await client.ask("/health")).status == 503
