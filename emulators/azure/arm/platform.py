"""What every simulated service builds on."""

from dataclasses import dataclass, field

from simulator.arm.limits import Limits
from simulator.arm.operations import Operations
from simulator.arm.poll_urls import PollUrls
from simulator.arm.resources import Resources
from simulator.clock import Clock
from simulator.identifiers import Identifiers
from simulator.latency import Latencies


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
