"""Services."""

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from emulators.azure.kubernetes.errors import (
    FieldError,
    duplicate,
    forbidden,
    invalid,
    not_supported,
    required,
)
from emulators.azure.kubernetes.kinds import Object
from emulators.azure.kubernetes.validation import formats, go_values
from emulators.azure.kubernetes.validation.containers import PROTOCOLS
from emulators.azure.kubernetes.validation.metadata import check_format, check_labels

_TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
_NODE_PORTS = range(30000, 32768)


def check(subject: Object) -> Iterator[FieldError]:
    spec = subject["spec"]
    kind = spec.get("type")
    headless = spec.get("clusterIP") == "None"
    if not spec.get("ports") and kind != "ExternalName" and not headless:
        yield required("spec.ports")
    yield from _check_ports(spec.get("ports") or [])
    yield from check_labels(spec.get("selector"), "spec.selector")
    if kind not in _TYPES:
        yield not_supported("spec.type", str(kind), _TYPES)
    if kind == "ExternalName" and not spec.get("externalName"):
        yield required("spec.externalName")
    policies = (
        ("ipFamilyPolicy", ("PreferDualStack", "RequireDualStack", "SingleStack")),
        ("sessionAffinity", ("ClientIP", "None")),
        ("externalTrafficPolicy", ("Cluster", "Local")),
    )
    for name, supported in policies:
        if name in spec and spec[name] not in supported:
            yield not_supported(f"spec.{name}", spec[name], supported)
    yield from _check_reach(spec)
    yield from _check_source_ranges(spec.get("loadBalancerSourceRanges") or [])


def check_update(live: Object, changed: Object) -> Iterator[FieldError]:
    before, after = live["spec"].get("clusterIP"), changed["spec"].get("clusterIP")
    if before and before != after and changed["spec"].get("type") != "ExternalName":
        printed = go_values.strings([str(after)])
        yield invalid("spec.clusterIPs[0]", printed, "may not change once set")


def _check_reach(spec: Object) -> Iterator[FieldError]:
    """What only makes sense for a Service that can be reached from outside."""
    kind = spec.get("type")
    for index, port in enumerate(spec.get("ports") or []):
        if kind == "ClusterIP" and port.get("nodePort"):
            detail = "may not be used when `type` is 'ClusterIP'"
            yield forbidden(f"spec.ports[{index}].nodePort", detail)
    if kind != "LoadBalancer" and spec.get("loadBalancerSourceRanges"):
        detail = "may only be used when `type` is 'LoadBalancer'"
        yield forbidden("spec.LoadBalancerSourceRanges", detail)
    if kind not in ("LoadBalancer", "NodePort") and spec.get("externalTrafficPolicy"):
        detail = "may only be set for externally-accessible services"
        shown = go_values.text(spec["externalTrafficPolicy"])
        yield invalid("spec.externalTrafficPolicy", shown, detail)


def _check_ports(ports: Sequence[Mapping[str, Any]]) -> Iterator[FieldError]:
    names: set[str] = set()
    numbers: set[tuple[Any, Any]] = set()
    for index, port in enumerate(ports):
        here = f"spec.ports[{index}]"
        yield from _check_name(port, here, len(ports) > 1, names)
        yield from _check_number(port.get("port", 0), f"{here}.port")
        if port.get("protocol") not in PROTOCOLS:
            yield not_supported(f"{here}.protocol", str(port.get("protocol")), PROTOCOLS)
        target = port.get("targetPort", 0)
        if isinstance(target, str):
            yield from check_format(f"{here}.targetPort", target, formats.port_name)
        else:
            yield from _check_number(target, f"{here}.targetPort")
        node_port = port.get("nodePort")
        if node_port and node_port not in _NODE_PORTS:
            detail = (
                "provided port is not in the valid range. The range of valid ports is 30000-32767"
            )
            yield invalid(f"{here}.nodePort", str(node_port), detail)
        key = (port.get("protocol"), port.get("port"))
        if key in numbers:
            yield duplicate(here, _printed(port))
        numbers.add(key)


def _check_name(
    port: Mapping[str, Any], field: str, several: bool, names: set[str]
) -> Iterator[FieldError]:
    name = port.get("name") or ""
    if not name:
        if several:
            yield required(f"{field}.name")
        return
    yield from check_format(f"{field}.name", name, formats.dns_label)
    if name in names:
        yield duplicate(f"{field}.name", go_values.text(name))
    names.add(name)


def _check_number(number: int, field: str) -> Iterator[FieldError]:
    for each in formats.port_number(number):
        yield invalid(field, str(number), each)


def _check_source_ranges(ranges: Sequence[str]) -> Iterator[FieldError]:
    for index, each in enumerate(ranges):
        try:
            ipaddress.ip_network(each.strip(), strict=False)
        except ValueError:
            yield invalid(
                f"spec.LoadBalancerSourceRanges[{index}]",
                go_values.text(each),
                "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)",
            )


def _printed(port: Mapping[str, Any]) -> str:
    return (
        f'core.ServicePort{{Name:"", Protocol:{go_values.text(port["protocol"])},'
        f" AppProtocol:(*string)(nil), Port:{port['port']},"
        f' TargetPort:intstr.IntOrString{{Type:0, IntVal:0, StrVal:""}}, NodePort:0}}'
    )
