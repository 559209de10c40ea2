"""Diagnoses image pulls, and tells those that may still succeed from those that cannot."""

import re
from datetime import datetime, timedelta

from domain.kubernetes.evidence import build_failure, find_event, has_lasted
from domain.kubernetes.observation import EventObservation, Observation, PodObservation
from domain.outcomes import Failure

IMAGE_REASONS = frozenset({"ErrImagePull", "ImagePullBackOff", "InvalidImageName"})

PULL_GRACE = timedelta(minutes=5)
"""A node's first seconds without DNS have passed by then; a wrong name has not."""

ROLE_GRACE = timedelta(minutes=10)
"""Azure RBAC takes up to 10 minutes to apply a role assignment such as AcrPull
(learn.microsoft.com/azure/role-based-access-control/troubleshooting)."""

OUTAGE_GRACE = timedelta(minutes=20)
"""A registry that is down or limits its clients comes back; a GPU node waits at its full price."""

_PULL_EVENT = re.compile(r"Failed to pull image|ErrImagePull|ImagePullBackOff", re.IGNORECASE)
_BACK_OFF_ALONE = re.compile(r'Back-off pulling image "[^"]*"')
_REFUSED = re.compile(
    r"unauthorized|authentication required|authorization failed|denied|\b40[13] ", re.IGNORECASE
)
_WITH_CREDENTIALS = re.compile(r"failed to fetch oauth token", re.IGNORECASE)
_OUTAGE = re.compile(
    r"toomanyrequests|rate limit|: (?:429|5\d\d) [A-Z]|i/o timeout|timed out|deadline exceeded|"
    r"connection (?:refused|reset)|TLS handshake timeout|unexpected EOF|server misbehaving",
    re.IGNORECASE,
)


_OF_WEIGHTS = (
    (
        _OUTAGE,
        "WeightsPullFailed",
        "Check the registry of workload.model.source, its limits and the nodes' way to it.",
    ),
    (
        _WITH_CREDENTIALS,
        "WeightsForbidden",
        "The registry of workload.model.source refuses the credentials: write valid ones, with an "
        "entry for its host, into the secret that workload.imagePullSecret names.",
    ),
    (
        _REFUSED,
        "WeightsForbidden",
        "Name the registry of workload.model.source under workload.registry, by which the nodes "
        "get the role AcrPull, or its credentials under workload.imagePullSecret, and update the "
        "environment.",
    ),
    (
        re.compile(r"no space left on device", re.IGNORECASE),
        "WeightsTooLarge",
        "The weights do not fit onto the nodes' disk: choose a gpu.vmSize with a larger one, or "
        "weights in Azure Storage, az://<account>/<container>/<prefix>.",
    ),
    (
        re.compile(r"not found|no match for platform", re.IGNORECASE),
        "WeightsNotFound",
        "There is no such image for linux/amd64 as workload.model.source names: push it, or "
        "correct workload.model.source and update the environment.",
    ),
    (
        re.compile(""),
        "WeightsPullFailed",
        "Correct workload.model.source and update the environment, or repair the image there.",
    ),
)
"""The first that fits."""


def is_pull_lasting(
    pod: PodObservation, observation: Observation, now: datetime, started_at: datetime
) -> bool:
    """Whether a pull has failed for so long that its cause cannot be one that passes."""
    if pod.reason == "InvalidImageName":
        return True
    if pod.reason not in IMAGE_REASONS:
        return False
    seen = [
        event.first_seen_at
        for event in observation.events
        if event.first_seen_at and _is_about_pull(event, pod)
    ]
    since = min(seen) if seen else pod.started_at or started_at
    return has_lasted(max(since, started_at), now, _grace(_cause(pod, observation)))


def image_pull_failed(pod: PodObservation, observation: Observation) -> Failure:
    cause = _cause(pod, observation)
    if pod.weights_image and pod.weights_image in cause:
        return _weights_pull_failed(pod, cause, observation)
    return build_failure(
        "ImagePullFailed",
        f"Pod {pod.name} cannot pull its image: {cause}",
        _fix(cause),
        observation,
    )


def _weights_pull_failed(pod: PodObservation, cause: str, observation: Observation) -> Failure:
    """Told from the container's image by the name in the cause: the kubelet says no more."""
    reason, fix = next(
        (reason, fix) for pattern, reason, fix in _OF_WEIGHTS if pattern.search(cause)
    )
    message = (
        f"Pod {pod.name} cannot pull its weights, the image of workload.model.source: {cause}"
    )
    return build_failure(reason, message, f"{fix} The pull is repeated.", observation)


def was_sent_credentials(cause: str) -> bool:
    """Whether a registry has refused credentials, and not a request without any."""
    return _WITH_CREDENTIALS.search(cause) is not None


def _fix(cause: str) -> str:
    if _OUTAGE.search(cause):
        return (
            "Check the registry's status, its limits and the way from the nodes to it: the pull "
            "is repeated."
        )
    if was_sent_credentials(cause):
        return (
            "The registry refuses the credentials: write valid ones, with an entry for the "
            "registry's host, into the secret that workload.imagePullSecret names. The pull is "
            "repeated."
        )
    return (
        "Correct the image name or tag, or grant the cluster's kubelet identity AcrPull on the "
        "registry. A specification that names it under workload.registry has that done. "
        "Credentials for a registry elsewhere belong under workload.imagePullSecret."
    )


def _grace(cause: str) -> timedelta:
    if _OUTAGE.search(cause):
        return OUTAGE_GRACE
    return ROLE_GRACE if _REFUSED.search(cause) else PULL_GRACE


def _cause(pod: PodObservation, observation: Observation) -> str:
    """The registry's words: before Kubernetes 1.32, ImagePullBackOff does not repeat them."""
    if pod.message and not _BACK_OFF_ALONE.fullmatch(pod.message):
        return pod.message
    event = find_event(observation.events, lambda event: _names_the_cause(event, pod))
    return (event.message if event else "") or pod.message or pod.reason


def _names_the_cause(event: EventObservation, pod: PodObservation) -> bool:
    return _is_about_pull(event, pod) and not event.message.startswith(("Back-off", "Error: "))


def _is_about_pull(event: EventObservation, pod: PodObservation) -> bool:
    return pod.name in event.object and bool(_PULL_EVENT.search(f"{event.reason} {event.message}"))
