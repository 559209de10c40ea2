"""Environment variables for the Services of a pod's namespace, as the kubelet injects them.

https://kubernetes.io/docs/tutorials/services/connect-applications-service/#environment-variables
"""

from collections.abc import Iterable, Mapping
from typing import Any

from emulators.azure.kubernetes.kinds import Object


def of_pod(spec: Mapping[str, Any], services: Iterable[Object]) -> dict[str, str]:
    """Empty with `enableServiceLinks: false`; headless Services have none in any case."""
    if spec.get("enableServiceLinks") is False:
        return {}
    variables: dict[str, str] = {}
    for service in services:
        address = service["spec"].get("clusterIP") or "None"
        if address != "None":
            variables |= _of_service(service["metadata"]["name"], address, service["spec"])
    return variables


def _of_service(name: str, address: str, spec: Mapping[str, Any]) -> dict[str, str]:
    prefix = _variable(name)
    ports: list[Mapping[str, Any]] = spec.get("ports") or []
    variables = {f"{prefix}_SERVICE_HOST": address}
    for index, port in enumerate(ports):
        number, protocol = str(port["port"]), port.get("protocol", "TCP")
        url = f"{protocol.lower()}://{address}:{number}"
        if index == 0:
            variables |= {f"{prefix}_SERVICE_PORT": number, f"{prefix}_PORT": url}
        if port.get("name"):
            variables[f"{prefix}_SERVICE_PORT_{_variable(port['name'])}"] = number
        one = f"{prefix}_PORT_{number}_{protocol.upper()}"
        variables |= {
            one: url,
            f"{one}_PROTO": protocol.lower(),
            f"{one}_PORT": number,
            f"{one}_ADDR": address,
        }
    return variables


def _variable(name: str) -> str:
    return name.upper().replace("-", "_")
