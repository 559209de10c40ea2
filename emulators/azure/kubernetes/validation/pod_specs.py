"""Pod specs, in pods and in the templates of workloads."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from emulators.azure.kubernetes.errors import (
    FieldError,
    duplicate,
    invalid,
    not_supported,
    required,
)
from emulators.azure.kubernetes.kinds import Object
from emulators.azure.kubernetes.validation import containers, formats, go_values
from emulators.azure.kubernetes.validation.metadata import check_format, check_labels
from emulators.azure.kubernetes.validation.selectors import check_expression

_RESTART_POLICIES = ("Always", "OnFailure", "Never")
_DNS_POLICIES = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")

_MUTABLE = (
    "pod updates may not change fields other than `spec.containers[*].image`,"
    "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only"
    " additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be"
    " set to 1 if it was previously negative)\n"
)


def check(spec: Object, field: str) -> Iterator[FieldError]:
    volumes = spec.get("volumes") or []
    yield from _check_volumes(volumes, f"{field}.volumes")
    names = [each.get("name", "") for each in volumes]
    if not spec.get("containers"):
        yield required(f"{field}.containers")
    yield from containers.check(spec.get("containers") or [], f"{field}.containers", names)
    yield from containers.check(spec.get("initContainers") or [], f"{field}.initContainers", names)
    yield from _check_policies(spec, field)
    yield from check_labels(spec.get("nodeSelector"), f"{field}.nodeSelector")
    yield from _check_security(spec.get("securityContext") or {}, f"{field}.securityContext")
    yield from _check_names(spec, field)
    yield from _check_affinity(spec, f"{field}.affinity.nodeAffinity")
    yield from _check_tolerations(spec.get("tolerations") or [], f"{field}.tolerations")


def _check_policies(spec: Object, field: str) -> Iterator[FieldError]:
    policies = (("restartPolicy", _RESTART_POLICIES), ("dnsPolicy", _DNS_POLICIES))
    for name, supported in policies:
        if spec.get(name, supported[0]) not in supported:
            yield not_supported(f"{field}.{name}", str(spec.get(name)), supported)


def _check_names(spec: Object, field: str) -> Iterator[FieldError]:
    for name in ("serviceAccountName", "priorityClassName"):
        if spec.get(name):
            yield from check_format(f"{field}.{name}", spec[name], formats.dns_subdomain)


_HIGHEST_ID = 2**31 - 1


def _check_security(context: Object, field: str) -> Iterator[FieldError]:
    for name in ("runAsUser", "runAsGroup", "fsGroup"):
        number = context.get(name)
        if number is not None and not 0 <= number <= _HIGHEST_ID:
            detail = f"must be between 0 and {_HIGHEST_ID}, inclusive"
            yield invalid(f"{field}.{name}", str(number), detail)


_SOURCE_NAMES = (("configMap", "name"), ("secret", "secretName"), ("image", "reference"))


def _check_volumes(volumes: Sequence[Mapping[str, Any]], field: str) -> Iterator[FieldError]:
    seen: set[str] = set()
    for index, volume in enumerate(volumes):
        name = volume.get("name") or ""
        if not name:
            yield required(f"{field}[{index}].name")
            continue
        yield from check_format(f"{field}[{index}].name", name, formats.dns_label)
        if name in seen:
            yield duplicate(f"{field}[{index}].name", go_values.text(name))
        seen.add(name)
        yield from _check_source(volume, f"{field}[{index}]")


def _check_source(volume: Mapping[str, Any], field: str) -> Iterator[FieldError]:
    for source, name in _SOURCE_NAMES:
        if source in volume and not volume[source].get(name):
            yield required(f"{field}.{source}.{name}")


def _check_tolerations(
    tolerations: Sequence[Mapping[str, Any]], field: str
) -> Iterator[FieldError]:
    for index, toleration in enumerate(tolerations):
        yield from _check_toleration(toleration, f"{field}[{index}]")


def _check_toleration(toleration: Mapping[str, Any], field: str) -> Iterator[FieldError]:
    key = toleration.get("key")
    operator = toleration.get("operator", "")
    value = toleration.get("value", "")
    if key:
        yield from check_format(f"{field}.key", key, formats.qualified_name)
    elif operator != "Exists":
        detail = (
            'operator must be Exists when `key` is empty, which means "match all values and all'
            ' keys"'
        )
        yield invalid(f"{field}.operator", go_values.text(operator), detail)
    if operator not in ("", "Equal", "Exists"):
        yield not_supported(f"{field}.operator", operator, ("Equal", "Exists"))
    elif operator != "Exists":
        yield from check_format(f"{field}.operator", value, formats.label_value)
    elif value:
        detail = "value must be empty when `operator` is 'Exists'"
        yield invalid(f"{field}.operator", go_values.text(value), detail)
    effect = toleration.get("effect")
    if effect and effect not in _EFFECTS:
        yield not_supported(f"{field}.effect", effect, _EFFECTS)


def _check_affinity(spec: Object, field: str) -> Iterator[FieldError]:
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    wanted = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
    if wanted is None:
        return
    here = f"{field}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
    terms = wanted.get("nodeSelectorTerms") or []
    if not terms:
        yield required(here, "must have at least one node selector term")
    for index, term in enumerate(terms):
        for number, each in enumerate(term.get("matchExpressions") or []):
            place = f"{here}[{index}].matchExpressions[{number}]"
            yield from check_expression(each, place, comparing=True)
            for position, value in enumerate(each.get("values") or []):
                here_too = f"{place}.values[{position}]"
                yield from check_format(here_too, value, formats.label_value)


def check_update(live: Object, changed: Object) -> Iterator[FieldError]:
    """A pod that exists may change little."""
    if _fixed_part(live) != _fixed_part(changed):
        yield FieldError("spec", "FieldValueForbidden", f"Forbidden: {_MUTABLE}")


def _fixed_part(spec: Object) -> Object:
    changeable = ("activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds")
    fixed = {key: value for key, value in spec.items() if key not in changeable}
    for name in ("containers", "initContainers"):
        fixed[name] = [{**each, "image": ""} for each in spec.get(name) or []]
    return fixed
