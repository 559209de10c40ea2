"""Diagnoses why weights are not mounted, or are not those of the specification."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.catalog.roles import ROLE_NAMES, STORAGE_BLOB_DATA_READER
from domain.kubernetes.evidence import build_failure, find_event, has_lasted
from domain.kubernetes.image_diagnosis import ROLE_GRACE
from domain.kubernetes.observation import EventObservation, Observation, PodObservation
from domain.kubernetes.weights_check import MISMATCH
from domain.kubernetes.weights_manifests import BLOB_DRIVER, WEIGHTS_VOLUME
from domain.outcomes import Failure

PASSING = timedelta(minutes=5)
"""What is missing may still be created; a federated credential is known after seconds."""

_OURS = f'"{WEIGHTS_VOLUME}"'
"""How the kubelet names the volume."""
_NO_IMAGE_VOLUMES = re.compile(r'failed to mkdir ""')
"""What a container runtime says that takes a volume of an image for a folder of the node
(Azure/AKS#5721)."""
_BEFORE_IMAGES = frozenset({"", "ContainerCreating", "PodInitializing"})
"""Reasons of a container whose pod may wait for volumes."""
_AGAIN = "The mount is repeated: pods start without another operation."
_ROLE = ROLE_NAMES[STORAGE_BLOB_DATA_READER]


@dataclass(frozen=True, slots=True)
class _Rule:
    reason: str
    pattern: re.Pattern[str]
    explanation: str
    fix: str
    grace: timedelta = PASSING


_RULES = (
    _Rule(
        "WeightsDriverMissing",
        re.compile(rf"driver name {re.escape(BLOB_DRIVER)} not found"),
        "The cluster does not have the Blob CSI driver.",
        "Repair the environment: it enables the driver.",
    ),
    _Rule(
        "IdentityNotFederated",
        re.compile(r"AADSTS(?:70021|700213|70025|700016|700211|700212)\b"),
        "Entra ID does not exchange the token of the workload's service account for the identity "
        "of the cell.",
        "Repair the environment: it writes the federated credential of the identity again.",
    ),
    _Rule(
        "WeightsForbidden",
        re.compile(r"AuthorizationPermissionMismatch"),
        "The cell's identity may not read the storage account.",
        f"Set workload.model.storageAccountId and update the environment, or give the identity "
        f"gp-<environment>-<region> the role {_ROLE} there. {_AGAIN}",
        ROLE_GRACE,
    ),
    _Rule(
        "WeightsBlocked",
        re.compile(r"AuthorizationFailure|IpAuthorizationError"),
        "The network rules of the storage account refuse the cluster's nodes.",
        "Make a private endpoint to the account in the cluster's network, or admit the subnet of "
        f"its nodes: rules for addresses do not apply within a region. {_AGAIN}",
    ),
    _Rule(
        "WeightsNotFound",
        re.compile(r"ContainerNotFound|[Ss]ubPath|no such host"),
        "There is no such account, container or folder as workload.model.source names.",
        f"Upload the weights there, or correct source and update the environment. {_AGAIN}",
    ),
)


def find_weights_failure(pod: PodObservation, observation: Observation) -> Failure | None:
    """Why the pod does not have its weights; None if nothing shows it."""
    if pod.init_failure is not None:
        return _not_verified(pod, pod.init_failure, observation)
    if _lacks_image_volumes(pod):
        return _no_image_volumes(pod, observation)
    event, rule = _find(pod, observation)
    if rule is None:
        return None
    said = event.message if event else pod.message
    return build_failure(
        rule.reason,
        f"Pod {pod.name} cannot mount its weights. {rule.explanation} {said}",
        rule.fix,
        observation,
    )


def is_weights_failure_lasting(
    pod: PodObservation, observation: Observation, now: datetime, started_at: datetime
) -> bool:
    """Wrong files stay wrong; all else may pass."""
    if pod.init_failure is not None:
        waited = has_lasted(pod.started_at or started_at, now, PASSING)
        return pod.init_failure.startswith(MISMATCH) or waited
    if _lacks_image_volumes(pod):
        return has_lasted(pod.started_at or started_at, now, PASSING)
    event, rule = _find(pod, observation)
    if rule is None:
        return False
    first = event.first_seen_at if event else pod.started_at
    return has_lasted(max(first or started_at, started_at), now, rule.grace)


def _not_verified(pod: PodObservation, said: str, observation: Observation) -> Failure:
    if said.startswith(MISMATCH):
        return build_failure(
            MISMATCH,
            f"Pod {pod.name} does not start: its weights are not those of "
            f"workload.model.digest. {said.removeprefix(MISMATCH).lstrip(': ')}".strip(),
            "Find out who has changed them. Then upload the right files, or set digest to the "
            "SHA-256 of the right SHA256SUMS and update the environment.",
            observation,
        )
    return build_failure(
        "WeightsNotVerified",
        f"Pod {pod.name} could not check its weights. {said}".strip(),
        "The check needs sh, sha256sum, cut, find, grep, sed and head in the image: use an image "
        "that has them, or leave digest out.",
        observation,
    )


def _lacks_image_volumes(pod: PodObservation) -> bool:
    return bool(pod.weights_image) and _NO_IMAGE_VOLUMES.search(pod.message) is not None


def _no_image_volumes(pod: PodObservation, observation: Observation) -> Failure:
    return build_failure(
        "ImageVolumesNotSupported",
        f"The nodes cannot mount the image of workload.model.source into pod {pod.name}: their "
        f"container runtime is too old. {pod.message}",
        "Upgrade the image of the GPU pool's nodes (az aks nodepool upgrade --node-image-only) "
        "and retry the operation, or name weights in Azure Storage.",
        observation,
    )


def _find(
    pod: PodObservation, observation: Observation
) -> tuple[EventObservation | None, _Rule | None]:
    """The container's own message tells of a folder that is missing, events of all else."""
    if _OURS in pod.message and (rule := _match(pod.message)):
        return None, rule
    if pod.reason not in _BEFORE_IMAGES:
        return None, None
    event = find_event(observation.events, lambda each: _is_of(each, pod))
    return event, _match(event.message) if event else None


def _is_of(event: EventObservation, pod: PodObservation) -> bool:
    """The kubelet's later events say only that the time ran out."""
    is_mount = event.reason == "FailedMount" and event.object == f"Pod/{pod.name}"
    return is_mount and _OURS in event.message and _match(event.message) is not None


def _match(message: str) -> _Rule | None:
    return next((rule for rule in _RULES if rule.pattern.search(message)), None)
