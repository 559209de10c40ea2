"""An idle environment as the sweep sees it, and what differs from it in what a test is about."""

from datetime import UTC, datetime, timedelta
from typing import Any

from domain.environment.counters import CounterLook, CounterNote, GatewayCounters
from domain.environment.phases import Phase
from domain.spec.idle import Idle
from domain.sweep.model import GpuPool, IdleState
from domain.sweep.usage import GpuPod, Sample, SweepPolicy, Usage

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
"""A Monday."""

POLICY = SweepPolicy()
SERVING = GpuPod(name="fraud-llm-1", phase="Running", is_serving=True)


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def a_gateway(requests: int = 7, active: int = 0, restarts: int = 0) -> GatewayCounters:
    return GatewayCounters(
        restarts=restarts, requests=requests, answered=requests - active, active=active
    )


QUIET = CounterLook(gateways={"gateway-a": a_gateway(), "gateway-b": a_gateway(0)})
"""Of two gateways, one of which has never been asked."""


def a_note(look: CounterLook = QUIET, since: float = 20_000, **changes: Any) -> CounterNote:
    """Nothing has moved for so many minutes."""
    at = ago(since)
    values = {"at": at, "since": at, "reason": "InvocationsSeen", "is_use": True, **changes}
    return CounterNote(look=look, **values)


def job(phase: str, **changes: Any) -> GpuPod:
    return GpuPod(name="batch", phase=phase, is_serving=False, **changes)


def samples(
    counts: dict[int, float] | None = None, newest: int = 2, oldest: int = 40, step: int = 1
) -> tuple[Sample, ...]:
    """One a minute, all zero but those of `counts`, by their age in minutes."""
    return tuple(
        Sample(at=ago(age), count=(counts or {}).get(age, 0))
        for age in range(oldest, newest - 1, -step)
    )


def make_pool(**changes: Any) -> GpuPool:
    values = {
        "environment": "fraud-llm",
        "region": "westeurope",
        "vm_size": "Standard_NC24ads_A100_v4",
        "node_count": 2,
        "is_ours": True,
        **changes,
    }
    cluster = f"/clusters/{values['environment']}-{values['region']}"
    return GpuPool(**{"cluster_id": cluster, "pool_id": f"{cluster}/agentPools/gpu", **values})


def make_state(idle: dict[str, Any] | None = None, **changes: Any) -> IdleState:
    values = {
        "environment": "fraud-llm",
        "phase": Phase.READY,
        "regions": ("westeurope",),
        "ready_since": ago(600),
        "policy": Idle.from_wire({"afterMinutes": 30, **(idle or {})}),
        **changes,
    }
    counters = {region: a_note() for region in values["regions"]}
    return IdleState(**{"counters": counters, **values})


def make_usage(**changes: Any) -> Usage:
    values = {
        "environment": "fraud-llm",
        "region": "westeurope",
        "observed_at": ago(0),
        "requests": samples(),
        "gpu_pods": (SERVING,),
        "counters": QUIET,
        **changes,
    }
    return Usage(**values)
