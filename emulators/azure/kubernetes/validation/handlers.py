"""What the kubelet calls in a container: probes, and hooks at its start and end."""

from collections.abc import Iterator, Mapping
from typing import Any

from emulators.azure.kubernetes.errors import FieldError, invalid, required
from emulators.azure.kubernetes.validation import formats
from emulators.azure.kubernetes.validation.metadata import check_at_least, check_format

_PROBE_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc")
_HOOK_HANDLERS = ("exec", "httpGet", "tcpSocket", "sleep")


def check_lifecycle(lifecycle: Mapping[str, Any], field: str) -> Iterator[FieldError]:
    for name in ("postStart", "preStop"):
        if name in lifecycle:
            yield from _check_handler(lifecycle[name], f"{field}.{name}", _HOOK_HANDLERS)


def check_probe(probe: Mapping[str, Any], field: str) -> Iterator[FieldError]:
    yield from _check_handler(probe, field, _PROBE_HANDLERS)
    for name in (
        "initialDelaySeconds",
        "timeoutSeconds",
        "periodSeconds",
        "successThreshold",
        "failureThreshold",
    ):
        yield from check_at_least(f"{field}.{name}", probe.get(name), 0)


def _check_port(port: int | str, field: str) -> Iterator[FieldError]:
    if isinstance(port, int):
        for each in formats.port_number(port):
            yield invalid(field, str(port), each)
    else:
        yield from check_format(field, port, formats.port_name)


def _check_handler(
    handler: Mapping[str, Any], field: str, kinds: tuple[str, ...]
) -> Iterator[FieldError]:
    if not any(each in handler for each in kinds):
        yield required(field, "must specify a handler type")
    if "exec" in handler and not handler["exec"].get("command"):
        yield required(f"{field}.exec.command")
    for name in ("httpGet", "tcpSocket"):
        if name in handler:
            yield from _check_port(handler[name].get("port", 0), f"{field}.{name}.port")
