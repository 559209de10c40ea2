"""How a live environment would follow another specification: field by field."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, cast

from pydantic import Field

from domain.environment.beside import find_former
from domain.environment.record import EnvironmentRecord
from domain.requests.fixed_fields import find_fixed_fields
from domain.spec.model import EnvironmentSpec
from domain.wire import WireModel


class ChangeEffect(StrEnum):
    """What happens to a resource."""

    CREATED = "created"
    IN_PLACE = "inPlace"
    ROLLING = "rolling"
    """Pods are replaced; without a free GPU the model does not answer meanwhile."""
    SHIFTED = "shifted"
    """Another version starts beside the one that serves, and requests move to it."""
    RECREATED = "recreated"
    REFUSED = "refused"


class FieldChange(WireModel):
    """A field of the specification that differs from the live environment's."""

    field: str = Field(description="JSON path of the field.", examples=["workload.image"])
    before: Any = Field(default=None, description="Its value now; absent if it has none.")
    after: Any = Field(default=None, description="Its value in the plan; absent if it has none.")
    resource: str = Field(description="What it changes.", examples=["Deployment"])
    effect: ChangeEffect = Field(description="How the resource follows.")


_GATEWAY = ("gateway", ChangeEffect.ROLLING)
_RULES: Mapping[str, tuple[str, ChangeEffect]] = {
    "costCenter": ("tags of all resources", ChangeEffect.IN_PLACE),
    "owner": ("tags of all resources", ChangeEffect.IN_PLACE),
    "tags": ("tags of all resources", ChangeEffect.IN_PLACE),
    "gpu.vmSize": ("GPU pool", ChangeEffect.RECREATED),
    "gpu.spot": ("GPU pool", ChangeEffect.RECREATED),
    "gpu.zones": ("GPU pool", ChangeEffect.RECREATED),
    "gpu": ("GPU pool", ChangeEffect.IN_PLACE),
    "placement": ("nothing until Azure lacks capacity", ChangeEffect.IN_PLACE),
    "workload.replicas": ("Deployment", ChangeEffect.IN_PLACE),
    "workload.autoscale": ("ScaledObject", ChangeEffect.IN_PLACE),
    "workload.registry": ("role assignment", ChangeEffect.IN_PLACE),
    "workload.egress": ("network policy", ChangeEffect.IN_PLACE),
    "workload": ("Deployment", ChangeEffect.ROLLING),
    "cluster": ("AKS cluster", ChangeEffect.IN_PLACE),
    "edge": ("Front Door profile", ChangeEffect.IN_PLACE),
    "update": ("next update of the workload", ChangeEffect.IN_PLACE),
    "update.strategy": _GATEWAY,
    "access": _GATEWAY,
    "audit": _GATEWAY,
}
"""By the longest prefix of the field. What no rule names is read by the sweep alone."""

_SWEEP = ("sweep", ChangeEffect.IN_PLACE)


def find_changes(record: EnvironmentRecord, spec: EnvironmentSpec) -> tuple[FieldChange, ...]:
    """Without text of env, command and args: they may be large, and are shown by their names."""
    before, after = _flatten(record.spec.to_wire()), _flatten(spec.to_wire())
    fixed = tuple(find_fixed_fields(record, spec))
    changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    is_shifted = find_former(record, spec) is not None
    return tuple(
        _build(name, before.get(name), after.get(name), fixed, is_shifted=is_shifted)
        for name in changed
    )


def _build(
    name: str, before: Any, after: Any, fixed: Iterable[str], *, is_shifted: bool
) -> FieldChange:
    resource, effect = _find_rule(name)
    if is_shifted and (resource, effect) == _RULES["workload"]:
        effect = ChangeEffect.SHIFTED
    if any(_is_below(name, each) for each in fixed):
        effect = ChangeEffect.REFUSED
    return FieldChange(field=name, before=before, after=after, resource=resource, effect=effect)


def _find_rule(name: str) -> tuple[str, ChangeEffect]:
    matching = [prefix for prefix in _RULES if _is_below(name, prefix)]
    return _RULES[max(matching, key=len)] if matching else _SWEEP


def _is_below(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(f"{prefix}.")


def _flatten(value: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Objects by the paths of their fields; lists are values."""
    found: dict[str, Any] = {}
    for name, each in value.items():
        path = f"{prefix}{name}"
        if isinstance(each, dict):
            found |= _flatten(cast("dict[str, Any]", each), f"{path}.")
        else:
            found[path] = each
    return found
