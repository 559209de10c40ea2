"""Opens clients for the connection that a trigger names: a connection string, or an identity."""

import ssl
from collections.abc import Mapping
from functools import cache
from typing import Any

from azure.servicebus.aio import ServiceBusClient

from emulators.functions_host.settings_files import SettingsError

_RETRIES = 0
"""A loss is waited for by the listener itself: the SDK would hide it for 12 s."""


def client_for(connection: str, environment: Mapping[str, str]) -> ServiceBusClient:
    for name in (connection, f"AzureWebJobs{connection}", f"ConnectionStrings:{connection}"):
        if text := environment.get(name):
            return ServiceBusClient.from_connection_string(text, **_options())
    namespace = environment.get(f"{connection}__fullyQualifiedNamespace")
    if not namespace:
        raise SettingsError(f"The Service Bus connection '{connection}' is missing or empty.")
    return ServiceBusClient(namespace, _credential(connection, environment), **_options())


def _options() -> dict[str, Any]:
    return {"retry_total": _RETRIES, "ssl_context": _tls()}


@cache
def _tls() -> ssl.SSLContext:
    """One for all connections: the SDK reads all certificates anew for each receiver, which takes
    some 25 ms, even where it connects without TLS."""
    return ssl.create_default_context()


def _credential(connection: str, environment: Mapping[str, str]) -> Any:
    # Only an app that connects by identity has to bring this package along.
    from azure.identity.aio import DefaultAzureCredential, ManagedIdentityCredential

    client_id = environment.get(f"{connection}__clientId")
    if environment.get(f"{connection}__credential", "").lower() == "managedidentity":
        return ManagedIdentityCredential(client_id=client_id)
    return DefaultAzureCredential(managed_identity_client_id=client_id)
