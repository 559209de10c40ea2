"""The durable client binding leads the SDK's clients to the hub and to the management API."""

import json
from datetime import UTC, datetime
from typing import Any

import azure.durable_functions as df
import azure.functions as func
import pytest
from durabletask.client import OrchestrationState, OrchestrationStatus
from durabletask.task import FailureDetails

from emulators.functions_host.durable_client_binding import durable_client_binding
from emulators.functions_host.management.answers import instance_body

BINDING = durable_client_binding(
    hub_name="Hub", hub_address="127.0.0.1:4001", host_url="http://127.0.0.1:7071"
)


def test_the_sdks_client_reads_it() -> None:
    client = df.SyncDurableFunctionsClient(BINDING)
    request = func.HttpRequest("POST", "http://outside:80/api/start", body=b"")

    urls = client.create_http_management_payload(request, "a b")
    client.close()

    assert client.taskHubName == "Hub"
    assert client.rpcBaseUrl == "127.0.0.1:4001"
    base = "http://outside:80/runtime/webhooks/durabletask/instances/a%20b"
    assert urls["statusQueryGetUri"] == f"{base}?taskHub=Hub&connection=Storage"
    assert urls["sendEventPostUri"].startswith(f"{base}/raiseEvent/{{eventName}}?")


def test_it_is_json_with_urls_for_starting() -> None:
    assert set(json.loads(BINDING)["creationUrls"]) == {
        "createNewInstancePostUri",
        "createAndWaitOnNewInstancePostUri",
    }


def state(**changed: Any) -> OrchestrationState:
    at = datetime(2026, 3, 1, 12, 0, 0, 500_000, UTC)
    whole: dict[str, Any] = {
        "instance_id": "1",
        "name": "chain",
        "runtime_status": OrchestrationStatus.COMPLETED,
        "created_at": at,
        "last_updated_at": at,
        "serialized_input": "1",
        "serialized_output": "2",
        "serialized_custom_status": None,
        "failure_details": None,
    }
    return OrchestrationState(**whole | changed)


@pytest.mark.parametrize(
    ("changed", "name", "value"),
    [
        pytest.param({}, "createdTime", "2026-03-01T12:00:00Z", id="whole seconds"),
        pytest.param({}, "output", 2, id="JSON is parsed"),
        pytest.param({"serialized_output": '"text"'}, "output", "text", id="text"),
        pytest.param({"serialized_output": "no json"}, "output", "no json", id="no JSON"),
        pytest.param({"serialized_custom_status": ""}, "customStatus", None, id="none set"),
        pytest.param(
            {"serialized_output": None, "failure_details": FailureDetails("broke", "E", None)},
            "output",
            "broke",
            id="a failure is the output",
        ),
    ],
)
def test_a_status_has_the_extensions_shape(
    changed: dict[str, Any], name: str, value: object
) -> None:
    assert instance_body(state(**changed), show_input=True)[name] == value
