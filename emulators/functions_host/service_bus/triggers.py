"""What the Service Bus triggers of an app ask for."""

from collections.abc import Mapping
from dataclasses import dataclass

from emulators.functions_host.functions import IndexedFunction
from emulators.functions_host.service_bus_settings import ServiceBusSettings
from emulators.functions_host.settings_files import SettingsError, resolve


@dataclass(frozen=True, slots=True)
class ServiceBusTrigger:
    function: IndexedFunction
    connection: str
    queue: str
    topic: str
    subscription: str
    is_sessions_enabled: bool
    auto_complete: bool
    takes_many: bool

    @property
    def entity(self) -> str:
        return self.queue or f"{self.topic}/{self.subscription}"


def trigger_of(
    function: IndexedFunction, settings: ServiceBusSettings, environment: Mapping[str, str]
) -> ServiceBusTrigger:
    declared = function.trigger_settings

    def text(name: str) -> str:
        return resolve(str(declared.get(name) or ""), environment, f"Function {function.name}")

    auto_complete = declared.get("autoCompleteMessages")
    trigger = ServiceBusTrigger(
        function=function,
        connection=text("connection") or "AzureWebJobsServiceBus",
        queue=text("queueName"),
        topic=text("topicName"),
        subscription=text("subscriptionName"),
        is_sessions_enabled=declared.get("isSessionsEnabled") is True,
        auto_complete=settings.auto_complete_messages if auto_complete is None else auto_complete,
        takes_many=str(declared.get("cardinality") or "one").lower().endswith("many"),
    )
    if not trigger.queue and not (trigger.topic and trigger.subscription):
        raise SettingsError(f"Function {function.name}: its trigger names no queue and no topic.")
    return trigger
