"""What every simulated service builds on."""

from dataclasses import dataclass, field

from emulators.azure.arm.limits import Limits
from emulators.azure.arm.operations import Operations
from emulators.azure.arm.poll_urls import PollUrls
from emulators.azure.arm.principals import Principals
from emulators.azure.arm.resources import Resources
from emulators.azure.clock import Clock
from emulators.azure.identifiers import Identifiers
from emulators.azure.latency import Latencies


@dataclass(frozen=True, slots=True)
class Platform:
    """One subscription's time, resources and operations."""

    subscription_id: str
    tenant_id: str
    clock: Clock
    latencies: Latencies
    identifiers: Identifiers
    resources: Resources
    operations: Operations
    poll_urls: PollUrls
    limits: Limits = field(default_factory=Limits)
    principals: Principals = field(default_factory=Principals)
