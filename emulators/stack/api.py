"""HTTP clients for users of the stack: Gridplane's API, the model, simulated Azure."""

import ssl
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

import httpx

from emulators.stack.longest_chain import Delay
from emulators.stack.model_callers import request_token

POLL_SECONDS = 0.2
RECORDED_SECONDS = 30.0
"""Gateways write twice a second."""

ENDED = frozenset({"Succeeded", "Failed", "Canceled"})


class UnexpectedAnswer(Exception):
    """An HTTP response, or the state in it, that ends the demo or test."""


class Api(httpx.Client):
    """Gridplane's REST API."""

    def __init__(self, url: str) -> None:
        """`url`: plain HTTP, so no certificates are loaded, which would take 30 ms."""
        no_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        super().__init__(base_url=url, verify=no_tls, timeout=30, trust_env=False)

    def create_environment(self, body: Mapping[str, Any]) -> str:
        """The id of the operation that the request started."""
        return _expect(self.post("/environments", json=body), 202)["id"]

    def replace_environment(self, body: Mapping[str, Any]) -> str:
        """The id of the operation that the request started."""
        return _expect(self.put(f"/environments/{body['name']}", json=body), 202)["id"]

    def act(self, name: str, action: str) -> str:
        """The id of the operation that `wake`, `retry` or another action started or canceled."""
        return _expect(self.post(f"/environments/{name}/{action}"), 202)["id"]

    def delete_environment(self, name: str) -> str:
        return _expect(self.delete(f"/environments/{name}"), 202)["id"]

    def get_environment(self, name: str) -> dict[str, Any]:
        return _expect(self.get(f"/environments/{name}"), 200)

    def get_operation(self, operation_id: str) -> dict[str, Any]:
        return _expect(self.get(f"/operations/{operation_id}"), 200)

    def follow(
        self, operation_id: str, timeout_seconds: float, poll_seconds: float = POLL_SECONDS
    ) -> Iterator[dict[str, Any]]:
        """Yields the operation until it has ended. Raises UnexpectedAnswer at the timeout."""
        deadline = time.monotonic() + timeout_seconds
        while True:
            operation = self.get_operation(operation_id)
            yield operation
            if operation["status"] in ENDED:
                return
            if time.monotonic() > deadline:
                raise UnexpectedAnswer(f"{operation_id} still runs after {timeout_seconds:.0f} s")
            time.sleep(poll_seconds)

    def await_invocation(self, name: str, status: int) -> dict[str, Any]:
        """The latest invocation on record that had this status. Raises UnexpectedAnswer."""
        deadline = time.monotonic() + RECORDED_SECONDS
        while time.monotonic() < deadline:
            found = _expect(self.get(f"/environments/{name}/invocations"), 200)["value"]
            if lines := [line for line in found if line["status"] == status]:
                return lines[0]
            time.sleep(POLL_SECONDS)
        raise UnexpectedAnswer(f"no invocation of {name} with status {status} is on record")

    def count_history_events(self, operation_id: str) -> int:
        """Events in the durable history of the operation and all its children."""
        instances = self.get(
            "/runtime/webhooks/durabletask/instances", params={"instanceIdPrefix": operation_id}
        ).json()
        return sum(len(self._history(instance["instanceId"])) for instance in instances)

    def _history(self, instance_id: str) -> list[Any]:
        url = f"/runtime/webhooks/durabletask/instances/{instance_id}"
        return self.get(url, params={"showHistory": "true"}).json()["historyEvents"]


class SimulatedAzure(httpx.Client):
    """The control API of simulated Azure, and its edge by an environment's public host name."""

    def __init__(self, url: str, ca_bundle: str) -> None:
        context = ssl.create_default_context(cafile=ca_bundle)
        super().__init__(base_url=url, verify=context, timeout=30, trust_env=False)

    def get_state(self) -> dict[str, Any]:
        return _expect(self.get("/_simulator/state"), 200)

    def get_requests(self) -> dict[str, Any]:
        return _expect(self.get("/_simulator/requests"), 200)

    def get_delays(self) -> list[Delay]:
        return [
            Delay(
                item["name"],
                datetime.fromisoformat(item["startedAt"]),
                datetime.fromisoformat(item["endedAt"]),
            )
            for item in _expect(self.get("/_simulator/latencies"), 200)
        ]

    def add_fault(self, fault: Mapping[str, Any]) -> str:
        """The fault's id."""
        return _expect(self.post("/_simulator/faults", json=fault), 201)["id"]

    def get_faults(self) -> list[dict[str, Any]]:
        return _expect(self.get("/_simulator/faults"), 200)

    def clear_faults(self) -> None:
        self.delete("/_simulator/faults").raise_for_status()

    def ask_model(self, environment: Mapping[str, Any], question: str) -> dict[str, Any]:
        """The response to a chat completion through the environment's endpoint."""
        model = environment["spec"]["workload"]["model"]["name"]
        body = {"model": model, "messages": [{"role": "user", "content": question}]}
        return _expect(
            self.send_through_edge(environment, "POST", "/v1/chat/completions", json=body), 200
        )

    def send_through_edge(
        self,
        environment: Mapping[str, Any],
        method: str,
        path: str,
        *,
        with_token: bool = True,
        **sent: Any,
    ) -> httpx.Response:
        """`with_token`: as a caller who may invoke models."""
        host = environment["endpoint"].removeprefix("https://")
        headers = {"Host": host, **sent.pop("headers", {})}
        if with_token:
            headers["Authorization"] = f"Bearer {self.model_token}"
        return self.request(
            method, path, headers=headers, extensions={"sni_hostname": host}, **sent
        )

    @cached_property
    def model_token(self) -> str:
        """Of a caller who may invoke models; it outlives a demo and a test."""
        return request_token(self)


def _expect(response: httpx.Response, status: int) -> Any:
    if response.status_code != status:
        raise UnexpectedAnswer(
            f"{response.request.method} {response.request.url} answered "
            f"{response.status_code} instead of {status}: {response.text}"
        )
    return response.json()
