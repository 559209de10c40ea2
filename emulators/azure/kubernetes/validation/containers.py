"""Containers of a pod: images, ports, environment, resources, probes and mounts."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from emulators.azure.kubernetes import quantities
from emulators.azure.kubernetes.errors import (
    FieldError,
    duplicate,
    invalid,
    not_supported,
    required,
)
from emulators.azure.kubernetes.validation import environment, formats, go_values, handlers
from emulators.azure.kubernetes.validation.metadata import check_format

_PULL_POLICIES = ("Always", "IfNotPresent", "Never")
PROTOCOLS = ("SCTP", "TCP", "UDP")
_OVERCOMMITTABLE = ("cpu", "memory", "ephemeral-storage")

Container = Mapping[str, Any]


def check(
    containers: Sequence[Container], field: str, volumes: Sequence[str]
) -> Iterator[FieldError]:
    """All containers of one list; `volumes` are the names that mounts may use."""
    seen: set[str] = set()
    for index, container in enumerate(containers):
        here = f"{field}[{index}]"
        name = container.get("name") or ""
        if not name:
            yield required(f"{here}.name")
        else:
            yield from check_format(f"{here}.name", name, formats.dns_label)
            if name in seen:
                yield duplicate(f"{here}.name", go_values.text(name))
        seen.add(name)
        if not container.get("image"):
            yield required(f"{here}.image")
        yield from _check_pull_policy(container, here)
        yield from _check_ports(container.get("ports") or [], f"{here}.ports")
        yield from _check_environment(container.get("env") or [], f"{here}.env")
        yield from _check_mounts(container, here, volumes)
        yield from _check_probes(container, here)
        yield from handlers.check_lifecycle(container.get("lifecycle") or {}, f"{here}.lifecycle")
        yield from _check_resources(container.get("resources") or {}, f"{here}.resources")


def _check_pull_policy(container: Container, field: str) -> Iterator[FieldError]:
    policy = container.get("imagePullPolicy")
    if policy not in _PULL_POLICIES:
        yield not_supported(f"{field}.imagePullPolicy", str(policy), _PULL_POLICIES)


def _check_ports(ports: Sequence[Mapping[str, Any]], field: str) -> Iterator[FieldError]:
    names: set[str] = set()
    for index, port in enumerate(ports):
        here = f"{field}[{index}]"
        name = port.get("name")
        if name:
            yield from check_format(f"{here}.name", name, formats.port_name)
            if name in names:
                yield duplicate(f"{here}.name", go_values.text(name))
            names.add(name)
        number = port.get("containerPort")
        if not number:
            yield required(f"{here}.containerPort")
        else:
            for each in formats.port_number(number):
                yield invalid(f"{here}.containerPort", str(number), each)
        if port.get("protocol") not in PROTOCOLS:
            yield not_supported(f"{here}.protocol", str(port.get("protocol")), PROTOCOLS)


def _check_environment(variables: Sequence[Mapping[str, Any]], field: str) -> Iterator[FieldError]:
    for index, variable in enumerate(variables):
        here = f"{field}[{index}]"
        name = variable.get("name")
        if not name:
            yield required(f"{here}.name")
        else:
            yield from check_format(f"{here}.name", name, formats.environment_name)
        if "valueFrom" in variable:
            yield from environment.check_source(variable, f"{here}.valueFrom")


def _check_mounts(
    container: Container, field: str, volumes: Sequence[str]
) -> Iterator[FieldError]:
    paths: set[str] = set()
    for index, mount in enumerate(container.get("volumeMounts") or []):
        here = f"{field}.volumeMounts[{index}]"
        name = mount.get("name", "")
        if not name:
            yield required(f"{here}.name")
        if name not in volumes:
            text = f"Not found: {go_values.text(name)}"
            yield FieldError(f"{here}.name", "FieldValueNotFound", text)
        path = mount.get("mountPath")
        if not path:
            yield required(f"{here}.mountPath")
        elif path in paths:
            yield invalid(f"{here}.mountPath", go_values.text(path), "must be unique")
        paths.add(path)


def _check_probes(container: Container, field: str) -> Iterator[FieldError]:
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        probe = container.get(name)
        if probe is None:
            continue
        here = f"{field}.{name}"
        yield from handlers.check_probe(probe, here)
        once = name in ("livenessProbe", "startupProbe")
        if once and probe.get("successThreshold", 1) != 1:
            wrong = str(probe["successThreshold"])
            yield invalid(f"{here}.successThreshold", wrong, "must be 1")


def _check_resources(resources: Mapping[str, Any], field: str) -> Iterator[FieldError]:
    limits = resources.get("limits") or {}
    requests = resources.get("requests") or {}
    for side, amounts in (("limits", limits), ("requests", requests)):
        for name, amount in amounts.items():
            if side == "limits" or limits.get(name) != amount:
                yield from _check_amount(name, amount, f"{field}.{side}[{name}]")
    for name, amount in requests.items():
        yield from _check_request(name, amount, limits, field)


def _check_amount(name: str, amount: Any, field: str) -> Iterator[FieldError]:
    if "/" not in name and name not in _OVERCOMMITTABLE and not name.startswith("hugepages-"):
        yield invalid(field, name, "must be a standard resource type or fully qualified")
        yield invalid(field, name, "must be a standard resource for containers")
    number = quantities.parse(amount)
    if number < 0:
        yield invalid(field, go_values.text(str(amount)), "must be greater than or equal to 0")
    elif "/" in name and number != number.to_integral_value():
        yield invalid(field, go_values.text(str(amount)), "must be an integer")


def _check_request(
    name: str, amount: Any, limits: Mapping[str, Any], field: str
) -> Iterator[FieldError]:
    if name not in limits:
        if "/" in name:
            detail = "Limit must be set for non overcommitable resources"
            yield required(f"{field}.limits", detail)
        return
    wanted, allowed = quantities.parse(amount), quantities.parse(limits[name])
    yield from _compare(name, wanted, allowed, (str(amount), str(limits[name])), field)


def _compare(
    name: str, wanted: Decimal, allowed: Decimal, written: tuple[str, str], field: str
) -> Iterator[FieldError]:
    requested, limit = written
    relation = "equal to" if "/" in name else "less than or equal to"
    broken = wanted != allowed if "/" in name else wanted > allowed
    if broken:
        detail = f"must be {relation} {name} limit of {limit}"
        yield invalid(f"{field}.requests", go_values.text(requested), detail)
