"""Says at start which functions the host runs, where, and what it does not do for them."""

import logging

from emulators.functions_host.functions import (
    DURABLE_CLIENT,
    DURABLE_KINDS,
    FunctionIndex,
    IndexedFunction,
    TriggerKind,
)
from emulators.functions_host.http_server import methods_of, parse_route
from emulators.functions_host.invocation import RETURN
from emulators.functions_host.settings import HostSettings

_log = logging.getLogger("emulators.functions_host")
_SERVED = DURABLE_KINDS | {TriggerKind.TIMER, TriggerKind.SERVICE_BUS}
"""Timers and Service Bus triggers tell of themselves when they start."""


def report_start(functions: FunctionIndex, settings: HostSettings, url: str) -> None:
    for function in functions.functions:
        if function.trigger_kind == TriggerKind.HTTP:
            _report_route(function, settings, url)
        elif function.trigger_kind not in _SERVED:
            _log.warning(
                "%s: this host does not serve a %s.", function.name, function.trigger_kind
            )
        _report_bindings(function)
    durable = sum(len(functions.of_kind(kind)) for kind in DURABLE_KINDS)
    if durable:
        _log.info("Task hub %s: %d durable functions.", settings.hub_name, durable)
    _log.info("Functions host listens on %s.", url)


def _report_route(function: IndexedFunction, settings: HostSettings, url: str) -> None:
    methods = methods_of(function)
    _log.info(
        "%s: [%s] %s/%s",
        function.name,
        ",".join(sorted(methods)) if methods else "any method",
        url,
        parse_route(function, settings.route_prefix).template.strip("/"),
    )


def _report_bindings(function: IndexedFunction) -> None:
    for binding in function.inputs:
        if binding.kind != DURABLE_CLIENT:
            _log.warning(
                "%s: this host does not provide %s (%s).",
                function.name,
                binding.name,
                binding.kind,
            )
    for binding in function.outputs:
        if binding.kind != "http":
            name = "its return value" if binding.name == RETURN else binding.name
            _log.warning(
                "%s: this host does not deliver %s (%s).", function.name, name, binding.kind
            )
