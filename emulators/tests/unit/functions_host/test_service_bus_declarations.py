"""host.json, triggers and connections of Service Bus are read as the real host reads them."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest

from emulators.functions_host.app_loader import index_function
from emulators.functions_host.service_bus.connections import client_for
from emulators.functions_host.service_bus.triggers import ServiceBusTrigger, trigger_of
from emulators.functions_host.service_bus_settings import ServiceBusSettings
from emulators.functions_host.settings import read_host_settings
from emulators.functions_host.settings_files import SettingsError

CONNECTION_STRING = (
    "Endpoint=sb://127.0.0.1:5672;SharedAccessKeyName=n;SharedAccessKey=k;"
    "UseDevelopmentEmulator=true;"
)


def settings_of(folder: Path, **service_bus: Any) -> ServiceBusSettings:
    (folder / "host.json").write_text(json.dumps({"extensions": {"serviceBus": service_bus}}))
    return read_host_settings(folder, {}).service_bus


def test_the_defaults_are_the_extensions_own(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)

    assert settings.max_concurrent_calls % 16 == 0
    assert settings.max_concurrent_sessions == 8
    assert settings.max_message_batch_size == 1000
    assert settings.prefetch_count == 0
    assert settings.auto_complete_messages
    assert settings.max_auto_lock_renewal == timedelta(minutes=5)
    assert settings.session_idle_timeout == timedelta(minutes=1)


def test_the_service_bus_section_is_read(tmp_path: Path) -> None:
    settings = settings_of(
        tmp_path,
        prefetchCount=5,
        autoCompleteMessages=False,
        maxAutoLockRenewalDuration="00:10:00",
        maxConcurrentCalls=2,
        maxConcurrentSessions=3,
        maxMessageBatchSize=4,
        sessionIdleTimeout="00:00:00.25",
    )

    assert settings == ServiceBusSettings(
        prefetch_count=5,
        auto_complete_messages=False,
        max_auto_lock_renewal=timedelta(minutes=10),
        max_concurrent_calls=2,
        max_concurrent_sessions=3,
        max_message_batch_size=4,
        session_idle_timeout=timedelta(milliseconds=250),
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("prefetchCount", -1),
        ("maxConcurrentCalls", 0),
        ("maxConcurrentSessions", "many"),
        ("autoCompleteMessages", "no"),
        ("sessionIdleTimeout", "soon"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path, name: str, value: Any) -> None:
    with pytest.raises(SettingsError, match=f"extensions.serviceBus.{name} must be"):
        settings_of(tmp_path, **{name: value})


def queue_trigger(folder: Path, **declared: Any) -> ServiceBusTrigger:
    def given(message: func.ServiceBusMessage) -> None: ...

    app = func.FunctionApp()
    declared = {"queue_name": "%QUEUE%", "connection": "Bus", **declared}
    app.service_bus_queue_trigger(arg_name="message", **declared)(given)
    function = index_function(app.get_functions()[0])
    return trigger_of(function, settings_of(folder, autoCompleteMessages=True), {"QUEUE": "q"})


def test_a_queue_trigger(tmp_path: Path) -> None:
    trigger = queue_trigger(tmp_path)

    assert (trigger.entity, trigger.connection) == ("q", "Bus")
    assert trigger.auto_complete
    assert not trigger.is_sessions_enabled
    assert not trigger.takes_many


def test_a_trigger_overrides_host_json(tmp_path: Path) -> None:
    trigger = queue_trigger(
        tmp_path,
        auto_complete_messages=False,
        is_sessions_enabled=True,
        cardinality=func.Cardinality.MANY,
    )

    assert not trigger.auto_complete
    assert trigger.is_sessions_enabled
    assert trigger.takes_many


def test_a_topic_trigger(tmp_path: Path) -> None:
    def given(message: func.ServiceBusMessage) -> None: ...

    app = func.FunctionApp()
    app.service_bus_topic_trigger(
        arg_name="message", topic_name="events", subscription_name="all", connection=""
    )(given)
    function = index_function(app.get_functions()[0])

    trigger = trigger_of(function, settings_of(tmp_path), {})

    assert (trigger.entity, trigger.connection) == ("events/all", "AzureWebJobsServiceBus")


@pytest.mark.parametrize("queue", ["%MISSING%", ""])
def test_a_trigger_without_a_queue_is_refused(tmp_path: Path, queue: str) -> None:
    with pytest.raises(SettingsError, match=r"^Function given: "):
        queue_trigger(tmp_path, queue_name=queue)


@pytest.mark.parametrize(
    ("environment", "namespace"),
    [
        pytest.param({"Bus": CONNECTION_STRING}, "127.0.0.1:5672", id="connection string"),
        pytest.param({"AzureWebJobsBus": CONNECTION_STRING}, "127.0.0.1:5672", id="prefix"),
        pytest.param(
            {"Bus__fullyQualifiedNamespace": "b.servicebus.windows.net"},
            "b.servicebus.windows.net",
            id="identity",
        ),
        pytest.param(
            {
                "Bus__fullyQualifiedNamespace": "b.servicebus.windows.net",
                "Bus__credential": "managedidentity",
                "Bus__clientId": "c",
            },
            "b.servicebus.windows.net",
            id="user-assigned identity",
        ),
    ],
)
async def test_where_a_connection_leads(environment: dict[str, str], namespace: str) -> None:
    async with client_for("Bus", environment) as client:
        assert client.fully_qualified_namespace == namespace


def test_a_missing_connection_is_named() -> None:
    with pytest.raises(SettingsError, match="connection 'Bus' is missing or empty"):
        client_for("Bus", {"Bus": ""})
