"""What host.json says about Service Bus triggers: `extensions.serviceBus`."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from emulators.functions_host.settings_files import SettingsError, section, time_span, whole_number

_WHERE = "extensions.serviceBus"


@dataclass(frozen=True, slots=True)
class ServiceBusSettings:
    prefetch_count: int
    auto_complete_messages: bool
    max_auto_lock_renewal: timedelta
    max_concurrent_calls: int
    max_concurrent_sessions: int
    max_message_batch_size: int
    session_idle_timeout: timedelta


def service_bus_settings(host: dict[str, Any], processors: int) -> ServiceBusSettings:
    found = section(host, "extensions", "serviceBus")
    auto_complete = found.get("autoCompleteMessages", True)
    if not isinstance(auto_complete, bool):
        raise SettingsError(f"host.json: {_WHERE}.autoCompleteMessages must be true or false.")
    return ServiceBusSettings(
        prefetch_count=whole_number(found, _WHERE, "prefetchCount", 0, lowest=0),
        auto_complete_messages=auto_complete,
        max_auto_lock_renewal=_span(found, "maxAutoLockRenewalDuration", "00:05:00"),
        max_concurrent_calls=whole_number(found, _WHERE, "maxConcurrentCalls", 16 * processors),
        max_concurrent_sessions=whole_number(found, _WHERE, "maxConcurrentSessions", 8),
        max_message_batch_size=whole_number(found, _WHERE, "maxMessageBatchSize", 1000),
        session_idle_timeout=_span(found, "sessionIdleTimeout", "00:01:00"),
    )


def _span(settings: dict[str, Any], name: str, default: str) -> timedelta:
    span = time_span(str(settings.get(name) or default))
    if span is None:
        raise SettingsError(f"host.json: {_WHERE}.{name} must be a time span hh:mm:ss.")
    return span
