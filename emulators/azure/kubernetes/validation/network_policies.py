"""NetworkPolicies."""

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any

from emulators.azure.kubernetes.errors import (
    FieldError,
    forbidden,
    invalid,
    not_supported,
    required,
)
from emulators.azure.kubernetes.kinds import Object
from emulators.azure.kubernetes.validation import formats, go_values
from emulators.azure.kubernetes.validation.metadata import check_format
from emulators.azure.kubernetes.validation.selectors import check_label_selector

TYPES = ("Egress", "Ingress")
PROTOCOLS = ("SCTP", "TCP", "UDP")
_SIDES = (("ingress", "from"), ("egress", "to"))
_NO_NETWORK = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"


def check(subject: Object) -> Iterator[FieldError]:
    spec = subject["spec"]
    yield from check_label_selector(spec["podSelector"], "spec.podSelector")
    for side, peers in _SIDES:
        for index, rule in enumerate(spec.get(side) or []):
            here = f"spec.{side}[{index}]"
            for number, port in enumerate(rule.get("ports") or []):
                yield from _check_port(port, f"{here}.ports[{number}]")
            for number, peer in enumerate(rule.get(peers) or []):
                yield from _check_peer(peer, f"{here}.{peers}[{number}]")
    types = spec.get("policyTypes") or []
    if len(types) > len(TYPES):
        detail = "may not specify more than two policyTypes"
        yield invalid("spec.policyTypes", go_values.strings(types), detail)
    for index, each in enumerate(types):
        if each not in TYPES:
            yield not_supported(f"spec.policyTypes[{index}]", each, TYPES)


def _check_port(port: Mapping[str, Any], field: str) -> Iterator[FieldError]:
    if port["protocol"] not in PROTOCOLS:
        yield not_supported(f"{field}.protocol", port["protocol"], PROTOCOLS)
    number = port.get("port")
    if isinstance(number, int):
        for each in formats.port_number(number):
            yield invalid(f"{field}.port", str(number), each)
    elif number is not None:
        yield from check_format(f"{field}.port", number, formats.port_name)
    if "endPort" in port:
        yield from _check_end(port, field)


def _check_end(port: Mapping[str, Any], field: str) -> Iterator[FieldError]:
    number, end = port.get("port"), port["endPort"]
    if number is None:
        yield invalid(f"{field}.endPort", str(end), "may not be specified when `port` is not")
    elif not isinstance(number, int):
        detail = "may not be specified when `port` is non-numeric"
        yield invalid(f"{field}.endPort", str(end), detail)
    elif end < number:
        detail = "must be greater than or equal to `port`"
        yield invalid(f"{field}.endPort", str(end), detail)


def _check_peer(peer: Mapping[str, Any], field: str) -> Iterator[FieldError]:
    named = [each for each in ("podSelector", "namespaceSelector", "ipBlock") if each in peer]
    if not named:
        yield required(field, "must specify a peer")
    for name in ("podSelector", "namespaceSelector"):
        yield from check_label_selector(peer.get(name) or {}, f"{field}.{name}")
    if "ipBlock" in peer:
        yield from _check_block(peer["ipBlock"], f"{field}.ipBlock")
        if len(named) > 1:
            yield forbidden(field, "may not specify both ipBlock and another peer")


def _check_block(block: Mapping[str, Any], field: str) -> Iterator[FieldError]:
    cidr = block.get("cidr") or ""
    network = _network(cidr)
    if not cidr:
        yield required(f"{field}.cidr")
    elif network is None:
        yield invalid(f"{field}.cidr", go_values.text(cidr), _NO_NETWORK)
    for index, each in enumerate(block.get("except") or []):
        inner = _network(each)
        here, shown = f"{field}.except[{index}]", go_values.text(each)
        if inner is None:
            yield invalid(here, shown, _NO_NETWORK)
        elif network is not None and not _is_within(inner, network):
            yield invalid(here, shown, "must be a strict subset of `cidr`")


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _network(text: str) -> Network | None:
    """A length is needed; bits of the host may be set."""
    try:
        return ipaddress.ip_network(text, strict=False) if "/" in text else None
    except ValueError:
        return None


def _is_within(inner: Network, outer: Network) -> bool:
    if inner.version != outer.version or inner.prefixlen <= outer.prefixlen:
        return False
    return inner.network_address in outer
