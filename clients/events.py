"""Publishes events about environments to a Service Bus topic."""

import asyncio
import json
from http import HTTPStatus
from typing import Any, Self

from azure.core.credentials_async import AsyncTokenCredential
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient, ServiceBusSender
from azure.servicebus.exceptions import (
    MessageSizeExceededError,
    MessagingEntityDisabledError,
    MessagingEntityNotFoundError,
    OperationTimeoutError,
    ServiceBusAuthenticationError,
    ServiceBusAuthorizationError,
    ServiceBusCommunicationError,
    ServiceBusConnectionError,
    ServiceBusError,
    ServiceBusQuotaExceededError,
)

from clients.answers import EventRefusal, NoAnswer
from domain.events.cloud_events import CloudEvent

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
SEND_SECONDS = 20.0
LOCK_SECONDS = 30.0
"""Longest wait for the sender. With a namespace that does not respond, events would wait for each
other's timeouts, and longer than the Functions host lets a function run."""

RETRIES = 1
"""For a connection that was closed while idle; all other retries are orchestrated."""

UNANSWERED = (ServiceBusConnectionError, ServiceBusCommunicationError, OperationTimeoutError)
REFUSALS: tuple[tuple[type[ServiceBusError], str], ...] = (
    (ServiceBusAuthenticationError, "Unauthorized"),
    (ServiceBusAuthorizationError, "Unauthorized"),
    (MessagingEntityNotFoundError, "TopicNotFound"),
    (MessagingEntityDisabledError, "TopicDisabled"),
    (ServiceBusQuotaExceededError, "TopicFull"),
    (MessageSizeExceededError, "EventTooLarge"),
    (ServiceBusError, "EventRefused"),
)


class EventsClient:
    """Keeps one sender, opened on first use and reopened after any error."""

    def __init__(self, client: ServiceBusClient, topic: str) -> None:
        self._client = client
        self._topic = topic
        self._sender: ServiceBusSender | None = None
        self._lock = asyncio.Lock()  # the SDK's senders take one call at a time

    @classmethod
    def by_identity(
        cls, namespace: str, credential: AsyncTokenCredential, ca_bundle: str | None, topic: str
    ) -> Self:
        """`namespace`: host name of the Service Bus namespace."""
        client = ServiceBusClient(
            namespace, credential, connection_verify=ca_bundle, retry_total=RETRIES
        )
        return cls(client, topic)

    @classmethod
    def by_connection_string(
        cls, connection_string: str, ca_bundle: str | None, topic: str
    ) -> Self:
        client = ServiceBusClient.from_connection_string(
            connection_string, connection_verify=ca_bundle, retry_total=RETRIES
        )
        return cls(client, topic)

    async def publish(self, event: CloudEvent) -> EventRefusal | None:
        """None once the topic has accepted the event. Raises NoAnswer."""
        try:
            await asyncio.wait_for(self._lock.acquire(), LOCK_SECONDS)
        except TimeoutError as error:
            raise NoAnswer("other events are still waiting for an answer") from error
        try:
            return await self._send(build_message(event))
        finally:
            self._lock.release()

    async def _send(self, message: ServiceBusMessage) -> EventRefusal | None:
        self._sender = self._sender or self._client.get_topic_sender(self._topic)
        try:
            await self._sender.send_messages(message, timeout=SEND_SECONDS)
        except UNANSWERED as error:
            await self.close_sender()
            raise NoAnswer(f"{type(error).__name__}: {error}") from error
        except ServiceBusError as error:
            await self.close_sender()
            return EventRefusal(_code_of(error), _message_of(error))
        return None

    async def close_sender(self) -> None:
        sender, self._sender = self._sender, None
        if sender:
            await sender.close()

    async def close(self) -> None:
        await self.close_sender()
        await self._client.close()


def build_message(event: CloudEvent) -> ServiceBusMessage:
    """CloudEvents' structured mode; type and trace are also properties, for filters.

    The topic drops a duplicate message id, so a repeated attempt is delivered once.
    """
    properties: dict[str | bytes, Any] = {
        "cloudEvents_type": event.type,
        "cloudEvents_source": event.source,
        "cloudEvents_subject": event.subject,
    }
    if event.traceparent:
        properties["traceparent"] = event.traceparent
    return ServiceBusMessage(
        json.dumps(event.to_wire()),
        message_id=event.id,
        content_type=CONTENT_TYPE,
        subject=event.subject,
        application_properties=properties,
    )


def _code_of(error: ServiceBusError) -> str:
    """Service Bus refuses the token for a topic that does not exist with 404, and the SDK makes an
    authentication error of every refused token."""
    if getattr(error.inner_exception, "status_code", None) == HTTPStatus.NOT_FOUND:
        return "TopicNotFound"
    return next(code for kind, code in REFUSALS if isinstance(error, kind))


def _message_of(error: ServiceBusError) -> str:
    """Why a token was refused, the SDK tells in the inner exception alone."""
    if isinstance(error, ServiceBusAuthenticationError) and error.inner_exception:
        return str(error.inner_exception)
    return str(error)
