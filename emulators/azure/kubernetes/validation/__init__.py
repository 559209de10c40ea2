"""What the API server refuses to store."""

from collections.abc import Callable, Iterable, Mapping

from emulators.azure.kubernetes.errors import FieldError, invalid
from emulators.azure.kubernetes.kinds import (
    CONFIG_MAP,
    DAEMON_SET,
    DEPLOYMENT,
    NAMESPACE,
    NETWORK_POLICY,
    POD,
    POD_DISRUPTION_BUDGET,
    REPLICA_SET,
    SECRET,
    SERVICE,
    Kind,
    Object,
)
from emulators.azure.kubernetes.validation import (
    config_data,
    disruption_budgets,
    go_values,
    metadata,
    network_policies,
    pod_specs,
    services,
    workloads,
)


def of_new(kind: Kind, subject: Object) -> list[FieldError]:
    """Everything that is wrong with a new object."""
    check = _CHECKS.get(kind)
    found = check(subject) if check is not None else ()
    return [*metadata.check(kind, subject), *found]


def of_change(kind: Kind, live: Object, subject: Object, asked: Object) -> list[FieldError]:
    """Everything that is wrong with a changed object; `asked` is its metadata as it was sent."""
    uid = asked.get("uid")
    found: list[FieldError] = []
    if uid and uid != live["metadata"]["uid"]:
        found.append(invalid("metadata.uid", go_values.text(uid), "field is immutable"))
    check_update = _UPDATE_CHECKS.get(kind)
    if check_update is not None:
        found += check_update(live, subject)
    return of_new(kind, subject) + found


def _check_pod(subject: Object) -> Iterable[FieldError]:
    return pod_specs.check(subject["spec"], "spec")


def _check_pod_update(live: Object, changed: Object) -> Iterable[FieldError]:
    return pod_specs.check_update(live["spec"], changed["spec"])


_CHECKS: Mapping[Kind, Callable[[Object], Iterable[FieldError]]] = {
    DEPLOYMENT: workloads.check_deployment,
    REPLICA_SET: workloads.check_replica_set,
    DAEMON_SET: workloads.check_daemon_set,
    SERVICE: services.check,
    POD: _check_pod,
    NAMESPACE: metadata.check_namespace,
    CONFIG_MAP: config_data.check_config_map,
    SECRET: config_data.check_secret,
    POD_DISRUPTION_BUDGET: disruption_budgets.check,
    NETWORK_POLICY: network_policies.check,
}

_UPDATE_CHECKS: Mapping[Kind, Callable[[Object, Object], Iterable[FieldError]]] = {
    DEPLOYMENT: workloads.check_selector_update,
    REPLICA_SET: workloads.check_selector_update,
    DAEMON_SET: workloads.check_selector_update,
    SERVICE: services.check_update,
    POD: _check_pod_update,
    CONFIG_MAP: config_data.check_config_map_update,
    SECRET: config_data.check_secret_update,
}
