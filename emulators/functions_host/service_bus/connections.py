"""Opens clients for the connection that a trigger names: a connection string, or an identity."""

from collections.abc import Mapping
from typing import Any

from azure.servicebus.aio import ServiceBusClient

from emulators.functions_host.settings_files import SettingsError

_RETRIES = 0
"""A loss is waited for by the listener itself: the SDK would hide it for 12 s."""


def client_for(connection: str, environment: Mapping[str, str]) -> ServiceBusClient:
    for name in (connection, f"AzureWebJobs{connection}", f"ConnectionStrings:{connection}"):
        if text := environment.get(name):
            return ServiceBusClient.from_connection_string(text, retry_total=_RETRIES)
    namespace = environment.get(f"{connection}__fullyQualifiedNamespace")
    if not namespace:
        raise SettingsError(f"The Service Bus connection '{connection}' is missing or empty.")
    return ServiceBusClient(namespace, _credential(connection, environment), retry_total=_RETRIES)


def _credential(connection: str, environment: Mapping[str, str]) -> Any:
    # Only an app that connects by identity has to bring this package along.
    from azure.identity.aio import DefaultAzureCredential, ManagedIdentityCredential

    client_id = environment.get(f"{connection}__clientId")
    if environment.get(f"{connection}__credential", "").lower() == "managedidentity":
        return ManagedIdentityCredential(client_id=client_id)
    return DefaultAzureCredential(managed_identity_client_id=client_id)
