"""Sends requests through both doors, as callers do that do not give up on a lost answer."""

import json
import threading
from collections.abc import Mapping
from typing import Any

import httpx
from azure.servicebus import ServiceBusClient, ServiceBusMessage
from azure.servicebus.exceptions import ServiceBusError

from tests.chaos.plan import Door
from tests.chaos.snapshot import Sent
from tests.chaos.world import World
from tests.support.messages import cloud_event

QUEUE = "provisioning-requests"
RETRY_SECONDS = 0.5
TRIES = 60

METHODS = {"provision": "POST", "update": "PUT", "delete": "DELETE"}
"""Of the commands that are not an action of their own."""


class Doors:
    """One for all threads of a run."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._client = ServiceBusClient.from_connection_string(
            world.stack.simulator["serviceBus"], retry_total=0
        )
        self._sending = threading.Lock()

    def close(self) -> None:
        self._client.close()

    def send(
        self,
        door: Door,
        name: str,
        command: str,
        request_id: str,
        body: Mapping[str, Any] | None = None,
    ) -> Sent:
        """Sends one request and logs it with its answer."""
        send = self._send_message if door is Door.MESSAGE else self._send_by_rest
        sent_at = self._world.now
        answer = send(name, command, request_id, body)
        sent = Sent(
            environment=name,
            command=command,
            door=door,
            request_id=request_id,
            sent_at=sent_at,
            answered_at=self._world.now,
            **answer,
        )
        self._world.log.sent.append(sent)
        return sent

    def _send_by_rest(
        self, name: str, command: str, request_id: str, body: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        """The final answer; sent again with the same id while the host or the hub is away."""
        path = "/environments" if command == "provision" else f"/environments/{name}"
        if command not in METHODS:
            path = f"{path}/{command}"
        for _ in range(TRIES):
            try:
                answer = self._world.api.request(
                    METHODS.get(command, "POST"),
                    path,
                    json=body,
                    headers={"Repeatability-Request-ID": request_id},
                )
            except httpx.TransportError:
                answer = None
            if answer is not None and not _is_passing(answer):
                return _read(answer)
            if self._world.is_over.wait(RETRY_SECONDS):
                break
        return {}

    def _send_message(
        self, name: str, command: str, request_id: str, body: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        event = cloud_event(command, body or {"name": name}, id=request_id)
        message = ServiceBusMessage(json.dumps(event), session_id=name, message_id=request_id)
        for _ in range(TRIES):
            try:
                with self._sending, self._client.get_queue_sender(QUEUE) as sender:
                    sender.send_messages(message)
                return {}
            except ServiceBusError:
                self._world.is_over.wait(RETRY_SECONDS)
        raise TimeoutError(f"message {request_id} could not be sent")


def _is_passing(answer: httpx.Response) -> bool:
    return answer.headers.get("x-ms-error-code") in ("TaskHubUnreachable", "ConcurrentRequests")


def _read(answer: httpx.Response) -> dict[str, Any]:
    location = answer.headers.get("Operation-Location", "")
    return {
        "status": answer.status_code,
        "operation_id": location.rpartition("/")[2] or None,
        "code": answer.headers.get("x-ms-error-code"),
    }
