"""Runs a function for messages and settles them by how it ended."""

import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

from azure.functions.meta import Datum
from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus.aio import ServiceBusReceiver
from azure.servicebus.exceptions import ServiceBusError

from emulators.functions_host.functions import IndexedFunction
from emulators.functions_host.service_bus.deliveries import Deliveries, Delivery
from emulators.functions_host.service_bus.lock_renewal import LockRenewal, renewed
from emulators.functions_host.service_bus.model_binding_data import many_models, one_model
from emulators.functions_host.service_bus.plain_messages import (
    Metadata,
    many_messages,
    one_message,
)
from emulators.functions_host.service_bus.triggers import ServiceBusTrigger
from emulators.functions_host.service_bus_settings import ServiceBusSettings

_log = logging.getLogger("emulators.functions_host.service_bus")

type Invoke = Callable[[IndexedFunction, Datum, Mapping[str, Datum], str], Awaitable[None]]


class Processing:
    def __init__(
        self,
        trigger: ServiceBusTrigger,
        invoke: Invoke,
        deliveries: Deliveries,
        settings: ServiceBusSettings,
    ) -> None:
        self._trigger = trigger
        self._invoke = invoke
        self._deliveries = deliveries
        self._settings = settings

    async def process(
        self, receiver: ServiceBusReceiver, messages: Sequence[ServiceBusReceivedMessage]
    ) -> None:
        async with contextlib.AsyncExitStack() as stack:
            deliveries = stack.enter_context(self._deliveries.held(receiver, messages))
            if not self._trigger.is_sessions_enabled:
                for each in deliveries:
                    await stack.enter_async_context(renewed(self._renewal(each)))
            has_succeeded = await self._run(messages)
        unsettled = [each for each in deliveries if not each.is_settled]
        if not has_succeeded:
            await _settle_all(unsettled, "abandon", receiver.abandon_message)
        elif self._trigger.auto_complete:
            await _settle_all(unsettled, "complete", receiver.complete_message)
        elif not self._deliveries.is_released(receiver):
            for each in unsettled:
                _log.warning(
                    "Function %s did not settle the message %s; it comes back when its lock ends.",
                    self._trigger.function.name,
                    each.message.message_id,
                )

    def _renewal(self, delivery: Delivery) -> LockRenewal:
        message = delivery.message
        return LockRenewal(
            lambda: delivery.receiver.renew_message_lock(message),
            lambda: message.locked_until_utc,
            self._settings.max_auto_lock_renewal,
        )

    async def _run(self, messages: Sequence[ServiceBusReceivedMessage]) -> bool:
        function = self._trigger.function
        reason = f"New ServiceBus message detected on '{self._trigger.entity}'."
        try:
            datum, metadata = self._trigger_data(messages)
            await self._invoke(function, datum, metadata, reason)
        except Exception:
            _log.exception("Function %s failed.", function.name)
            return False
        return True

    def _trigger_data(
        self, messages: Sequence[ServiceBusReceivedMessage]
    ) -> tuple[Datum, Metadata]:
        if self._trigger.function.takes_sdk_type:
            data = many_models(messages) if self._trigger.takes_many else one_model(messages[0])
            return data, {}
        if self._trigger.takes_many:
            return many_messages(messages)
        return one_message(messages[0])


async def _settle_all(
    deliveries: Sequence[Delivery],
    what: str,
    settle: Callable[[ServiceBusReceivedMessage], Awaitable[None]],
) -> None:
    for each in deliveries:
        try:
            await settle(each.message)
            each.is_settled = True
        except (ServiceBusError, ValueError) as error:
            _log.warning(
                "The host could not %s the message %s; it will be delivered again: %s",
                what,
                each.message.message_id,
                error,
            )
