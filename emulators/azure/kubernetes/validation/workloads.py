"""Deployments, ReplicaSets and DaemonSets."""

from collections.abc import Iterator, Mapping
from typing import Any

from emulators.azure.kubernetes import selectors
from emulators.azure.kubernetes.errors import (
    FieldError,
    forbidden,
    invalid,
    not_supported,
    required,
)
from emulators.azure.kubernetes.kinds import Object
from emulators.azure.kubernetes.validation import formats, go_values, pod_specs
from emulators.azure.kubernetes.validation.metadata import check_at_least, check_labels
from emulators.azure.kubernetes.validation.selectors import check_label_selector


def check_deployment(subject: Object) -> Iterator[FieldError]:
    spec = subject["spec"]
    yield from check_at_least("spec.replicas", spec.get("replicas"), 0)
    yield from _check_template(spec)
    yield from _check_strategy(spec["strategy"])
    minimum = spec.get("minReadySeconds", 0)
    yield from check_at_least("spec.minReadySeconds", minimum, 0)
    history = spec.get("revisionHistoryLimit")
    yield from check_at_least("spec.revisionHistoryLimit", history, 0)
    deadline = spec.get("progressDeadlineSeconds")
    if deadline is not None:
        yield from check_at_least("spec.progressDeadlineSeconds", deadline, 0)
        if deadline <= minimum:
            detail = "must be greater than minReadySeconds"
            yield invalid("spec.progressDeadlineSeconds", str(deadline), detail)


def check_replica_set(subject: Object) -> Iterator[FieldError]:
    spec = subject["spec"]
    yield from check_at_least("spec.replicas", spec.get("replicas"), 0)
    yield from _check_template(spec)


def check_daemon_set(subject: Object) -> Iterator[FieldError]:
    """A missing selector shows only as one that does not match."""
    spec = subject["spec"]
    yield from _check_template(spec, selector_required=False)
    kind = spec["updateStrategy"].get("type")
    if kind not in ("RollingUpdate", "OnDelete"):
        name = f"apps.DaemonSetUpdateStrategy{{Type:{go_values.text(kind)}, RollingUpdate:"
        yield _unsupported_struct(
            "spec.updateStrategy",
            f"{name}(*apps.RollingUpdateDaemonSet)(nil)}}",
            ("RollingUpdate", "OnDelete"),
        )


def check_selector_update(live: Object, changed: Object) -> Iterator[FieldError]:
    """Which pods belong to a workload never changes."""
    selector = changed["spec"].get("selector")
    if live["spec"].get("selector") != selector:
        shown = '"null"' if selector is None else go_values.label_selector(selector)
        yield invalid("spec.selector", shown, "field is immutable")


def _check_template(spec: Object, selector_required: bool = True) -> Iterator[FieldError]:
    selector = spec.get("selector")
    if selector is not None and check_label_selector(selector, ""):
        yield from _check_selector(selector)
        return
    template = spec.get("template") or {}
    labels = (template.get("metadata") or {}).get("labels")
    if selector is not None:
        yield from _check_selector(selector)
    elif selector_required:
        yield required("spec.selector")
    if not _selects(selector, labels or {}):
        yield invalid(
            "spec.template.metadata.labels",
            go_values.string_map(labels),
            "`selector` does not match template `labels`",
        )
    yield from check_labels(labels, "spec.template.metadata.labels")
    pod_spec = template.get("spec") or {}
    yield from pod_specs.check(pod_spec, "spec.template.spec")
    policy = pod_spec.get("restartPolicy", "Always")
    if policy != "Always":
        yield not_supported("spec.template.spec.restartPolicy", policy, ("Always",))


def _check_selector(selector: Mapping[str, Any]) -> Iterator[FieldError]:
    found = check_label_selector(selector, "spec.selector")
    yield from found
    if not selector.get("matchLabels") and not selector.get("matchExpressions"):
        printed = go_values.label_selector(selector)
        yield invalid("spec.selector", printed, "empty selector is invalid for deployment")
    elif found:
        printed = go_values.label_selector(selector)
        yield invalid("spec.selector", printed, "invalid label selector")


def _selects(selector: Mapping[str, Any] | None, labels: Mapping[str, str]) -> bool:
    return selector is not None and selectors.of_manifest(selector).matches(labels)


def _check_strategy(strategy: Mapping[str, Any]) -> Iterator[FieldError]:
    kind = strategy.get("type")
    rolling = strategy.get("rollingUpdate")
    if kind not in ("Recreate", "RollingUpdate"):
        printed = f"apps.DeploymentStrategy{{Type:{go_values.text(str(kind))}, RollingUpdate:"
        yield _unsupported_struct(
            "spec.strategy",
            f"{printed}(*apps.RollingUpdateDeployment)(nil)}}",
            ("Recreate", "RollingUpdate"),
        )
    elif kind == "Recreate" and rolling is not None:
        detail = "may not be specified when strategy `type` is 'Recreate'"
        yield forbidden("spec.strategy.rollingUpdate", detail)
    elif rolling:
        yield from _check_rolling(rolling)


def _check_rolling(rolling: Mapping[str, Any]) -> Iterator[FieldError]:
    here = "spec.strategy.rollingUpdate"
    for name in ("maxUnavailable", "maxSurge"):
        value = rolling.get(name)
        wrong = formats.percentage(value) if isinstance(value, str) else []
        for each in wrong:
            yield invalid(f"{here}.{name}", go_values.int_or_string(str(value)), each)
        yield from check_at_least(f"{here}.{name}", value, 0)
    if all(rolling.get(each) in (0, "0%") for each in ("maxUnavailable", "maxSurge")):
        printed = go_values.int_or_string(rolling["maxUnavailable"])
        detail = "may not be 0 when `maxSurge` is 0"
        yield invalid(f"{here}.maxUnavailable", printed, detail)


def _unsupported_struct(field: str, printed: str, supported: tuple[str, ...]) -> FieldError:
    listed = ", ".join(go_values.text(each) for each in supported)
    message = f"Unsupported value: {printed}: supported values: {listed}"
    return FieldError(field, "FieldValueNotSupported", message)
