"""Refusals of the AKS resource provider: flat, without the `error` wrapper of the ARM gateway."""

from collections.abc import Iterable
from typing import Any

from emulators.azure.arm.answers import JSON, Answer, ArmError
from emulators.azure.arm.errors import made_by_provider
from emulators.azure.compute.quota import REGIONAL, Shortage

MAINTENANCE_HELP = "https://aka.ms/aks/planned-maintenance"
AUTO_UPGRADE_HELP = "https://aka.ms/aks/auto-upgrade"
AUTHORIZED_RANGES_HELP = "https://aka.ms/aks/authorized-ip-ranges"
QUOTA_HELP = (
    "If you want to increase the quota, please follow this instruction: "
    "https://learn.microsoft.com/en-us/azure/quotas/view-quotas. "
    "Surge nodes would also consume vcpu quota, please consider use smaller maxSurge or use "
    "maxUnavailable to proceed upgrade without surge nodes, details: aka.ms/aks/maxUnavailable."
)


def aks_error(
    status: int,
    code: str,
    message: str,
    details: list[dict[str, Any]] | None = None,
    subcode: str = "",
    target: str | None = None,
) -> ArmError:
    body: dict[str, Any] = {"code": code, "details": details, "message": message}
    if target is not None:
        body["target"] = target
    body["subcode"] = subcode
    return ArmError(Answer(status, body, made_by_provider(status), JSON))


def bad_request(message: str) -> ArmError:
    return aks_error(400, "BadRequest", message)


def missing_parameter(name: str) -> ArmError:
    return aks_error(
        400, "InvalidParameter", f"Required parameter {name} is missing (null).", target=name
    )


def invalid_parameter(name: str, see: str = "https://aka.ms/aks-naming-rules") -> ArmError:
    return aks_error(
        400,
        "InvalidParameter",
        f"The value of parameter {name} is invalid. Please see {see} for more details.",
        target=name,
    )


def out_of_range(name: str, value: object, low: int, high: int) -> ArmError:
    return aks_error(
        400,
        "InvalidParameter",
        f"The value of parameter {name} is invalid. Error details: {name} was {value}. "
        f"It must be greater or equal to minCount:{low} and less than or equal to "
        f"maxCount:{high}. Please see https://aka.ms/aks-naming-rules for more details.",
        target=name,
    )


def no_system_pool() -> ArmError:
    return aks_error(
        400, "MustDefineAtLeastOneSystemPool", "Must define at least one system pool."
    )


def last_pool() -> ArmError:
    return aks_error(400, "OperationNotAllowed", "There has to be at least one agent pool.")


def new_pool_by_cluster_request() -> ArmError:
    return bad_request(
        "A new agent pool was introduced. Adding agent pools to an existing cluster is not "
        "allowed through managed cluster operations. For agent pool specific change, please use "
        "per agent pool operations: https://aka.ms/agent-pool-rest-api"
    )


def change_not_allowed(name: str) -> ArmError:
    return aks_error(
        400, "PropertyChangeNotAllowed", f"Changing property '{name}' is not allowed.", target=name
    )


def size_not_allowed(size: str, region: str, available: Iterable[str]) -> ArmError:
    return bad_request(
        f"The VM size of {size} is not allowed in your subscription in location '{region}'. "
        f"The available VM sizes are '{','.join(available)}'"
    )


def zone_not_supported(
    closed: Iterable[str], pool: str, region: str, supported: Iterable[str]
) -> ArmError:
    return aks_error(
        400,
        "AvailabilityZoneNotSupported",
        f"The zone(s) {_quoted(closed)} for resource '{pool}' is not supported. "
        f"The supported zones for location '{region}' are {_quoted(supported)}",
        target="agentPoolProfile.availabilityZone",
    )


def _quoted(zones: Iterable[str]) -> str:
    return ",".join(f"'{zone}'" for zone in zones) or "''"


def quota_exceeded(shortage: Shortage, region: str) -> ArmError:
    if shortage.name == REGIONAL:
        message = (
            f"Insufficient regional vcpu quota left for location {region}. "
            f"left regional vcpu quota {shortage.remaining}, "
            f"requested quota {shortage.requested}. {QUOTA_HELP}"
        )
    else:
        message = (
            f"Insufficient vcpu quota requested {shortage.requested}, "
            f"remaining {shortage.remaining} for family {shortage.name} for region {region}. "
            f"{QUOTA_HELP}"
        )
    return aks_error(400, "ErrCode_InsufficientVCPUQuota", message)


def feature_not_registered() -> ArmError:
    """For a pool with encryption at host."""
    return aks_error(
        400,
        "SubscriptionNotEnabledEncryptionAtHost",
        "Subscription does not enable EncryptionAtHost.",
    )


def too_many_clusters(allowed: int, present: int) -> ArmError:
    return aks_error(
        400,
        "ManagedClusterCountExceedsQuotaLimit",
        "Operation results in exceeding quota limits for managed clusters. "
        f"Maximum allowed: {allowed}, Current usage: {present}, Additional requested: 1. "
        "Consider deleting unused clusters or requesting a quota increase. To request a quota "
        "increase, follow the instructions here: "
        "https://learn.microsoft.com/azure/quotas/quickstart-increase-quota-portal.",
    )


def cluster_just_deleted(name: str, group: str, subscription: str) -> ArmError:
    detail = "rpc error: code = NotFound desc = Managed Cluster not found"
    return aks_error(
        404,
        "NotFound",
        f"Could not find managed cluster resource: {name} in subscription: {subscription}, "
        f"resourceGroup: {group}.",
        [{"code": "Unspecified", "message": detail}],
        "GetManagedCluster_NotFound_HCPServerError",
    )


def pool_not_found(pool: str, cluster: str, group: str, subscription: str) -> ArmError:
    detail = "rpc error: code = NotFound desc = Agent Pool not found"
    return aks_error(
        404,
        "NotFound",
        f"Could not find the agentpool: {pool} in subscription: {subscription}, "
        f"resourceGroup: {group}, resourceName: {cluster}.",
        [{"code": "Unspecified", "message": detail}],
        "GetAgentPool_NotFound_HCPServerError",
    )


def operation_not_found(operation_id: str) -> ArmError:
    return aks_error(404, "NotFound", f"The operation {operation_id} could not be found.")


def local_accounts_disabled() -> ArmError:
    return bad_request(
        "Getting static credential is not allowed because this cluster is set to disable "
        "local accounts."
    )


def scaling_while_enabling_autoscaler(pool: str) -> ArmError:
    return bad_request(
        "Cannot manually scale and enable cluster autoscaler in the same update operation "
        f"on VMSS Agentpool '{pool}'."
    )


def unreadable(name: str, value: object, wanted: str) -> ArmError:
    kind = {str: "string", bool: "bool", dict: "object", list: "array"}.get(type(value), "number")
    return aks_error(
        400,
        "UnmarshalError",
        f"UnmarshalEntity encountered error: json: cannot unmarshal {kind} into Go struct field "
        f"{name} of type {wanted}.",
    )


def version_not_supported(version: str) -> ArmError:
    return aks_error(
        400,
        "K8sVersionNotSupported",
        f"Version {version} is not supported in this region. Please use [az aks get-versions] "
        "command to get the supported version list in this region. For more information, please "
        "check https://aka.ms/supported-version-list",
    )


def configuration_name_not_allowed(allowed: Iterable[str]) -> ArmError:
    *first, last = (f"'{name}'" for name in allowed)
    return aks_error(
        400,
        "InvalidParameter",
        f"Only {', '.join(first)} and {last} are allowed configNames for maintenance "
        "configuration.",
    )


def only_weekly(name: str) -> ArmError:
    return aks_error(
        400,
        "InvalidParameter",
        "Only weekly schedule is supported for control plane upgrade maintenance configuration: "
        f"{name}.",
    )


def date_in_the_past(name: str, value: str) -> ArmError:
    """Reported without the sentence."""
    return aks_error(
        400,
        "InvalidParameter",
        f"The value of parameter {name} is invalid. Error details: {value} is in the past. "
        f"Please see {MAINTENANCE_HELP} for more details.",
        target=name,
    )


def configuration_not_found(
    configuration: str, cluster: str, group: str, subscription: str
) -> ArmError:
    """Never recorded; worded as AKS words it of what else belongs to a cluster."""
    detail = "rpc error: code = NotFound desc = Maintenance Configuration not found"
    return aks_error(
        404,
        "NotFound",
        f"Could not find the maintenance configuration: {configuration} in subscription: "
        f"{subscription}, resourceGroup: {group}, resourceName: {cluster}.",
        [{"code": "Unspecified", "message": detail}],
        "GetMaintenanceConfiguration_NotFound",
    )
