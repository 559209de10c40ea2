"""Opens clients for the connection that a trigger names: a connection string, or an identity."""

import ssl
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from azure.servicebus.aio import ServiceBusClient
from azure.servicebus.exceptions import ServiceBusAuthenticationError, ServiceBusError

from emulators.functions_host.settings_files import SettingsError

_RETRIES = 0
"""A loss is waited for by the listener itself: the SDK would hide it for 12 s."""


def client_for(
    connection: str, environment: Mapping[str, str], ca_bundle: Path | None = None
) -> ServiceBusClient:
    """`ca_bundle`: authorities that are trusted instead of the public ones."""
    options: dict[str, Any] = {"retry_total": _RETRIES, "ssl_context": _tls(ca_bundle)}
    for name in (connection, f"AzureWebJobs{connection}", f"ConnectionStrings:{connection}"):
        if text := environment.get(name):
            return ServiceBusClient.from_connection_string(text, **options)
    namespace = environment.get(f"{connection}__fullyQualifiedNamespace")
    if not namespace:
        raise SettingsError(f"The Service Bus connection '{connection}' is missing or empty.")
    credential = _credential(connection, environment, ca_bundle)
    return ServiceBusClient(namespace, credential, **options)


def describe(error: ServiceBusError) -> str:
    """Why a token was refused, the SDK tells in the inner exception alone."""
    if isinstance(error, ServiceBusAuthenticationError) and error.inner_exception:
        return str(error.inner_exception).replace("\n", " ")
    return str(error)


@cache
def _tls(ca_bundle: Path | None) -> ssl.SSLContext:
    """One for all connections: the SDK reads all certificates anew for each receiver, which takes
    some 25 ms, even where it connects without TLS."""
    return ssl.create_default_context(cafile=ca_bundle)


def _credential(connection: str, environment: Mapping[str, str], ca_bundle: Path | None) -> Any:
    # Only an app that connects by identity has to bring this package along.
    from azure.identity.aio import DefaultAzureCredential, ManagedIdentityCredential

    trust: dict[str, Any] = {"connection_verify": str(ca_bundle)} if ca_bundle else {}
    client_id = environment.get(f"{connection}__clientId")
    if environment.get(f"{connection}__credential", "").lower() == "managedidentity":
        return ManagedIdentityCredential(client_id=client_id, **trust)
    return DefaultAzureCredential(managed_identity_client_id=client_id, **trust)
