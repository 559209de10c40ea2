"""Diagnoses why the ReplicaSet's pods are not created: admission, quota, service account."""

import re
from datetime import datetime, timedelta

from domain.kubernetes.evidence import build_failure, find_event, has_lasted
from domain.kubernetes.failures import (
    ADMISSION_DENIED,
    ask_for_exemption,
    find_denying_policy,
)
from domain.kubernetes.observation import EventObservation, Observation
from domain.outcomes import Failure

DENIAL_GRACE = timedelta(minutes=5)
"""A pod that is going still counts against a quota; a webhook or policy repeats its answer."""

_QUOTA = re.compile(r"exceeded quota: |failed quota: ", re.IGNORECASE)
_POD_SECURITY = re.compile(r"violates PodSecurity")
_SERVICE_ACCOUNT = re.compile(
    r"error looking up service account|no service account", re.IGNORECASE
)
_WEBHOOK_DOWN = re.compile(r"failed calling webhook", re.IGNORECASE)


def find_refused_creation(observation: Observation, replicas: int) -> Failure | None:
    """What the API server answers to the ReplicaSet; None once all pods are created."""
    created = len(observation.latest_pods)
    event = _refusal(observation)
    if created >= replicas or event is None:
        return None
    reason, action = _explain(event.message)
    return build_failure(
        reason,
        f"{created} of {replicas} pods were created. {event.reason}: {event.message}",
        action,
        observation,
    )


def is_creation_denied(observation: Observation, now: datetime, started_at: datetime) -> bool:
    """Whether the answer is a decision, and has been given for longer than it takes to pass.

    A webhook that cannot be called and a service account that is still missing are no decisions:
    both are seen while a cluster starts.
    """
    event = _refusal(observation)
    if event is None:
        return False
    decided = (
        _QUOTA.search(event.message)
        or _POD_SECURITY.search(event.message)
        or find_denying_policy(event.message)
    )
    since = max(event.first_seen_at or started_at, started_at)
    return bool(decided) and has_lasted(since, now, DENIAL_GRACE)


def _refusal(observation: Observation) -> EventObservation | None:
    return find_event(
        observation.events,
        lambda event: event.reason == "FailedCreate" and event.object.startswith("ReplicaSet/"),
    )


def _explain(message: str) -> tuple[str, str]:
    """Reason and suggested action."""
    policy = find_denying_policy(message)
    if policy:
        return ADMISSION_DENIED, ask_for_exemption(policy)
    if _QUOTA.search(message):
        return "PodQuotaExceeded", (
            "Raise the ResourceQuota that Kubernetes names in the namespace inference, or lower "
            "replicas."
        )
    if _POD_SECURITY.search(message):
        return ADMISSION_DENIED, (
            "Correct what the message names, or change the namespace's Pod Security level."
        )
    if _SERVICE_ACCOUNT.search(message):
        return "ServiceAccountMissing", (
            "Create the service account in the namespace inference, if Kubernetes has not done so "
            "by now."
        )
    if _WEBHOOK_DOWN.search(message):
        return "AdmissionWebhookUnavailable", (
            "Kubernetes repeats the call: repair the webhook that the message names, or let it "
            "ignore failures."
        )
    return "PodNotCreated", "Check the events of the Deployment and its ReplicaSet."
