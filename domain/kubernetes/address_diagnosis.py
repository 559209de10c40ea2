"""Diagnoses why the Service has no EXTERNAL-IP."""

from collections.abc import Iterable

from domain.arm.azure_error import CREATE_PUBLIC_IP
from domain.kubernetes.evidence import build_failure, classify_cause, quote
from domain.kubernetes.observation import EventObservation, Observation
from domain.outcomes import Failure

LASTING = frozenset({"DnsLabelTaken", "PublicIpQuotaExceeded"})
"""A missing permission was seen to pass after 20 minutes."""


def find_address_cause(observation: Observation) -> Failure | None:
    """What the load balancer's events say, by the rules for Azure's own answers."""
    causes = (
        classify_cause(event.reason, event.message, CREATE_PUBLIC_IP)
        for event in _load_balancer_events(observation)
    )
    return next((cause for cause in causes if cause), None)


def find_lasting_ip_failure(observation: Observation) -> Failure | None:
    cause = find_address_cause(observation)
    return cause if cause and cause.reason in LASTING else None


def pending_ip(observation: Observation) -> Failure:
    """For no address at the deadline."""
    events = list(_load_balancer_events(observation))
    failed = next((event for event in events if "Failed" in event.reason), None)
    event = failed or next(iter(events), None)
    return find_address_cause(observation) or build_failure(
        "ExternalIpPending",
        f"The Service has no EXTERNAL-IP. {quote(event)}".strip(),
        "Check the activity log of the node resource group: public IP quota, DNS label in use, "
        "or a missing permission on the subnet.",
        observation,
    )


def _load_balancer_events(observation: Observation) -> Iterable[EventObservation]:
    return (event for event in observation.events if "LoadBalancer" in event.reason)
