"""Validates a request and reports all of its problems at once."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import Any, cast

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from domain.catalog.gpu_skus import find_gpu_sku
from domain.problem import Problem
from domain.spec.access import Access, Audit, Invokers, RateLimit
from domain.spec.autoscale import Autoscale
from domain.spec.cluster import ClusterSpec, MaintenanceWindow
from domain.spec.egress import Egress
from domain.spec.fields import UtcDatetime
from domain.spec.gpu_rules import (
    find_gpu_problems,
    find_region_problems,
    find_replica_problems,
    read_section,
)
from domain.spec.idle import Idle, OffHours
from domain.spec.model import Edge, EnvironmentSpec, GpuPoolSpec
from domain.spec.off_hours import find_time_zone
from domain.spec.origin_certificate import (
    CERTIFICATE_FIX,
    DNS_ZONE_ID_FIX,
    DOMAIN_NAME_FIX,
    OriginCertificate,
)
from domain.spec.placement import Placement
from domain.spec.policy import (
    SpecPolicy,
    find_access_problems,
    find_disk_problems,
    find_edge_problems,
    find_wake_problems,
)
from domain.spec.presets import complete_by_preset
from domain.spec.reserved_names import find_reserved_word
from domain.spec.secrets import KEY_VAULT_ID_FIX, SECRET_FIX, SecretReference
from domain.spec.tags import TAG_FIX
from domain.spec.update import RollbackBounds, TrafficStep, Update
from domain.spec.update_rules import find_update_problems
from domain.spec.weights import DIGEST_FIX, SOURCE_FIX, STORAGE_ACCOUNT_ID_FIX, Model
from domain.spec.workload import Startup, Workload
from domain.spec.workload_limits import find_oversized_strings

MAX_PROBLEMS = 50
"""Enough to correct a request; bounds the response to a hostile one."""

SECTIONS: dict[str, type[BaseModel]] = {
    "gpu": GpuPoolSpec,
    "placement": Placement,
    "workload": Workload,
    "workload.model": Model,
    "workload.autoscale": Autoscale,
    "workload.startup": Startup,
    "workload.egress": Egress,
    "workload.imagePullSecret": SecretReference,
    "cluster": ClusterSpec,
    "cluster.maintenance": MaintenanceWindow,
    "edge": Edge,
    "edge.originCertificate": OriginCertificate,
    "access": Access,
    "access.invokers": Invokers,
    "access.rateLimit": RateLimit,
    "audit": Audit,
    "idle": Idle,
    "idle.offHours": OffHours,
    "update": Update,
    "update.steps": TrafficStep,
    "update.rollbackOn": RollbackBounds,
}

_TIME: TypeAdapter[datetime] = TypeAdapter(UtcDatetime)

TIME_ZONE = "idle.offHours.timeZone"

PATTERN_FIXES = {
    "name": "Use 3 to 24 lower-case letters, digits and single hyphens, starting with a letter "
    "and ending with a letter or digit.",
    "costCenter": "Use 1 to 50 letters, digits, '-', '_' and '.'.",
    "owner": "Use an e-mail address such as fraud-team@example.com.",
    "gpu.vmSize": "Use an Azure VM size such as Standard_NC24ads_A100_v4.",
    "gpu.zones": "Use numbers of availability zones such as 1.",
    "placement.zones": "Use numbers of availability zones such as 1.",
    "placement.vmSizes": "Use Azure VM sizes such as Standard_NC24ads_A100_v4.",
    "workload.image": "Use an image reference such as registry.example.com/llm:1.4.2.",
    "workload.registry": "Use the ARM id of an Azure Container Registry: /subscriptions/.../"
    "resourceGroups/.../providers/Microsoft.ContainerRegistry/registries/....",
    "workload.cpu": "Use a number of vCPUs such as 8, or thousandths of one such as 500m.",
    "workload.memory": "Use mebibytes or gibibytes such as 512Mi or 96Gi.",
    "workload.sharedMemory": "Use mebibytes or gibibytes such as 512Mi or 16Gi.",
    "workload.keyVaultId": KEY_VAULT_ID_FIX,
    "workload.model.source": SOURCE_FIX,
    "workload.model.digest": DIGEST_FIX,
    "workload.model.storageAccountId": STORAGE_ACCOUNT_ID_FIX,
    "workload.healthPath": "Use a path that starts with '/' and has no spaces or '#'.",
    "cluster.diskEncryptionSetId": "Use an id such as /subscriptions/<id>/resourceGroups/<name>/"
    "providers/Microsoft.Compute/diskEncryptionSets/<name>.",
    "cluster.maintenance.start": "Use a time of day such as 01:00.",
    "cluster.maintenance.utcOffset": "Use an offset from UTC such as +01:00.",
    "edge.originCertificate.keyVaultCertificateId": CERTIFICATE_FIX,
    "edge.originCertificate.domainName": DOMAIN_NAME_FIX,
    "edge.originCertificate.keyVaultId": KEY_VAULT_ID_FIX,
    "edge.originCertificate.dnsZoneId": DNS_ZONE_ID_FIX,
    "access.invokers.appRoles": "Use values of app roles such as Model.Invoke, without blanks.",
    "access.invokers.groups": "Use object ids of groups, which are UUIDs.",
    "access.invokers.objectIds": "Use object ids of users or applications, which are UUIDs.",
    TIME_ZONE: "Use the IANA name of a time zone such as Europe/Berlin.",
    "idle.offHours.start": "Use a time of day such as 20:00.",
    "idle.offHours.end": "Use a time of day such as 07:00, at most 24:00.",
}

TYPE_FIXES: dict[str, str] = {
    "int_type": "Use an integer.",
    "bool_type": "Use true or false.",
    "string_type": "Use a string.",
    "greater_than_equal": "Use a number of at least {ge}.",
    "less_than_equal": "Use a number of at most {le}.",
    "string_too_short": "Use at least {min_length} character(s).",
    "string_too_long": "Use at most {max_length} characters.",
    "too_short": "Use at least {min_length} item(s).",
    "too_long": "Use at most {max_length} items.",
    "enum": "Use {expected}.",
    "model_type": "Use a JSON object.",
    "model_attributes_type": "Use a JSON object.",
    "dict_type": "Use a JSON object with string values.",
    "tuple_type": "Use a JSON array.",
    "timezone_aware": "Add the offset from UTC, such as the Z in 2027-01-31T00:00:00Z.",
}

SECRET_TARGETS = ("workload.secrets", "workload.imagePullSecret")

SECRET_ERRORS = frozenset(
    {
        "dict_type",
        "model_type",
        "model_attributes_type",
        "string_type",
        "string_pattern_mismatch",
        "string_too_long",
    }
)
"""Of what is no id of a secret, and may be its value."""


def parse_spec(
    body: object, policy: SpecPolicy, now: datetime | None = None
) -> EnvironmentSpec | list[Problem]:
    """The specification, or all problems of the request at once.

    Rules that change over time (VM sizes, times, the policy's) are checked here and not by the
    model, so stored specifications stay readable.
    """
    if not isinstance(body, dict):
        return [Problem("InvalidBody", "Send a JSON object with the specification.", "")]
    document, of_preset = complete_by_preset(cast("dict[str, Any]", body))
    found: dict[str, list[Problem]] = {}
    for problem in find_field_problems(EnvironmentSpec, document):
        found.setdefault(problem.target, []).append(problem)
    for problem in (*_policy_problems(document, policy, now), *of_preset):
        found[problem.target] = [problem]
    if found:
        return [problem for problems in found.values() for problem in problems][:MAX_PROBLEMS]
    return _canonical(EnvironmentSpec.from_wire(document))


def _canonical(spec: EnvironmentSpec) -> EnvironmentSpec:
    """With VM sizes as Azure spells them, and with defaults that depend on other fields."""
    gpu = spec.gpu.model_copy(update={"vm_size": _spell(spec.gpu.vm_size)})
    sizes = tuple(_spell(size) for size in spec.placement.vm_sizes)
    placement = spec.placement.model_copy(update={"vm_sizes": sizes})
    edge = spec.edge.with_default_origin()
    workload = spec.workload.with_default_startup().with_least_replicas()
    changes = {"gpu": gpu, "placement": placement, "edge": edge, "workload": workload}
    return spec.model_copy(update=changes)


def _spell(vm_size: str) -> str:
    sku = find_gpu_sku(vm_size)
    return sku.name if sku else vm_size


def find_field_problems(
    model: type[BaseModel], document: dict[str, Any], fixes: Mapping[str, str] = PATTERN_FIXES
) -> Iterable[Problem]:
    """Violations of the model by a document, field by field. `fixes`: by target, of patterns."""
    try:
        model.model_validate(document, by_name=False)
    except ValidationError as refused:
        # Searching for similar field names takes 10 s for a body full of unknown ones.
        for error in refused.errors(include_url=False, include_input=False)[:MAX_PROBLEMS]:
            yield _to_problem(model, error, fixes)


def _to_problem(model: type[BaseModel], error: ErrorDetails, fixes: Mapping[str, str]) -> Problem:
    path = error["loc"]
    target = _render_target(path)
    kind = error["type"]
    if kind == "missing":
        return Problem("MissingField", f"Add '{target}'.", target)
    if kind == "extra_forbidden":
        return Problem("UnknownField", _unknown_field_fix(model, path), target)
    code = kind if kind[0].isupper() else "InvalidName" if target == "name" else "InvalidValue"
    return Problem(code, _fix(error, target, fixes), target)


def _fix(error: ErrorDetails, target: str, fixes: Mapping[str, str]) -> str:
    kind = error["type"]
    of_list = re.sub(r"\[\d+\]$", "", target)
    if of_list in fixes and kind.startswith("string"):
        return fixes[of_list]
    if target.startswith("tags.") and kind == "string_pattern_mismatch":
        return TAG_FIX
    if target.startswith("workload.env.") and kind == "string_pattern_mismatch":
        return "Use letters, digits, '_', '-' and '.' in names of environment variables."
    if target.startswith(SECRET_TARGETS) and kind in SECRET_ERRORS:
        return _secret_fix(error)
    if target.startswith("workload.healthHeaders.") and kind == "string_pattern_mismatch":
        return "Use names such as X-Probe, and values of visible characters."
    if kind in TYPE_FIXES:
        return TYPE_FIXES[kind].format(**error.get("ctx", {}))
    message = error["msg"]
    return message if message.endswith(".") else f"{message}."


def _secret_fix(error: ErrorDetails) -> str:
    """Says nothing of what was sent: it may be the secret itself."""
    if error["loc"][-1] == "[key]":
        return "Use letters, digits and '_' in names of secrets, starting with a letter or '_'."
    return SECRET_FIX


def _unknown_field_fix(model: type[BaseModel], path: Sequence[int | str]) -> str:
    section = _section_at(path[:-1]) if len(path) > 1 else model
    fields = section.model_fields.values() if section else ()
    known = [field.alias or "" for field in fields]
    written = str(path[-1])
    close = get_close_matches(written.replace("_", "").lower(), [k.lower() for k in known], 1, 0.7)
    meant = next((k for k in known if close and k.lower() == close[0]), None)
    if meant:
        return f"Use '{meant}' instead of '{written}'."
    return f"Remove '{written}'. Known fields: {', '.join(known)}."


def _section_at(path: Sequence[int | str]) -> type[BaseModel] | None:
    target = re.sub(r"\[\d+\]$", "", _render_target(path))
    is_secret = target.startswith("workload.secrets.")
    return SecretReference if is_secret else SECTIONS.get(target)


def _render_target(path: Sequence[int | str]) -> str:
    target = ""
    for part in path:
        if isinstance(part, int):
            target += f"[{part}]"
        elif part != "[key]":
            target += f".{part}" if target else part
    return target


def _policy_problems(
    document: dict[str, Any], policy: SpecPolicy, now: datetime | None
) -> Iterable[Problem]:
    yield from find_reserved_word(document.get("name"))
    yield from find_region_problems(document, policy.allowed_regions)
    yield from find_gpu_problems(document)
    yield from find_replica_problems(document)
    yield from find_update_problems(document)
    yield from find_oversized_strings(document)
    yield from find_access_problems(document, policy)
    yield from find_wake_problems(document)
    yield from find_edge_problems(document, policy)
    yield from find_disk_problems(document, policy)
    yield from _time_zone_problems(document)
    yield from _expiry_problems(document, now)


def _time_zone_problems(document: dict[str, Any]) -> Iterable[Problem]:
    idle = read_section(document, "idle", Idle)
    if idle and idle.off_hours and find_time_zone(idle.off_hours.time_zone) is None:
        yield Problem(
            "UnknownTimeZone",
            f"'{idle.off_hours.time_zone}' is not a known time zone. {PATTERN_FIXES[TIME_ZONE]}",
            TIME_ZONE,
        )


def _expiry_problems(document: dict[str, Any], now: datetime | None) -> Iterable[Problem]:
    written = document.get("expiresAt")
    if now is None or not isinstance(written, str):
        return
    try:
        expires_at = _TIME.validate_python(written)
    except ValidationError:
        return
    if expires_at <= now:
        yield Problem(
            "InvalidValue",
            f"{written} has already passed. Use a time in the future, or omit it.",
            "expiresAt",
        )
