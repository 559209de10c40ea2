"""What the stack tells the app about simulated Azure."""

from pathlib import Path
from typing import Any

import pytest

from emulators.stack.processes import ManagedProcess
from emulators.stack.stack import Stack

READY: dict[str, Any] = {
    "url": "https://127.0.0.1:9",
    "caBundle": "ca.pem",
    "identityEndpoint": "https://127.0.0.1:9/msi/token",
    "identityHeader": "header",
    "subscriptionId": "subscription",
    "tenantId": "tenant",
    "managedIdentity": {"clientId": "client", "principalId": "principal"},
    "logWorkspace": {"id": "workspace", "resourceId": "/workspaces/logs"},
    "serviceBus": "Endpoint=sb://127.0.0.1:8;",
}


@pytest.mark.parametrize(
    ("namespace", "expected"),
    [
        (
            "127.0.0.2",
            {
                "SERVICE_BUS__fullyQualifiedNamespace": "127.0.0.2",
                "SERVICE_BUS__credential": "managedidentity",
                "SERVICE_BUS__clientId": "client",
            },
        ),
        (None, {"SERVICE_BUS": "Endpoint=sb://127.0.0.1:8;"}),
    ],
    ids=["by identity", "by key where no address is free"],
)
def test_the_app_connects_to_service_bus_as_in_azure(
    tmp_path: Path, namespace: str | None, expected: dict[str, str]
) -> None:
    ready = {**READY, "serviceBusNamespace": namespace}
    popen: Any = None
    stack = Stack(tmp_path, processes={"simulator": ManagedProcess("simulator", popen, ready)})
    settings = stack._app_settings()  # pyright: ignore[reportPrivateUsage]
    found = {name: value for name, value in settings.items() if name.startswith("SERVICE_BUS")}
    assert found == expected
