"""Diagnoses why the Service has no address.

That of an internal load balancer is shown only once its Private Link service is complete.
"""

from collections.abc import Iterable

from domain.arm.azure_error import CREATE_ADDRESS
from domain.kubernetes.evidence import build_failure, classify_cause, quote
from domain.kubernetes.observation import EventObservation, Observation
from domain.outcomes import Failure

LASTING = frozenset({"DnsLabelTaken", "PrivateLinkServiceRefused", "PublicIpQuotaExceeded"})
"""A missing permission was seen to pass after 20 minutes."""


def find_address_cause(observation: Observation) -> Failure | None:
    """What the load balancer's events say, by the rules for Azure's own answers."""
    causes = (
        classify_cause(event.reason, event.message, CREATE_ADDRESS)
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
    if observation.is_internal:
        missing = build_failure(
            "PrivateLinkServicePending",
            "The Service has no internal address yet, because its Private Link service is not "
            f"complete. {quote(event)}".strip(),
            "Check the activity log of the node resource group: the quota of Private Link "
            "services, free addresses in the subnet, or a missing permission on it.",
            observation,
        )
        return find_address_cause(observation) or missing
    return find_address_cause(observation) or build_failure(
        "ExternalIpPending",
        f"The Service has no EXTERNAL-IP. {quote(event)}".strip(),
        "Check the activity log of the node resource group: public IP quota, DNS label in use, "
        "or a missing permission on the subnet.",
        observation,
    )


def _load_balancer_events(observation: Observation) -> Iterable[EventObservation]:
    return (event for event in observation.events if "LoadBalancer" in event.reason)
