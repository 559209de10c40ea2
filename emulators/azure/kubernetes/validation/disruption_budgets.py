"""PodDisruptionBudgets."""

from collections.abc import Iterator, Mapping
from typing import Any

from emulators.azure.kubernetes.errors import FieldError, invalid, not_supported
from emulators.azure.kubernetes.kinds import Object
from emulators.azure.kubernetes.validation import formats, go_values
from emulators.azure.kubernetes.validation.metadata import check_at_least
from emulators.azure.kubernetes.validation.selectors import check_label_selector

POLICIES = ("AlwaysAllow", "IfHealthyBudget")


def check(subject: Object) -> Iterator[FieldError]:
    spec = subject["spec"]
    if "minAvailable" in spec and "maxUnavailable" in spec:
        printed = _printed(spec)
        yield invalid("spec", printed, "minAvailable and maxUnavailable cannot be both set")
    for name in ("minAvailable", "maxUnavailable"):
        yield from _check_share(f"spec.{name}", spec.get(name))
    yield from check_label_selector(spec.get("selector") or {}, "spec.selector")
    policy = spec.get("unhealthyPodEvictionPolicy")
    if policy is not None and policy not in POLICIES:
        yield not_supported("spec.unhealthyPodEvictionPolicy", policy, POLICIES)


def _check_share(field: str, value: Any) -> Iterator[FieldError]:
    yield from check_at_least(field, value, 0)
    if not isinstance(value, str):
        return
    wrong = formats.percentage(value)
    for each in wrong:
        yield invalid(field, go_values.int_or_string(value), each)
    if not wrong and int(value.rstrip("%")) > 100:
        yield invalid(field, go_values.int_or_string(value), "must not be greater than 100%")


def _printed(spec: Mapping[str, Any]) -> str:
    """Go prints addresses of pointers, which differ each time."""
    fields = ("MinAvailable:(*intstr.IntOrString)", "Selector:(*v1.LabelSelector)")
    selector = "(0xc000000000)" if spec.get("selector") is not None else "(nil)"
    return (
        f"policy.PodDisruptionBudgetSpec{{{fields[0]}(0xc000000000), {fields[1]}{selector},"
        " MaxUnavailable:(*intstr.IntOrString)(0xc000000000),"
        " UnhealthyPodEvictionPolicy:(*policy.UnhealthyPodEvictionPolicyType)(nil)}"
    )
